"""Reading strategy for a large model: all that was found in one prompt, with several reports at once.

It writes as many sentences as the question needs, each with the numbers of its paragraphs; each is
checked against these. One request to write, and one or two to check.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from itertools import takewhile

from assistant.answering.citations import CitationList
from assistant.answering.reading import NO_SUPPORT, NOTHING_FOUND, Reply, missing, with_undated
from assistant.answering.stopwatch import Stopwatch
from assistant.answering.trace import Trace
from assistant.errors import ModelContextError
from assistant.generation.together import JointGenerator
from assistant.query.query import Query
from assistant.retrieval.numbered import NumberedContext
from assistant.retrieval.retriever import Retriever
from assistant.schema.answers import NOT_STATED, Draft, Omission, Sentence, Timing
from assistant.schema.articles import Passage
from assistant.schema.events import Event, Retrieved, SentenceReady, Step, StepName
from assistant.schema.trace import TogetherOutcome
from assistant.verification.joint import CheckedSentence, JointVerifier

# Tokens of paragraphs: where the model's context is not known, and the most, since each of them is paid for.
_TOKENS, _MOST_TOKENS, _LEAST_TOKENS = 8_000, 32_000, 500
# What stands around them: the instructions, the question, outlets and titles.
_TOKENS_AROUND = 1_000
# Of a draft that may be verified in two batches, the first: one sentence more would be waited for, one less seldom
# leaves a second batch worth a request.
_FIRST_BATCH = 2


class ReadTogether:
    """Reading strategy with one prompt over all articles."""

    def __init__(
        self,
        retriever: Retriever,
        generator: JointGenerator,
        verifier: JointVerifier,
        *,
        tokens: Callable[[], int],
        warn: Callable[[str], None],
    ) -> None:
        """`tokens()` of paragraphs are read at most: less once the model was found to hold no more, as `warn` hears."""
        self._retriever = retriever
        self._generator = generator
        self._verifier = verifier
        self._tokens = tokens
        self._warn = warn

    def read_ahead(self) -> None:
        """Nothing: each question has other paragraphs."""

    def answer(self, query: Query, trace: Trace, clock: Stopwatch) -> Generator[Event, None, Reply]:
        """Retrieve, generate, verify, render; nothing is asked where nothing is found. Raises `ModelError`.

        The first sentences of a long draft are verified and shown while the others are written.
        """
        passages = yield from self._retrieve(query, clock)
        trace.passages = passages
        if not passages:
            return Reply(passages, (), (), None, self._why(query, NOTHING_FOUND))
        rendering = _Rendering()
        trace.joint = rendering.checked
        draft = yield from self._read(query, passages, rendering, clock)
        reason = None
        if not rendering.sentences:
            reason = self._why(query, NO_SUPPORT if rendering.has_failed else NOT_STATED)
        sentences, citations = tuple(rendering.sentences), rendering.citations.all()
        return Reply(passages, sentences, citations, None, reason, _left_out(draft, rendering.checked))

    def _why(self, query: Query, reason: str) -> str:
        return with_undated(reason, self._retriever.undated(query.articles))

    def _retrieve(self, query: Query, clock: Stopwatch) -> Generator[Event, None, tuple[Passage, ...]]:
        yield Step(StepName.SEARCHING)
        passages = self._retriever.retrieve(query)
        clock.mark(Timing.RETRIEVE)
        yield Retrieved(passages, query.articles.as_of)
        return passages

    def _read(
        self, query: Query, passages: Sequence[Passage], rendering: _Rendering, clock: Stopwatch
    ) -> Generator[Event, None, Draft]:
        """The draft from as many paragraphs as the model holds; from fewer, where these turn out to be too many."""
        while True:
            tokens = self._tokens()
            context = NumberedContext.of(self._retriever.filled(passages, tokens), tokens)
            try:
                return (yield from self._generate(query, context, rendering, clock))
            except ModelContextError as error:
                if rendering.checked or self._tokens() >= tokens:
                    raise
                self._warn(f"{error}; it is asked with less")

    def _generate(
        self, query: Query, context: NumberedContext, rendering: _Rendering, clock: Stopwatch
    ) -> Generator[Event, None, Draft]:
        """The draft as it is written; what is complete of it is verified as often as the verifier may be asked."""
        batches = self._batches(query)
        draft = Draft()
        yield Step(StepName.WRITING)
        # Closed, and so cancelled, where a check fails meanwhile.
        with closing(self._generator.write(query.text, context)) as written:
            for item in written:
                clock.first(Timing.FIRST_TOKEN)
                if isinstance(item, Draft):
                    draft = item
                    continue
                # It goes on.
                new = len(draft.sentences) - len(rendering.checked)
                if new and (batches is None or (batches > 1 and new >= _FIRST_BATCH)):
                    batches = batches and batches - 1
                    yield from self._check(draft, context, rendering, clock)
                    yield Step(StepName.WRITING)
                yield item
        yield from self._check(draft, context, rendering, clock)
        return draft

    def _check(
        self, draft: Draft, context: NumberedContext, rendering: _Rendering, clock: Stopwatch
    ) -> Iterator[Event]:
        """Verify what is new of the draft, and show what may be shown."""
        clock.mark(Timing.WRITE)
        yield Step(StepName.CHECKING)
        checked = self._verifier.verify(draft.sentences[len(rendering.checked) :], context)
        clock.mark(Timing.CHECK)
        yield from map(rendering.show, filter(rendering.add, checked))

    def _batches(self, query: Query) -> int | None:
        """A question is asked in three requests at most; a follow-up took one to be understood."""
        most = self._verifier.most_batches
        return max(1, most - 1) if most and query.follow_up else most


def reading_tokens(wanted: int | None, holds: int | None) -> int:
    """How many tokens of paragraphs are read: as many as `wanted` or, None, as is sensible, and as a prompt `holds`."""
    if holds is None:
        return wanted or _TOKENS
    return max(_LEAST_TOKENS, min(wanted or _MOST_TOKENS, holds - _TOKENS_AROUND))


class _Rendering:
    """What was checked so far, and what of it is shown."""

    def __init__(self) -> None:
        self.checked: list[CheckedSentence] = []
        self.sentences: list[Sentence] = []
        self.citations = CitationList()
        self._leads: tuple[str, ...] = ()

    @property
    def has_failed(self) -> bool:
        """Whether a sentence that claims something did not hold."""
        return any(one.outcome not in (TogetherOutcome.SHOWN, TogetherOutcome.DECLINES) for one in self.checked)

    def add(self, checked: CheckedSentence) -> bool:
        """Note it; whether it may be shown."""
        self.checked.append(checked)
        return checked.outcome is TogetherOutcome.SHOWN

    def show(self, checked: CheckedSentence) -> SentenceReady:
        """The sentence with its citations."""
        made = tuple(self.citations.cite(part) for part in checked.evidence)
        # The line that a list stands under is shown before the first of its items that is.
        leads = checked.draft.leads
        known = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(leads, self._leads, strict=False)))
        self._leads = leads
        text = " ".join((*leads[known:], checked.draft.text))
        numbers = tuple(dict.fromkeys(citation.number for citation in made))
        self.sentences.append(Sentence(text, numbers, checked.support, reckoned=checked.reckoned))
        return SentenceReady(self.sentences[-1], made)


def _left_out(draft: Draft, checked: Sequence[CheckedSentence]) -> tuple[Omission, ...]:
    """What failed a check and what the model itself says is not stated; a refusal's bare "not stated" is neither."""
    failed = [
        Omission(one.draft.claim, one.outcome.value) for one in checked if one.outcome is not TogetherOutcome.SHOWN
    ]
    return (*failed, *map(missing, filter(None, draft.missing)))

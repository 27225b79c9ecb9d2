"""Reading together: all that was found in one prompt, for a model that can be trusted with several reports at once.

It writes as many sentences as the question needs, each with the numbers of its paragraphs; each is
checked against these. One request to write and one to check.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

from assistant.answering.citations import CitationList
from assistant.answering.reading import NO_SUPPORT, NOT_STATED, NOTHING_FOUND, Reply
from assistant.answering.trace import Trace
from assistant.generation.together import JointGenerator
from assistant.query.query import Query
from assistant.retrieval.numbered import NumberedContext
from assistant.retrieval.retriever import Retriever
from assistant.schema.answers import Draft, Omission, Sentence
from assistant.schema.articles import Passage
from assistant.schema.events import Event, Retrieved, SentenceReady, Step, StepName, Token
from assistant.util.stopwatch import Stopwatch
from assistant.verification.joint import CheckedSentence, Finding, JointVerifier

_NOT_IN_THE_ARTICLES = "the articles do not say it"


class ReadTogether:
    """One prompt over all articles."""

    def __init__(
        self, retriever: Retriever, generator: JointGenerator, verifier: JointVerifier, *, characters: int
    ) -> None:
        """`characters` of paragraphs are read at most."""
        self._retriever = retriever
        self._generator = generator
        self._verifier = verifier
        self._characters = characters

    def answer(self, query: Query, trace: Trace, clock: Stopwatch) -> Generator[Event, None, Reply]:
        """Retrieve, generate, verify, render; nothing is asked where nothing is found. Raises `ModelError`."""
        passages, context = yield from self._retrieve(query, clock)
        trace.passages = passages
        if not context.passages:
            return Reply(passages, (), (), None, NOTHING_FOUND)
        draft = yield from self._generate(query, context, clock)
        yield Step(StepName.CHECKING)
        checked = self._verifier.verify(draft.sentences, context)
        trace.joint = checked
        clock.mark("check")
        shown = [one for one in checked if one.finding is Finding.SHOWN]
        citations = CitationList()
        sentences = yield from _render(shown, citations)
        failed = any(one.finding not in (Finding.SHOWN, Finding.DECLINES) for one in checked)
        reason = None if sentences else NO_SUPPORT if failed else NOT_STATED
        return Reply(passages, tuple(sentences), citations.all(), None, reason, _left_out(draft, checked))

    def _retrieve(
        self, query: Query, clock: Stopwatch
    ) -> Generator[Event, None, tuple[tuple[Passage, ...], NumberedContext]]:
        yield Step(StepName.SEARCHING)
        passages = self._retriever.retrieve(query)
        context = NumberedContext.of(self._retriever.contexts(passages), self._characters)
        clock.mark("retrieve")
        yield Retrieved(passages)
        return passages, context

    def _generate(self, query: Query, context: NumberedContext, clock: Stopwatch) -> Generator[Event, None, Draft]:
        yield Step(StepName.WRITING)
        draft = Draft()
        for item in self._generator.write(query.text, context):
            clock.first("first_token")
            if isinstance(item, Token):
                yield item
            else:
                draft = item
        clock.mark("write")
        return draft


def _render(shown: Sequence[CheckedSentence], citations: CitationList) -> Generator[Event, None, list[Sentence]]:
    sentences: list[Sentence] = []
    lead = ""
    for checked in shown:
        made = tuple(citations.cite(part) for part in checked.evidence)
        # A list's first line stands before the first of its items that is shown.
        text = checked.draft.text if checked.draft.lead == lead else checked.draft.claim
        lead = checked.draft.lead
        numbers = tuple(dict.fromkeys(citation.number for citation in made))
        sentences.append(Sentence(text, numbers, checked.support, reckoned=checked.reckoned))
        yield SentenceReady(sentences[-1], made)
    return sentences


def _left_out(draft: Draft, checked: Sequence[CheckedSentence]) -> tuple[Omission, ...]:
    """What failed a check and what the model itself says is not stated; a refusal's bare "not stated" is neither."""
    failed = [Omission(one.draft.claim, one.finding.value) for one in checked if one.finding is not Finding.SHOWN]
    return (*failed, *(Omission(text, _NOT_IN_THE_ARTICLES) for text in draft.missing if text))

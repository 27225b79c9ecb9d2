"""Entailment: whether what is cited states a sentence, decided by a model for all sentences of a draft at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

from assistant.errors import ModelError
from assistant.llm.chat_model import ChatModel
from assistant.llm.endpoint import resolve_endpoint
from assistant.llm.open import open_model
from assistant.llm.prompts import Prompts
from assistant.retrieval.numbered import NumberedContext
from assistant.schema.articles import Passage
from assistant.settings import Settings
from assistant.verification.judge import Judge
from assistant.verification.verifier import SURELY_STATED

_TOKENS_A_SENTENCE = 12
# With the request that writes the draft three a question.
_BATCHES = 2
# "1: yes", "**Sentence 1** – yes, it does"; where the sentence is repeated, the word stands at the end of the line.
_NUMBER = r"^\W*(?:sentence\W+)?(\d{1,3})\W"
# Not the sentence's own first word: "1. None of them resigned: yes".
_LINE = re.compile(rf"{_NUMBER}\W*(yes\b|(?:no|none)(?=[ \t]*(?:[^\w\s]|$)))", re.I | re.M)
_AT_THE_END = re.compile(rf"{_NUMBER}.*\b(yes|no|none)\W*?$", re.I | re.M)
# "1: yes, 2: no", all on one line.
_BESIDE = re.compile(r"(?<!\w)(\d{1,3})\W{1,6}(yes|no|none)\b", re.I)
_BARE = re.compile(r"\W*(yes|no|none)\W*", re.I)


class Verdict(StrEnum):
    """What a verifier says of a sentence and the paragraphs it cites."""

    STATED = "yes"
    NOT_STATED = "no"
    DECLINES = "none"


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and what it cites; `named` False: what was found for it, since its draft names nothing."""

    sentence: str
    passages: tuple[Passage, ...]
    named: bool = True


@dataclass(frozen=True, slots=True)
class Judged:
    """`probability` that it is stated, in [0, 1]; None where the verifier gives none."""

    verdict: Verdict
    probability: float | None = None


class Entailment(Protocol):
    """Judges the sentences of one draft."""

    @property
    def most_batches(self) -> int | None:
        """Into how many batches a draft may be divided, so that its first sentences are judged while the others are
        written; None: as many as it has sentences."""

    def judge(self, pairs: Sequence[Pair], context: NumberedContext) -> list[Judged]:
        """One judgement a pair, in their order."""


class NoEntailment:
    """Goes without a model: what passed the exact checks counts as stated (`ASSISTANT_VERIFY=exact`).

    Not so where the draft names no paragraph: that a sentence is near one does not make it stated there, and what
    says that nothing is stated names none.
    """

    most_batches = None

    def judge(self, pairs: Sequence[Pair], context: NumberedContext) -> list[Judged]:
        """Stated, each that its draft names something for."""
        return [Judged(Verdict.STATED if pair.named else Verdict.NOT_STATED) for pair in pairs]


class BatchEntailment:
    """One request for all sentences; the reply is a word a sentence."""

    def __init__(self, model: ChatModel, prompts: Prompts, *, most_batches: int = _BATCHES) -> None:
        """Each batch is a request."""
        self._model = model
        self._prompts = prompts
        self.most_batches = most_batches

    def judge(self, pairs: Sequence[Pair], context: NumberedContext) -> list[Judged]:
        """A sentence that the reply passes over is not stated. Raises `ModelError` for a reply without any verdict."""
        if not pairs:
            return []
        shown = context.only(passage for pair in pairs for passage in pair.passages)
        lines = [
            f"{number}. {' '.join(pair.sentence.split())} {_marks(shown, pair)}" for number, pair in enumerate(pairs, 1)
        ]
        messages = self._prompts.messages(
            "entailment", context=shown.context(self._prompts), sentences="\n".join(lines)
        )
        reply = self._model.complete(messages, max_tokens=_TOKENS_A_SENTENCE * len(pairs) + _TOKENS_A_SENTENCE)
        verdicts = _verdicts(reply, len(pairs))
        if not verdicts:
            raise ModelError(
                f"model {self._model.name}: its reply to the check of the answer was not understood: "
                f"“{' '.join(reply.split())[:80]}”; name another in ASSISTANT_VERIFIER, or set ASSISTANT_VERIFY=exact"
            )
        return [Judged(verdicts.get(number, Verdict.NOT_STATED)) for number in range(1, len(pairs) + 1)]


def _verdicts(reply: str, count: int) -> dict[int, Verdict]:
    """The verdicts on `count` sentences, by number; {} where none is understood."""
    lines = [line for line in reply.splitlines() if any(map(str.isalnum, line))]
    bare = [found for line in lines if (found := _BARE.fullmatch(line))]
    if len(lines) == len(bare) == count:
        return {number: Verdict(found[1].lower()) for number, found in enumerate(bare, 1)}
    forms = [_AT_THE_END, *([_BESIDE] if len(lines) == 1 else []), _LINE]
    return {int(number): Verdict(word.lower()) for form in forms for number, word in form.findall(reply)}


class JudgedEntailment:
    """A judge that was taught it, one sentence at a time; gives probabilities, and never says that one declines."""

    def __init__(self, judge: Judge, *, most_batches: int | None = None) -> None:
        self._judge = judge
        self.most_batches = most_batches

    def judge(self, pairs: Sequence[Pair], context: NumberedContext) -> list[Judged]:
        """Stated from the probability on that is demanded of the embedded model's own drafts."""
        return [self._judged(pair, context) for pair in pairs]

    def _judged(self, pair: Pair, context: NumberedContext) -> Judged:
        probability = self._judge.stated(pair.sentence, context.only(pair.passages))
        return Judged(Verdict.STATED if probability >= SURELY_STATED else Verdict.NOT_STATED, probability)


def open_verifier(settings: Settings) -> ChatModel | None:
    """The model of `ASSISTANT_VERIFIER`; None where the one that answers checks, or none. Raises `SettingsError`."""
    if settings.verify == "exact" or settings.verifier is None:
        return None
    named = settings.model_copy(update={"model": settings.verifier, "api_key": settings.verifier_api_key})
    if not settings.verifier_api_key.get_secret_value() and _server(named) == _server(settings):
        named = named.model_copy(update={"api_key": settings.api_key})
    return open_model(named)


def _server(settings: Settings) -> tuple[str, str]:
    """Scheme and host of the model's endpoint: a key for one is nobody else's."""
    parts = urlsplit(resolve_endpoint(settings).url or "")
    return parts.scheme, parts.netloc


def entailment_of(settings: Settings, model: ChatModel, verifier: ChatModel | None, prompts: Prompts) -> Entailment:
    """What the settings name: `verifier`, else the `model` that answers, or none; `prompts` are that model's."""
    if settings.verify == "exact":
        return NoEntailment()
    asked = verifier or model
    # The context of an embedded engine is lent to one request at a time: it is not asked while it writes.
    busy = asked is model and model.embedded
    if asked.taught:
        return JudgedEntailment(Judge(asked, prompts), most_batches=1 if busy else None)
    return BatchEntailment(asked, prompts, most_batches=1 if busy else _BATCHES)


def _marks(context: NumberedContext, pair: Pair) -> str:
    return "".join(f"[{number}]" for number in context.numbers_of(pair.passages))

"""Value types of a question, the draft that a model writes, and the answer with its citations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal, Protocol

from assistant.schema.articles import (
    EVERY_ARTICLE,
    Article,
    ArticleFilter,
    Paragraph,
    Passage,
    iso_day,
    passage_to_dict,
)
from assistant.schema.trace import AnswerTrace

NOT_STATED = "The articles do not say."


@dataclass(frozen=True, slots=True)
class Quote:
    """A span of a paragraph: `text[start:end]` of that paragraph is `text` here."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an answer's sentence is stated. `text[start:end] == quote` always holds."""

    number: int
    article_id: str
    title: str
    source: str | None
    via: str | None
    published: date | None
    paragraph: int
    paragraph_id: str
    text: str
    quote: str
    start: int
    end: int
    also: tuple[str, ...] = ()


class Cited(Protocol):
    """What a citation is known again by; a saved one has it too. `text` is the whole paragraph."""

    @property
    def article_id(self) -> str:
        """The id of its article."""
        ...

    @property
    def paragraph_id(self) -> str:
        """The id of its paragraph."""
        ...

    @property
    def text(self) -> str:
        """The paragraph as it was cited."""
        ...


class CitationState(StrEnum):
    """Whether what was cited still stands: its paragraph reads as it did, or otherwise, or its article is gone."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    GONE = "gone"

    @classmethod
    def of(cls, citation: Cited, article: Article | None) -> CitationState:
        """`article` is the cited one as the library holds it now, None where it does not."""
        if article is None:
            return cls.GONE
        return cls.UNCHANGED if cited_paragraph(citation, article) else cls.CHANGED


def cited_paragraph(citation: Cited, article: Article) -> Paragraph | None:
    """The paragraph of `article` that was cited, where it reads as it did.

    A repeated story is kept under another article's ids: there the text alone tells.
    """
    is_another = article.id != citation.article_id
    for paragraph in article.paragraphs:
        if paragraph.text == citation.text and (is_another or paragraph.id == citation.paragraph_id):
            return paragraph
    return None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer.

    `support` is the verifier's probability that the cited article states it, None where it gives no
    probability; `quoted`: it is the article's own words; `byline`, outlet and date, stands before it where
    reports differ; `reckoned`: a figure in it follows from what is cited, and is not printed there.
    """

    text: str
    citations: tuple[int, ...]
    support: float | None
    quoted: bool = False
    byline: str | None = None
    reckoned: bool = False


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence of a draft without its marks, and the numbers of the paragraphs that it cites.

    `leads`: the lines that it stands under, a list's or a heading, the outermost first.
    """

    text: str
    numbers: tuple[int, ...] = ()
    leads: tuple[str, ...] = ()

    @property
    def claim(self) -> str:
        """What it says, with what it stands under."""
        return " ".join((*self.leads, self.text))


@dataclass(frozen=True, slots=True)
class Draft:
    """What a model wrote: its sentences, and what it says is not stated, a text a line that says so ("": all)."""

    sentences: tuple[DraftSentence, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Omission:
    """What is no part of the answer, and why: what the model wrote and does not hold, or what nothing is said about.

    `missing`: it was asked, and the articles do not say it.
    """

    text: str
    reason: str
    missing: bool = False


Role = Literal["user", "assistant"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation; `articles`: the ids of those that it cites, where that is known."""

    role: Role
    content: str
    articles: tuple[str, ...] = ()

    @classmethod
    def of_answer(cls, content: str, answer: Mapping[str, Any]) -> Turn:
        """The assistant's turn; `answer` is `Answer.to_dict()` as it was kept, of whatever shape."""
        citations = answer.get("citations")
        ids = (
            [one.get("article_id") for one in citations if isinstance(one, Mapping)]
            if isinstance(citations, list)
            else []
        )
        return cls("assistant", content, tuple(dict.fromkeys(one for one in ids if isinstance(one, str))))

    def to_dict(self) -> dict[str, Any]:
        """As JSON; `articles` where it cites any."""
        said = {"role": self.role, "content": self.content}
        return {**said, "articles": list(self.articles)} if self.articles else said


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what came before it and the articles that it may be answered from."""

    text: str
    id: str | int | None = None
    history: tuple[Turn, ...] = ()
    articles: ArticleFilter = EVERY_ARTICLE

    @classmethod
    def of(cls, question: str | Question, history: Sequence[Turn], articles: ArticleFilter) -> Question:
        """A question of these; one that is given already has its own."""
        if isinstance(question, Question):
            return question
        return cls(question, history=tuple(history), articles=articles)


class Timing(StrEnum):
    """What is timed of an answer: its steps, when the first words came, all of it."""

    REWRITE = "rewrite"
    RETRIEVE = "retrieve"
    GATE = "gate"
    WRITE = "write"
    CHECK = "check"
    FIRST_TOKEN = "first_token"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer or a refusal, the same object on the page, on the command line and in the API.

    `confidence` is the calibrated probability that it is right (of a refusal: that the best answer found
    was). `as_of`: only what was published until that day was read for it. `steps` tells how
    it came about, for `--explain` and the page.
    """

    question: str
    standalone_question: str
    answer: str
    refused: bool
    refusal_reason: str | None
    confidence: float | None
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    closest: tuple[Passage, ...]
    model: str
    left_out: tuple[Omission, ...] = ()
    timings_ms: Mapping[Timing, int] = field(default_factory=dict)
    id: str | int | None = None
    as_of: date | None = None
    steps: AnswerTrace = field(default=AnswerTrace(), compare=False)

    @property
    def newest_source(self) -> date | None:
        """The publication day of the newest article that is cited; None where none has a date."""
        return max((c.published for c in self.citations if c.published is not None), default=None)

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract's object, in the contract's key order."""
        return {
            "id": self.id,
            "question": self.question,
            "standalone_question": self.standalone_question,
            "answer": self.answer,
            "refused": self.refused,
            "refusal_reason": self.refusal_reason,
            "as_of": iso_day(self.as_of),
            "newest_source": iso_day(self.newest_source),
            "confidence": None if self.confidence is None else round(self.confidence, 4),
            "sentences": [sentence_to_dict(sentence) for sentence in self.sentences],
            "citations": [citation_to_dict(citation) for citation in self.citations],
            "closest": [passage_to_dict(passage) for passage in self.closest],
            "left_out": [asdict(one) for one in self.left_out],
            "model": self.model,
            "timings_ms": {str(name): milliseconds for name, milliseconds in self.timings_ms.items()},
        }


def citation_to_dict(citation: Citation) -> dict[str, Any]:
    """A citation as it stands in an answer's `citations` list."""
    return {**asdict(citation), "published": iso_day(citation.published), "also": list(citation.also)}


def sentence_to_dict(sentence: Sentence) -> dict[str, Any]:
    """A sentence as it stands in an answer's `sentences` list."""
    return {
        "text": sentence.text,
        "citations": list(sentence.citations),
        "support": None if sentence.support is None else round(sentence.support, 4),
        "quoted": sentence.quoted,
        "byline": sentence.byline,
        "reckoned": sentence.reckoned,
    }

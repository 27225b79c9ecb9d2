"""The value types that travel between the parts. All are frozen; none knows a framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Paragraph:
    r"""One paragraph of an article, as a reader would count it.

    Of a plain text or Markdown file, `text` is the decoded file's own characters from `offset` on,
    its line ends as "\n"; of every other format, `offset` counts in the article's paragraphs joined
    by blank lines. The first `dateline` characters of
    `text` are a dateline ("Moscow, July 4:"): part of the paragraph, never part of a quote.
    """

    id: str
    number: int
    text: str
    offset: int = 0
    dateline: int = 0


@dataclass(frozen=True, slots=True)
class Article:
    """A news article. `via` is the agency the outlet itself cites ("reports Xinhua").

    `also` are other outlets that carry the same story, as "IANS, 2017-07-04"; `language` is an
    ISO 639-1 code.
    """

    id: str
    title: str
    source: str | None
    published: date | None
    paragraphs: tuple[Paragraph, ...]
    path: str = ""
    url: str | None = None
    via: str | None = None
    author: str | None = None
    language: str | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleHeader:
    """An article as a list shows it; `paragraphs` is how many it has."""

    id: str
    title: str
    source: str | None
    published: date | None
    paragraphs: int
    path: str = ""
    url: str | None = None
    via: str | None = None
    author: str | None = None
    language: str | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved paragraph with what a reader needs to place it, and its scores.

    `score` is the fused rank score; `dense_score` a cosine similarity in [-1, 1] and
    `bm25_score` a BM25 score ≥ 0, each None where that retriever did not return the paragraph.
    """

    paragraph: Paragraph
    article_id: str
    title: str
    source: str | None
    published: date | None
    via: str | None = None
    score: float = 0.0
    dense_score: float | None = None
    bm25_score: float | None = None
    also: tuple[str, ...] = ()


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

    `lead`: the line that its list stands under.
    """

    text: str
    numbers: tuple[int, ...] = ()
    lead: str = ""

    @property
    def claim(self) -> str:
        """What it says, with what it stands under."""
        return f"{self.lead} {self.text}" if self.lead else self.text


@dataclass(frozen=True, slots=True)
class Draft:
    """What a model wrote: its sentences, and what it says is not stated, a text a line that says so ("": all)."""

    sentences: tuple[DraftSentence, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Omission:
    """What the model wrote and the reader is not shown as an answer, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation; `role` is "user" or "assistant"."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what came before it and what it may be answered from.

    `since` and `until` bound the publication date; `as_of` bounds it like `until`, and the answer
    says so; `articles`, where given, are the ids of the only articles to ask.
    """

    text: str
    id: str | int | None = None
    history: tuple[Turn, ...] = ()
    since: date | None = None
    until: date | None = None
    articles: tuple[str, ...] = ()
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The same object on the page, on the command line and in the API.

    `confidence` is the calibrated probability that it is right (of a refusal: that the best answer found
    was). `as_of`: only what was published until that day was read for it. `steps` tells how
    it came about, for `--explain` and the page: plain JSON values, see docs/json.md.
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
    timings_ms: Mapping[str, int] = field(default_factory=dict)
    id: str | int | None = None
    as_of: date | None = None
    steps: Mapping[str, Any] = field(default_factory=dict, compare=False)

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
            "as_of": _iso(self.as_of),
            "newest_source": _iso(self.newest_source),
            "confidence": None if self.confidence is None else round(self.confidence, 4),
            "sentences": [sentence_to_dict(sentence) for sentence in self.sentences],
            "citations": [citation_to_dict(citation) for citation in self.citations],
            "closest": [passage_to_dict(passage) for passage in self.closest],
            "left_out": [asdict(one) for one in self.left_out],
            "model": self.model,
            "timings_ms": dict(self.timings_ms),
        }


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


def citation_to_dict(citation: Citation) -> dict[str, Any]:
    """A citation as it stands in an answer's `citations` list."""
    return {**asdict(citation), "published": _iso(citation.published), "also": list(citation.also)}


def passage_to_dict(passage: Passage) -> dict[str, Any]:
    """A passage as it stands in an answer's `closest` list."""
    return {
        "article_id": passage.article_id,
        "title": passage.title,
        "source": passage.source,
        "via": passage.via,
        "published": _iso(passage.published),
        "paragraph": passage.paragraph.number,
        "paragraph_id": passage.paragraph.id,
        "text": passage.paragraph.text,
        "also": list(passage.also),
        "score": round(passage.score, 6),
        "dense_score": None if passage.dense_score is None else round(passage.dense_score, 4),
        "bm25_score": None if passage.bm25_score is None else round(passage.bm25_score, 4),
    }


def header_to_dict(header: ArticleHeader) -> dict[str, Any]:
    """A header as a JSON object."""
    return {**asdict(header), "published": _iso(header.published), "also": list(header.also)}


def article_to_dict(article: Article) -> dict[str, Any]:
    """An article with its paragraphs (id, number, text) as a JSON object."""
    paragraphs = [{"id": p.id, "number": p.number, "text": p.text} for p in article.paragraphs]
    return {
        **asdict(article),
        "published": _iso(article.published),
        "also": list(article.also),
        "paragraphs": paragraphs,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


@dataclass(frozen=True, slots=True)
class Step:
    """Event: what is being done now: "rewriting", "searching", "judging", "writing", "checking" or "restarting"."""

    name: str


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Event: these passages were found."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """Event: a piece of the draft, as the model writes it; not checked yet."""

    text: str


@dataclass(frozen=True, slots=True)
class SentenceReady:
    """Event: a sentence that passed its check, with the citations it uses."""

    sentence: Sentence
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """Event: the finished answer or refusal; always the last one."""

    answer: Answer


Event = Step | Retrieved | Token | SentenceReady | Done

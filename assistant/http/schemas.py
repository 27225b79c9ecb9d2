"""Schemas of request and response bodies, for checking the former and describing the latter (OpenAPI)."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from assistant.library.report import FileStatus
from assistant.query.validate import MAX_QUESTION, articles_where
from assistant.schema.articles import ArticleFilter
from assistant.schema.opening import Phase
from assistant.util.validation import Day, Strict

_MOST_TURNS, _LONGEST_TURN, _MOST_ARTICLES = 200, 100_000, 1000
Text = Annotated[str, StringConstraints(max_length=_LONGEST_TURN)]
AskedText = Annotated[str, StringConstraints(min_length=1, max_length=MAX_QUESTION, pattern=r"\S")]
ArticleId = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class _Dated(Strict):
    since: Day | None = Field(None, description="only from articles published on or after this day")
    until: Day | None = Field(None, description="only from articles published on or before this day")
    articles: list[ArticleId] = Field([], max_length=_MOST_ARTICLES, description="ids of the only articles to use")


def filter_of(body: _Dated, as_of: date | None = None) -> ArticleFilter:
    """The articles that a request names. Raises `UsageError`."""
    return articles_where(since=body.since, until=body.until, as_of=as_of, ids=body.articles)


class TurnBody(Strict):
    """What was said before."""

    role: Literal["user", "assistant"]
    content: Text
    articles: list[str] = Field([], max_length=_MOST_ARTICLES, description="ids of the articles that an answer cites")


class AskBody(_Dated):
    """A question with what came before it and what it may be answered from."""

    question: AskedText
    id: str | int | None = Field(None, description="comes back with the answer")
    as_of: Day | None = Field(None, description="answer from what was published until this day, and say so")
    history: list[TurnBody] = Field([], max_length=_MOST_TURNS)
    stream: bool = Field(False, description="server-sent events instead of one object")
    steps: bool = Field(False, description="also how the answer came about, as with --explain")


class SearchBody(_Dated):
    """What to look for; no language model is asked."""

    query: AskedText
    limit: int = Field(10, ge=1, le=50)


class ContentPart(BaseModel):
    """A part of a message; other parts than texts are refused."""

    type: Literal["text"]
    text: Text


class ChatMessage(BaseModel):
    """A message of OpenAI's chat; instructions ("system", "developer") and tools' results are passed over."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | list[ContentPart] | None = None

    @property
    def text(self) -> str:
        """Its text."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class ChatBody(BaseModel):
    """OpenAI's request; what has no meaning here (temperature, tools, …) is passed over."""

    model: Text
    messages: list[ChatMessage] = Field(min_length=1, max_length=_MOST_TURNS)
    stream: bool | None = False
    n: Literal[1] | None = 1


class SentenceOut(BaseModel):
    """See docs/json.md."""

    text: str
    citations: list[int]
    support: float | None
    quoted: bool
    byline: str | None
    reckoned: bool


class CitationOut(BaseModel):
    """See docs/json.md."""

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
    also: list[str]


class PassageOut(BaseModel):
    """See docs/json.md, `closest`."""

    article_id: str
    title: str
    source: str | None
    via: str | None
    published: date | None
    paragraph: int
    paragraph_id: str
    text: str
    also: list[str]
    score: float
    dense_score: float | None
    bm25_score: float | None


class LeftOutOut(BaseModel):
    """See docs/json.md."""

    text: str
    reason: str
    missing: bool


class AnswerOut(BaseModel):
    """The object of docs/json.md; `steps` where it was asked for."""

    id: str | int | None
    question: str
    standalone_question: str
    answer: str
    refused: bool
    refusal_reason: str | None
    as_of: date | None
    newest_source: date | None
    confidence: float | None
    sentences: list[SentenceOut]
    citations: list[CitationOut]
    closest: list[PassageOut]
    left_out: list[LeftOutOut]
    model: str
    timings_ms: dict[str, int]
    steps: dict[str, Any] | None = None


# Where on the server it lies is nobody's to know.
FileName = Annotated[str, AfterValidator(lambda path: PurePath(path).name)]


class PassagesOut(BaseModel):
    """Passages, the best first."""

    query: str
    passages: list[PassageOut]


class HeaderOut(BaseModel):
    """An article as a list shows it."""

    id: str
    title: str
    source: str | None
    published: date | None
    paragraphs: int
    path: FileName
    url: str | None
    via: str | None
    author: str | None
    language: str | None
    also: list[str]
    modified: date | None
    corrected: bool


class ArticlesOut(BaseModel):
    """A part of the list; `total` is how many there are in all."""

    articles: list[HeaderOut]
    total: int


class ParagraphOut(BaseModel):
    """A paragraph, as a reader would count it."""

    id: str
    number: int
    text: str


class ArticleOut(BaseModel):
    """An article with its paragraphs."""

    id: str
    title: str
    source: str | None
    published: date | None
    paragraphs: list[ParagraphOut]
    path: FileName
    url: str | None
    via: str | None
    author: str | None
    language: str | None
    also: list[str]
    modified: date | None
    corrected: bool


class OutcomeOut(BaseModel):
    """What became of one file."""

    name: str
    status: FileStatus
    article_ids: list[str]
    message: str


class OutcomesOut(BaseModel):
    """What became of each file."""

    outcomes: list[OutcomeOut]


class RemovedOut(BaseModel):
    """How many articles were removed."""

    removed: int


class StateOut(BaseModel):
    """How far the server is."""

    state: Phase
    doing: str

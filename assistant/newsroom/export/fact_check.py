"""Fact check of answers: for each sentence its sources, with all that is known of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial

from assistant.answering.render import RECKONED, not_found
from assistant.errors import ArticleError
from assistant.newsroom.answers.file import SavedAnswer, SavedCitation
from assistant.newsroom.provenance.independence import Carriage
from assistant.schema.answers import CitationState, cited_paragraph
from assistant.schema.articles import Article
from assistant.util.hashing import text_sha256

ArticleOf = Callable[[str], Article | None]
CarriageOf = Callable[[SavedCitation], Carriage | None]


@dataclass(frozen=True, slots=True)
class Source:
    """A cited paragraph, whose `quote` begins at `start` of its `text`.

    `sha256` is of that text in UTF-8, as the answer was checked against it; `before` and `after` are the paragraphs
    around it, "" where there is none; `state` says whether the library holds it still. Author and address are unknown
    where the article is gone, or kept as another outlet's. `carriage` is who carries what is quoted, None where that
    was not counted.
    """

    number: int
    article_id: str
    title: str
    outlet: str | None
    via: str | None
    also: tuple[str, ...]
    author: str | None
    published: date | None
    url: str | None
    paragraph: int
    paragraph_id: str
    quote: str
    start: int
    text: str
    sha256: str
    before: str
    after: str
    state: CitationState
    carriage: Carriage | None = None


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence of an answer with what states it; `support` and `reckoned` as in docs/json.md."""

    text: str
    byline: str | None
    support: float | None
    quoted: bool
    reckoned: bool
    sources: tuple[Source, ...]

    @property
    def shown(self) -> str:
        """ "TDI, 22 March 2023: They met.", with a mark where a figure follows from the sources and is not in them."""
        return f"{self.byline}: " * bool(self.byline) + self.text + RECKONED * self.reckoned


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """A question and its answer; of a refusal, `reason` says why, and there are no sentences.

    `missing`: what of the question the articles do not answer, each in a line of its own.
    """

    question: str
    answer: str
    reason: str | None
    missing: tuple[str, ...]
    as_of: date | None
    model: str
    sentences: tuple[CheckedSentence, ...]


@dataclass(frozen=True, slots=True)
class FactCheck:
    """One answer or a conversation. `accessed`: when the library was read for it, with its time zone."""

    answers: tuple[CheckedAnswer, ...]
    accessed: datetime

    @property
    def sources(self) -> tuple[Source, ...]:
        """All sources, in the order in which they are first cited."""
        found = (source for answer in self.answers for sentence in answer.sentences for source in sentence.sources)
        return tuple(dict.fromkeys(found))


def fact_check(
    answers: Sequence[SavedAnswer],
    article_of: ArticleOf,
    accessed: datetime,
    carriage_of: CarriageOf = lambda _citation: None,
) -> FactCheck:
    """What `answers` say, with what the library knows of their sources.

    `article_of` gives None, or raises `ArticleError`, for what is gone; `carriage_of` gives None for what was not
    counted.
    """
    # A conversation cites few articles, and each of them often.
    held = cache(partial(_held, article_of))
    return FactCheck(tuple(_checked(answer, held, carriage_of) for answer in answers), accessed)


def _held(article_of: ArticleOf, key: str) -> Article | None:
    try:
        return article_of(key)
    except ArticleError:
        return None


def _checked(answer: SavedAnswer, article_of: ArticleOf, carriage_of: CarriageOf) -> CheckedAnswer:
    sources = {
        citation.number: _source(citation, article_of(citation.article_id), carriage_of(citation))
        for citation in answer.citations
    }
    sentences = tuple(
        CheckedSentence(
            sentence.text,
            sentence.byline,
            sentence.support,
            sentence.quoted,
            sentence.reckoned,
            tuple(sources[number] for number in sentence.citations),
        )
        for sentence in answer.sentences
    )
    reason = answer.refusal_reason or answer.answer if answer.refused else None
    missing = () if answer.refused else tuple(not_found(answer.left_out))
    return CheckedAnswer(answer.question, answer.answer, reason, missing, answer.as_of, answer.model, sentences)


def _source(citation: SavedCitation, article: Article | None, carriage: Carriage | None) -> Source:
    stands = cited_paragraph(citation, article) if article else None
    # A repeated story may be kept as another outlet's article: who wrote that, and where, is not asked of this one.
    own = article if article and (article.id == citation.article_id or article.source == citation.source) else None
    # Around a paragraph that is not there any more stand others than stood there.
    around = {part.number - stands.number: part.text for part in article.paragraphs} if article and stands else {}
    return Source(
        number=citation.number,
        article_id=citation.article_id,
        title=citation.title,
        outlet=citation.source,
        via=citation.via,
        also=citation.also,
        author=own.author if own else None,
        published=citation.published,
        url=own.url if own else None,
        paragraph=citation.paragraph,
        paragraph_id=citation.paragraph_id,
        quote=citation.quote,
        start=citation.quoted_from,
        text=citation.text,
        sha256=text_sha256(citation.text),
        before=around.get(-1, ""),
        after=around.get(1, ""),
        state=CitationState.of(citation, article),
        carriage=carriage,
    )

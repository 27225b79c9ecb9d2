"""Stale answers: saved ones whose sources moved, or where a newer report answers otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from assistant.api import Assistant
from assistant.errors import ArticleError
from assistant.llm.scope import QuestionScope
from assistant.newsroom.answers.comparison import Difference, compare
from assistant.newsroom.answers.file import SavedAnswer, SavedCitation, of_answer
from assistant.newsroom.evidence.nearness import near_ids
from assistant.newsroom.provenance.versions import Kind, TextChange, changed_sentences, changes
from assistant.schema.answers import CitationState, Question
from assistant.schema.articles import EVERY_ARTICLE, Article, ArticleFilter, iso_day
from assistant.util.progress import Progress

# Passages that may come near a question, of those that the retriever finds.
_LOOKED_AT = 20


class Change(StrEnum):
    """Why an answer is stale."""

    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    CORRECTED = "corrected"
    OTHERWISE = "answered otherwise"
    ANSWERED = "answered now"


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that is kept somewhere: `where` names the place for a reader, `asked` when it was given.

    `articles` are those that the question was put to.
    """

    answer: SavedAnswer
    where: str
    asked: datetime | None
    articles: ArticleFilter = EVERY_ARTICLE


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that changed: `detail` tells it in a line, `article_id` is the article concerned.

    `changes` are those of the article, where it was replaced, as far as they are known; `newer` is the newer answer,
    where the question was asked again.
    """

    change: Change
    article_id: str
    detail: str
    newer: SavedAnswer | None = None
    changes: tuple[TextChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Stale:
    """An answer that no longer holds, and why."""

    kept: Kept
    reasons: tuple[Reason, ...]

    def to_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        reasons = [
            {
                "change": reason.change.value,
                "article_id": reason.article_id,
                "detail": reason.detail,
                "newer": reason.newer.model_dump(mode="json") if reason.newer else None,
                "changes": [change.to_dict() for change in reason.changes],
            }
            for reason in self.reasons
        ]
        asked = self.kept.asked.isoformat(timespec="seconds") if self.kept.asked else None
        answer = self.kept.answer
        return {
            "question": answer.question,
            "answer": answer.answer,
            "where": self.kept.where,
            "asked": asked,
            "reasons": reasons,
        }


class StaleCheck:
    """Checks answers against a library; the model is asked only where a newer paragraph comes near the question."""

    def __init__(self, assistant: Assistant, scope: QuestionScope | None = None) -> None:
        """`scope` cancels what the model is asked."""
        self._assistant = assistant
        self._scope = scope
        self._judge = assistant.judge(scope)

    def run(self, answers: Sequence[Kept], progress: Progress | None = None) -> Iterator[Stale]:
        """What is stale, in order. Raises `ModelError`."""
        for done, kept in enumerate(answers):
            if progress:
                progress(done, len(answers))
            reasons = self.reasons(kept)
            if reasons:
                yield Stale(kept, reasons)
        if progress:
            progress(len(answers), len(answers))

    def reasons(self, kept: Kept) -> tuple[Reason, ...]:
        """What changed for one answer; () where it holds."""
        moved = [self._moved(citation, kept.asked) for citation in _first_of_each(kept.answer.citations)]
        newer = self._newer(kept)
        # An article that changed elsewhere is told once, however many of its paragraphs are cited.
        return (*dict.fromkeys(filter(None, moved)), *([newer] if newer else []))

    def _moved(self, citation: SavedCitation, asked: datetime | None) -> Reason | None:
        named = f"“{citation.title}”"
        match self._assistant.resolve(citation):
            case CitationState.GONE:
                detail = f"{named} is no longer in the library"
                return Reason(Change.WITHDRAWN, citation.article_id, detail)
            case CitationState.CHANGED:
                detail = f"{named} no longer has paragraph {citation.paragraph} as it was cited"
                return Reason(Change.REPLACED, citation.article_id, detail, changes=self._of_paragraph(citation))
        article = self._article(citation.article_id)
        if article is None or asked is None:
            return None
        found = self._since(article, asked)
        on = article.modified if article.modified and article.modified > asked.date() else None
        if on is None and not found:
            return None
        told = f"{'corrected' if article.corrected else 'changed'}{f' on {on.isoformat()}' if on else ''}"
        detail = f"{named} was {told}; the cited paragraph stands"
        return Reason(Change.CORRECTED, citation.article_id, detail, changes=found)

    def _of_paragraph(self, citation: SavedCitation) -> tuple[TextChange, ...]:
        """What became of the sentences of a cited paragraph."""
        article = self._article(citation.article_id)
        if article is None:
            return ()
        now = [paragraph.text for paragraph in article.paragraphs]
        versions = self._assistant.index.versions.of(citation.article_id)
        earlier = ([paragraph.text for paragraph in version.article.paragraphs] for version in reversed(versions))
        # Without its version the paragraph alone is known: what is new in the article is then nothing to it.
        before = next((texts for texts in earlier if citation.text in texts), [citation.text])
        cited = " ".join(citation.text.split())
        return tuple(change for change in changed_sentences(before, now) if change.before and change.before in cited)

    def _since(self, article: Article, asked: datetime) -> tuple[TextChange, ...]:
        """What an article said otherwise when an answer was given; wording and what was added since aside."""
        versions = self._assistant.index.versions.of(article.id)
        then = next((version.article for version in versions if version.replaced > asked), None)
        found = changes(then, article) if then else []
        return tuple(change for change in found if change.kind is not Kind.WORDING and change.before)

    def _article(self, article_id: str) -> Article | None:
        try:
            return self._assistant.article(article_id)
        except ArticleError:
            return None

    def _newer(self, kept: Kept) -> Reason | None:
        answer = kept.answer
        since = _since(kept)
        if since is None:
            return None
        newer = replace(kept.articles.within(since, None), as_of=answer.as_of)
        if newer.last is not None and newer.last < since:
            return None
        text = answer.standalone_question or answer.question
        near = near_ids(text, self._assistant.search(text, newer, limit=_LOOKED_AT))
        if not near:
            return None
        later = of_answer(self._assistant.ask(Question(text, articles=newer.among(near)), scope=self._scope))
        if later.refused:
            return None
        newest = max(later.citations, key=lambda citation: citation.published or date.min)
        if answer.refused:
            return Reason(Change.ANSWERED, newest.article_id, _told(newest, later), later)
        asked = answer.model_copy(update={"question": text})
        if compare(self._judge, asked, later) is not Difference.OTHERWISE:
            return None
        return Reason(Change.OTHERWISE, newest.article_id, _told(newest, later), later)


def _told(newest: SavedCitation, later: SavedAnswer) -> str:
    day = iso_day(newest.published)
    return f"{', '.join(filter(None, (newest.source, day))) or newest.title}: {later.answer}"


def _since(kept: Kept) -> date | None:
    """The first day that is newer than what the answer was written from; None where that is not known."""
    if newest := kept.answer.newest_day:
        return newest + timedelta(days=1) if newest < date.max else None
    return kept.asked.date() if kept.asked else None


def _first_of_each(citations: Sequence[SavedCitation]) -> list[SavedCitation]:
    """One citation a paragraph."""
    return list({citation.paragraph_id: citation for citation in reversed(citations)}.values())[::-1]

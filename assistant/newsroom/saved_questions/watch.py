"""Watcher of saved questions: asks them again where new articles come near, or where what an answer cites has gone."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from assistant.api import Assistant
from assistant.llm.scope import QuestionScope
from assistant.newsroom.answers.comparison import Difference, compare
from assistant.newsroom.answers.file import SavedAnswer, of_answer
from assistant.newsroom.evidence.nearness import near_articles
from assistant.newsroom.saved_questions.book import Event, Outcome, QuestionBook, SavedQuestion
from assistant.schema.answers import CitationState, Question
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter
from assistant.util.progress import Progress, unseen

_OUTCOMES = {
    Difference.SAME: Outcome.UNCHANGED,
    Difference.MORE: Outcome.CHANGED,
    Difference.OTHERWISE: Outcome.CONTRADICTS,
}
# Of the hash of what an article says, as much as tells its versions apart.
_HASH = 12


class Watch:
    """Asks saved questions again; one that nothing new comes near costs no call of the language model."""

    def __init__(
        self,
        assistant: Assistant,
        book: QuestionBook,
        scope: QuestionScope | None = None,
        *,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        """`scope` cancels what the model is asked."""
        self._assistant = assistant
        self._book = book
        self._scope = scope or QuestionScope()
        self._judge = assistant.judge(self._scope)
        self._now = now or (lambda: datetime.now(UTC))

    def run(self, progress: Progress | None = None) -> tuple[Event, ...]:
        """What there is to tell; the other questions were not asked, or their answers say the same.

        What was found is kept after each question: a run that breaks off loses none of it, and the next one goes
        over the same articles again. Raises `ModelError`, `AssistantError`.
        """
        events = self.each(progress or unseen("questions"))
        return tuple(event for event in events if event.outcome is not Outcome.UNCHANGED)

    def each(self, progress: Progress) -> Iterator[Event]:
        """The same question by question, each as soon as it is answered; what is unchanged too."""
        with self._book.running():
            before, now = self._book.seen() or {}, self._articles()
            asked = self._to_ask(self._book.questions(), before, now)
            progress(0, len(asked))
            for done, (question, articles) in enumerate(asked, 1):
                event = self._ask(question, articles)
                if event.outcome is not Outcome.UNCHANGED or articles == EVERY_ARTICLE:
                    # What the last answer cites may have gone, though another article says the same.
                    self._book.note(event)
                progress(done, len(asked))
                yield event
            if now != before:
                self._book.saw(now)

    def _articles(self) -> dict[str, str]:
        """What each article says, as a short hash; a story that several outlets carry is there once."""
        return {
            record.id: str(record.header.get("content", ""))[:_HASH]
            for record in self._assistant.index.store.records()
            if record.same_as is None
        }

    def _to_ask(
        self, questions: Sequence[SavedQuestion], before: Mapping[str, str], now: Mapping[str, str]
    ) -> list[tuple[SavedQuestion, ArticleFilter]]:
        """The questions to ask, each with the articles to answer it from.

        The whole library answers what was not asked yet, or was answered from what no longer stands; the others are
        asked of new articles that come near.
        """
        moved = {key for key in (*before, *now) if before.get(key) != now.get(key)}
        rest = [question for question in questions if self._stands(question.answer, moved)]
        standing = {question.id for question in rest}
        whole = [question for question in questions if question.id not in standing]
        index = self._assistant.index
        fresh = [key for key in now if key in moved]
        texts = [question.text for question in rest]
        near = near_articles(texts, fresh, index.store, index.embedder.get_query_embedding)
        return [(question, EVERY_ARTICLE) for question in whole] + [
            (question, ArticleFilter(ids=ids)) for question, ids in zip(rest, near, strict=True) if ids
        ]

    def _stands(self, answer: SavedAnswer | None, moved: set[str]) -> bool:
        return answer is not None and all(
            self._assistant.resolve(citation) is CitationState.UNCHANGED
            for citation in answer.citations
            if citation.article_id in moved
        )

    def _ask(self, question: SavedQuestion, articles: ArticleFilter) -> Event:
        answer = of_answer(self._assistant.ask(Question(question.text, articles=articles), scope=self._scope))
        return Event(
            id=str(uuid.uuid4()),
            at=self._now(),
            question_id=question.id,
            question=question.text,
            outcome=self._outcome(question.answer, answer, everywhere=articles == EVERY_ARTICLE),
            answer=answer,
            earlier=question.answer,
        )

    def _outcome(self, earlier: SavedAnswer | None, later: SavedAnswer, *, everywhere: bool) -> Outcome:
        if earlier is None or earlier.refused:
            return Outcome.NOT_STATED if later.refused else Outcome.NEW
        if later.refused:
            return Outcome.NO_LONGER if everywhere else Outcome.UNCHANGED
        outcome = _OUTCOMES[compare(self._judge, earlier, later)]
        is_older = not everywhere and _is_older(later, than=earlier)
        return Outcome.EARLIER if is_older and outcome is not Outcome.UNCHANGED else outcome


def _is_older(answer: SavedAnswer, *, than: SavedAnswer) -> bool:
    return bool(answer.newest_day and than.newest_day and answer.newest_day < than.newest_day)

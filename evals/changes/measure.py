"""What is told of a kept answer and of a saved question once a later paragraph has come."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.api import Assistant
from assistant.newsroom.answers.file import SavedAnswer, SavedCitation, SavedSentence
from assistant.newsroom.answers.stale import Kept, StaleCheck
from assistant.newsroom.saved_questions.book import Event, Outcome, QuestionBook
from assistant.newsroom.saved_questions.watch import Watch
from evals.changes.rows import EARLIER, LATER, ChangeRow, article_of
from evals.metrics.uncertainty import with_interval

_ASKED = datetime(2024, 3, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """A row, and whether anything was told of the kept answer and of the saved question."""

    row: ChangeRow
    answer: bool
    question: bool


def measure(rows: Sequence[ChangeRow], open_assistant: Callable[[Path], Assistant]) -> Iterator[Told]:
    """Each row with what is told of it; `open_assistant` opens an empty library in a folder. Raises `ModelError`."""
    for row in rows:
        with tempfile.TemporaryDirectory() as folder:
            assistant = open_assistant(Path(folder))
            try:
                yield _measured(row, assistant, Path(folder))
            finally:
                assistant.index.close()


def report(told: Sequence[Told]) -> str:
    """Misses and false alarms in words, with 95 % intervals."""
    lines = []
    kinds = {"kept answers": [one.answer for one in told], "saved questions": [one.question for one in told]}
    for name, alarms in kinds.items():
        pairs = [(one.row, alarm) for one, alarm in zip(told, alarms, strict=True)]
        planted = [alarm for row, alarm in pairs if row.stale]
        same = [alarm for row, alarm in pairs if not row.stale]
        missed, false = with_interval(planted.count(False), len(planted)), with_interval(same.count(True), len(same))
        lines.append(f"{name}: missed {missed}, false alarms {false}")
        lines += [f"  missed: {row.id}" for row, alarm in pairs if row.stale and not alarm]
        lines += [f"  false alarm: {row.id}" for row, alarm in pairs if alarm and not row.stale]
    return "\n".join(lines)


def _measured(row: ChangeRow, assistant: Assistant, folder: Path) -> Told:
    assistant.index.add([article_of("earlier", row.earlier, EARLIER)])
    answer = _answer(row)
    book = QuestionBook(folder / "questions.json")
    watch = Watch(assistant, book)
    watch.run()
    question = book.add(row.question)
    first = {"id": "0", "at": _ASKED, "question_id": question.id, "question": question.text, "answer": answer}
    book.note(Event.model_validate({**first, "outcome": Outcome.NEW}))
    assistant.index.add([article_of("later", row.later, LATER)])
    reasons = StaleCheck(assistant).reasons(Kept(answer, row.id, _ASKED))
    events = watch.run()
    return Told(row, bool(reasons), bool(events))


def _answer(row: ChangeRow) -> SavedAnswer:
    article = article_of("earlier", row.earlier, EARLIER)
    (paragraph,) = article.paragraphs
    citation = SavedCitation(
        number=1,
        article_id=article.id,
        title=article.title,
        source=article.source,
        published=article.published,
        paragraph=paragraph.number,
        paragraph_id=paragraph.id,
        text=paragraph.text,
        quote=paragraph.text,
    )
    sentence = SavedSentence(text=row.answer, citations=(1,))
    return SavedAnswer(
        question=row.question, answer=f"{row.answer} [1]", refused=False, sentences=(sentence,), citations=(citation,)
    )

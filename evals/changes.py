"""Measure `assistant check-answers` and `assistant watch-questions` on changes that were made up.

    python -m evals.changes [--model MODEL]     # asks the model: are the changes told, and nothing else?
    python -m evals.changes --near              # asks none: which articles would it be asked about?

Each row of the file is a question, its answer by an earlier paragraph, and a later paragraph, which says otherwise
(`stale`) or does not. It is a library of its own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from llama_index.core.embeddings import BaseEmbedding
from tqdm import tqdm

from assistant.api import Assistant
from assistant.errors import AssistantError, UsageError
from assistant.library.index import ArticleIndex
from assistant.llm.open import open_model
from assistant.newsroom.answers.file import SavedAnswer, SavedCitation, SavedSentence
from assistant.newsroom.answers.stale import Kept, StaleCheck
from assistant.newsroom.evidence.nearness import near_articles
from assistant.newsroom.saved_questions.book import Event, Outcome, QuestionBook
from assistant.newsroom.saved_questions.watch import Watch
from assistant.schema.articles import Article, Paragraph
from assistant.settings import PROJECT, Settings
from evals.bundles import Bundle, load_bundles
from evals.news_set import BUNDLES
from evals.rows import Strict, Text, read_rows
from evals.uncertainty import wilson

ROWS = PROJECT / "evals" / "newsroom" / "changes.jsonl"
_EARLIER, _LATER = date(2024, 3, 1), date(2024, 4, 1)
_ASKED = datetime(2024, 3, 2, tzinfo=UTC)
_OUTLET = "The Skar Post"
# The embedding model keeps the vectors of so many questions.
_AT_ONCE = 50


class ChangeRow(Strict):
    """A question, what was said and answered first, what is said later, and whether that makes the answer stale."""

    id: Text
    question: Text
    earlier: Text
    answer: Text
    later: Text
    stale: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A row, and whether anything was told of the kept answer and of the saved question."""

    row: ChangeRow
    answer: bool
    question: bool


@dataclass(frozen=True, slots=True)
class Nearness:
    """Of the pairs of a question and an article that answers it, and of one that is about something else: how many
    come near, and how many there are; and the rows that say otherwise and do not come near."""

    answering: tuple[int, int]
    others: tuple[int, int]
    missed: tuple[str, ...]


def load(path: Path = ROWS) -> list[ChangeRow]:
    """The rows of a JSONL file. Raises `UsageError` with file and line."""
    rows = [row for _, row in read_rows(path, ChangeRow, "name a file of changes")]
    if not rows:
        raise UsageError(f"{path}: holds no changes; add one JSON object a line")
    return rows


def measure(rows: Sequence[ChangeRow], open_assistant: Callable[[Path], Assistant]) -> Iterator[Told]:
    """Each row with what is told of it; `open_assistant` opens an empty library in a folder. Raises `ModelError`."""
    for row in rows:
        with tempfile.TemporaryDirectory() as folder:
            assistant = open_assistant(Path(folder))
            try:
                yield _measured(row, assistant, Path(folder))
            finally:
                assistant.index.close()


def nearness(rows: Sequence[ChangeRow], bundles: Sequence[Bundle], embedder: BaseEmbedding) -> Nearness:
    """Which articles come near which questions, each article as though it came alone."""
    questions = [
        (item.asked, {(bundle.name, answer.article) for answer in item.answers})
        for bundle in bundles
        for item in bundle.items
        if item.answerable
    ]
    near: dict[bool, list[bool]] = {True: [], False: []}
    with tempfile.TemporaryDirectory() as folder:
        index = ArticleIndex(Path(folder) / "index.sqlite3", embedder)
        index.add([_of_bundle(bundle, number) for bundle in bundles for number in range(len(bundle.articles))])
        index.add([_article(row.id, row.later, _LATER) for row in rows])
        for begin in range(0, len(questions), _AT_ONCE):
            some = questions[begin : begin + _AT_ONCE]
            for name, key in ((bundle.name, article.id) for bundle in bundles for article in bundle.articles):
                found = near_articles(
                    [question for question, _ in some], [f"{name}/{key}"], index.store, embedder.get_query_embedding
                )
                for (_, gold), articles in zip(some, found, strict=True):
                    answers = (name, key) in gold
                    if answers or all(bundle != name for bundle, _ in gold):
                        near[answers].append(bool(articles))
        missed = [
            row.id
            for row in rows
            if row.stale and not near_articles([row.question], [row.id], index.store, embedder.get_query_embedding)[0]
        ]
        index.close()
    answering, others = ((near[answers].count(True), len(near[answers])) for answers in (True, False))
    return Nearness(answering, others, tuple(missed))


def report(told: Sequence[Told]) -> str:
    """Misses and false alarms in words, with 95 % intervals."""
    lines = []
    kinds = {"kept answers": [one.answer for one in told], "saved questions": [one.question for one in told]}
    for name, alarms in kinds.items():
        pairs = [(one.row, alarm) for one, alarm in zip(told, alarms, strict=True)]
        planted = [alarm for row, alarm in pairs if row.stale]
        same = [alarm for row, alarm in pairs if not row.stale]
        missed, false = _share(planted.count(False), len(planted)), _share(same.count(True), len(same))
        lines.append(f"{name}: missed {missed}, false alarms {false}")
        lines += [f"  missed: {row.id}" for row, alarm in pairs if row.stale and not alarm]
        lines += [f"  false alarm: {row.id}" for row, alarm in pairs if alarm and not row.stale]
    return "\n".join(lines)


def _share(number: int, of: int) -> str:
    if not of:
        return "0 of 0"
    low, high = wilson(number, of)
    return f"{number} of {of} ({low:.2f} to {high:.2f})"


def _measured(row: ChangeRow, assistant: Assistant, folder: Path) -> Told:
    assistant.index.add([_article("earlier", row.earlier, _EARLIER)])
    answer = _answer(row)
    book = QuestionBook(folder / "questions.json")
    watch = Watch(assistant, book)
    watch.run()
    question = book.add(row.question)
    first = {"id": "0", "at": _ASKED, "question_id": question.id, "question": question.text, "answer": answer}
    book.note(Event.model_validate({**first, "outcome": Outcome.NEW}))
    assistant.index.add([_article("later", row.later, _LATER)])
    reasons = StaleCheck(assistant).reasons(Kept(answer, row.id, _ASKED))
    events = watch.run()
    return Told(row, bool(reasons), bool(events))


def _answer(row: ChangeRow) -> SavedAnswer:
    article = _article("earlier", row.earlier, _EARLIER)
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


def _article(key: str, text: str, day: date) -> Article:
    return Article(key, "News in brief", _OUTLET, day, (Paragraph(f"{key}#p1", 1, text),))


def _of_bundle(bundle: Bundle, number: int) -> Article:
    article = bundle.articles[number]
    key = f"{bundle.name}/{article.id}"
    paragraphs = tuple(Paragraph(f"{key}#p{place}", place, text) for place, text in enumerate(article.paragraphs, 1))
    return Article(key, article.title, article.source, article.published, paragraphs)


def _ask(rows: Sequence[ChangeRow], settings: Settings) -> list[Told]:
    from assistant.library.open import open_embedder

    embedder = open_embedder(settings)
    model = open_model(settings)

    def opened(folder: Path) -> Assistant:
        return Assistant(ArticleIndex(folder / "index.sqlite3", embedder), model, settings)

    try:
        model.start()
        return list(tqdm(measure(rows, opened), total=len(rows), unit="change", file=sys.stderr))
    finally:
        model.close()


def _near(rows: Sequence[ChangeRow], settings: Settings) -> str:
    from assistant.library.open import open_embedder

    found = nearness(rows, load_bundles(BUNDLES), open_embedder(settings))
    planted = sum(row.stale for row in rows)
    missed = f" ({', '.join(found.missed)})" if found.missed else ""
    return (
        f"come near: articles that answer {_share(*found.answering)}, of other bundles {_share(*found.others)}\n"
        f"of {planted} later paragraphs that say otherwise {len(found.missed)} do not{missed}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", metavar="MODEL")
    parser.add_argument("--rows", type=Path, default=ROWS, metavar="FILE.jsonl")
    parser.add_argument("--near", action="store_true", help="which articles the model would be asked about")
    given = parser.parse_args(arguments)
    try:
        rows, settings = load(given.rows), Settings.load(model=given.model)
        print(_near(rows, settings) if given.near else report(_ask(rows, settings)))
    except AssistantError as error:
        print(f"changes: {error}", file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The file of saved questions, and what is written of what was found."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest
from markdown_it import MarkdownIt

from assistant.errors import AssistantError, QuestionError, UsageError
from assistant.newsroom.answers.file import SavedAnswer
from assistant.newsroom.saved_questions.book import EVENTS_KEPT, Event, Outcome, QuestionBook
from assistant.newsroom.saved_questions.output import to_atom, to_markdown, to_text

NOW = datetime(2024, 4, 2, 6, 7, 8, tzinfo=UTC)


def answer(text: str, quote: str = "It stops *now*.") -> SavedAnswer:
    cited = {
        "number": 1,
        "article_id": "ferry",
        "title": "Ferry",
        "source": "The Skar Post",
        "published": "2024-03-01",
        "paragraph": 1,
        "paragraph_id": "ferry#p1",
        "text": quote,
        "quote": quote,
    }
    sentences = [{"text": text, "citations": [1]}]
    row = {"question": "When?", "answer": f"{text} [1]", "refused": False, "sentences": sentences, "citations": [cited]}
    return SavedAnswer.model_validate(row)


def event(number: int = 0, question: str = "When?", **fields: object) -> Event:
    told = {"outcome": Outcome.NEW, "answer": answer("It stops."), "question_id": "q", **fields}
    return Event(id=f"00000000-0000-4000-8000-{number:012}", at=NOW, question=question, **told)  # type: ignore[arg-type]


def test_questions_are_added_once_and_removed_by_id_or_words(tmp_path: Path) -> None:
    book = QuestionBook(tmp_path / "kept" / "questions.json")
    one, two = book.add(" When  does it stop? "), book.add("Who is mayor?")
    assert book.add("When does it stop?") == one
    assert book.questions() == (one, two)
    assert book.remove(one.id) == one
    assert book.remove("Who is mayor?") == two
    with pytest.raises(UsageError, match="watch-questions list"):
        book.remove(one.id)
    with pytest.raises(QuestionError):
        book.add(" ")
    assert book.questions() == ()


def test_only_the_owner_reads_the_file(tmp_path: Path) -> None:
    book = QuestionBook(tmp_path / "questions.json")
    book.add("When?")
    assert book.path.stat().st_mode & 0o077 == 0


def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "questions.json"
    path.write_text('{"questions": [{"id": 1}]}')
    with pytest.raises(AssistantError, match=r"questions\.json"):
        QuestionBook(path).add("When?")
    assert path.read_text() == '{"questions": [{"id": 1}]}'


def test_nothing_is_lost_where_several_add_at_once(tmp_path: Path) -> None:
    path = tmp_path / "questions.json"

    def add(name: str) -> None:
        for number in range(5):
            QuestionBook(path).add(f"{name} {number}?")

    threads = [threading.Thread(target=add, args=(f"t{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(QuestionBook(path).questions()) == 20


def test_the_answer_that_holds_now_is_kept_and_the_oldest_events_go(tmp_path: Path) -> None:
    book = QuestionBook(tmp_path / "questions.json")
    question = book.add("When?")
    early = [event(number).model_dump(mode="json") for number in range(EVENTS_KEPT)]
    book.path.write_text(json.dumps(json.loads(book.path.read_text()) | {"events": early}))
    for number in (EVENTS_KEPT, EVENTS_KEPT + 1):
        book.note(event(number, question_id=question.id, answer=answer(f"At {number}.")))
    book.note(event(9, question_id="removed", outcome=Outcome.UNCHANGED))
    kept = book.events()
    assert (len(kept), kept[0]) == (EVENTS_KEPT, event(2))
    assert book.questions()[0].answer == kept[-1].answer


def test_the_feed_is_read_by_a_reader_of_feeds() -> None:
    told = event(1, "When\x1b[2J & <why>?", outcome=Outcome.CONTRADICTS, earlier=answer("It sails."))
    feed = feedparser.parse(to_atom("6a1d3f9e-0000-4000-8000-000000000000", [event(0), told], NOW))
    assert not feed.bozo
    assert feed.feed.id == "urn:uuid:6a1d3f9e-0000-4000-8000-000000000000"
    newest, oldest = feed.entries
    assert newest.title == "contradicts: When[2J & <why>?"
    assert newest.updated == "2024-04-02T06:07:08+00:00"
    assert newest.content[0].value.split("\n")[-1].strip() == "before: It sails. [1]"
    assert (newest.tags[0].term, oldest.tags[0].term) == ("contradicts", "new")
    assert newest.id == f"urn:uuid:{told.id}"
    empty = feedparser.parse(to_atom("6a1d3f9e-0000-4000-8000-000000000000", (), NOW))
    assert (empty.entries, empty.bozo) == ([], False)


def test_markdown_shows_texts_as_they_are() -> None:
    shown = MarkdownIt().render(to_markdown([event(0), event(1, "# <b>Why</b>?", earlier=answer("It sails."))]))
    assert shown.index("# &lt;b&gt;Why&lt;/b&gt;?") < shown.index("<h2>When?</h2>")
    assert "<p>It stops *now*.</p>" in shown
    assert "<p>Before: It sails. [1]</p>" in shown


def test_text_steers_no_terminal() -> None:
    told = event(0, "When\x1b[2J?", answer=answer("It\x1b]0; stops."))
    assert to_text([told]).split("\n") == [
        "new: When[2J?",
        "  It]0; stops. [1]",
        "  “It stops *now*.” The Skar Post, 2024-03-01",
        "",
    ]

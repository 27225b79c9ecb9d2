"""Conversations: kept, found, changed, exported, and nobody else's."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hostile_texts import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UsageError
from assistant.schema.answers import Turn
from assistant.web.storage.conversations import _MIGRATIONS, ConversationStore
from assistant.web.storage.database import Database
from assistant.web.storage.messages import Earlier, Message
from assistant.web.storage.search_text import UNTITLED, fold, title_from

ANSWER: dict[str, Any] = {
    "question": "What did they sign?",
    "answer": "They signed two joint statements [1].",
    "refused": False,
    "sentences": [{"text": "They signed two joint statements.", "citations": [1], "support": 1.0}],
    "citations": [
        {"number": 1, "title": "Xi’s visit", "source": "TDI", "published": "2023-03-22", "paragraph": 9,
         "quote": "signed two joint statements", "text": "They signed two joint statements in Zürich."}
    ],
    "steps": {"gate": [0.5, None]},
}  # fmt: skip


NOW = "2026-01-02T03:05:00.000000+00:00"
KEPT = Message(1, "What?", ANSWER, datetime(2026, 1, 2, tzinfo=UTC))
CHANGES = ({"change": "withdrawn", "article_id": "002", "detail": "“Xi’s visit” is no longer in the library"},)


@pytest.fixture
def store(tmp_path: Path) -> ConversationStore:
    times = iter(datetime(2026, 1, 2, 3, 4, tzinfo=UTC) + timedelta(minutes=n) for n in range(1000))
    return ConversationStore(tmp_path / "conversations.sqlite3", now=lambda: next(times))


def named(store: ConversationStore, title: str) -> str:
    return store.rename("ann", store.create("ann").id, title).id


def test_a_conversation_keeps_its_messages_in_order(store: ConversationStore, tmp_path: Path) -> None:
    made = store.create("ann").id
    first = store.append("ann", made, "What did they sign?", ANSWER)
    second = store.append("ann", made, "When?", {"answer": "In March."})
    assert (first.position, second.position) == (1, 2)
    again = ConversationStore(tmp_path / "conversations.sqlite3")
    assert list(again.messages("ann", made)) == [first, second]
    assert first.answer == ANSWER
    assert first.asked_at == datetime(2026, 1, 2, 3, 5, tzinfo=UTC)
    assert again.get("ann", made).messages == 2


def test_the_first_question_names_it_until_somebody_does(store: ConversationStore) -> None:
    made = store.create("ann")
    assert made.title == UNTITLED
    store.append(
        "ann", made.id, "What did Xi and Putin sign in Moscow in March of the year 2023, and why then?", ANSWER
    )
    store.append("ann", made.id, "When?", ANSWER)
    assert store.get("ann", made.id).title == "What did Xi and Putin sign in Moscow in March of the year…"
    assert store.rename("ann", made.id, "  Xi\n& Putin ").title == "Xi & Putin"
    store.append("ann", made.id, "Why?", ANSWER, at=1)
    assert store.get("ann", made.id).title == "Xi & Putin"


@pytest.mark.parametrize("title", ["", " \n", "\u200b\u202e", "x" * 201])
def test_a_title_must_be_one(store: ConversationStore, title: str) -> None:
    made = named(store, "Mine")
    with pytest.raises(UsageError, match="title"):
        store.rename("ann", made, title)
    assert store.get("ann", made).title == "Mine"


def test_the_last_used_comes_first(store: ConversationStore) -> None:
    one, two, three = (store.create("ann").id for _ in range(3))
    assert [item.id for item in store.list("ann")] == [three, two, one]
    store.append("ann", one, "What?", ANSWER)
    assert [item.id for item in store.list("ann")] == [one, three, two]
    assert store.list("bob") == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("moscow", True),
        ("SIGN  MOSCOW", True),
        ("moscow paris", False),
        ("joint statements", True),
        ("zuric", False),
        ("tdi", True),
        ("visite", False),
        ("é", True),
        ("CAFE", True),
        ("%", False),
        ("_", False),
        ("'; DROP TABLE messages; --", False),
        ('"', False),
        ("*", False),
        ("\x00", True),
        ("\ud800", False),
        ("", True),
        ("q " * 5000, False),
    ],
)
def test_words_are_searched_in_titles_questions_and_answers(store: ConversationStore, words: str, found: bool) -> None:
    made = named(store, "Café talk")
    store.append("ann", made, "What did they sign in MOSCOW?", ANSWER)
    assert [item.id for item in store.list("ann", words)] == [made] * found
    assert store.list("bob", words) == []


def test_wildcards_stand_for_themselves(store: ConversationStore) -> None:
    plain, odd = named(store, "100 percent"), named(store, "100% of_it")
    assert {item.id for item in store.list("ann", "100")} == {plain, odd}
    assert [item.id for item in store.list("ann", "100%")] == [odd]
    assert [item.id for item in store.list("ann", "of_it")] == [odd]


def test_what_was_cut_off_is_not_found_any_more(store: ConversationStore) -> None:
    made = store.create("ann").id
    store.append("ann", made, "What about Moscow?", {})
    store.append("ann", made, "What about Paris?", {})
    assert store.append("ann", made, "Rome?", {}, at=2).position == 2
    assert [message.question for message in store.messages("ann", made)] == ["What about Moscow?", "Rome?"]
    assert store.list("ann", "paris") == []


def test_asking_anew_replaces_in_one_go(store: ConversationStore) -> None:
    made = store.create("ann").id
    for question in ("one", "two", "three"):
        store.append("ann", made, question, ANSWER)
    message = store.append("ann", made, "zwei", {}, at=2)
    assert message.position == 2
    assert [item.question for item in store.messages("ann", made)] == ["one", "zwei"]
    with pytest.raises(UsageError, match="cannot be kept"):
        store.append("ann", made, "bad", {"x": float("nan")}, at=1)
    assert [item.question for item in store.messages("ann", made)] == ["one", "zwei"]
    store.append("ann", made, "eins", {}, at=1)
    assert store.get("ann", made).title == "eins"
    assert store.append("ann", made, "far", {}, at=10**30).position == 2
    with pytest.raises(UsageError, match="count from 1"):
        store.append("ann", made, "none", {}, at=0)


def test_a_new_answer_stands_before_the_old_one_and_what_comes_after_stays(store: ConversationStore) -> None:
    made = store.create("ann").id
    for question in ("One?", "Two?"):
        store.append("ann", made, question, ANSWER, library="1")
    first = store.messages("ann", made)[0]
    store.note_changes("ann", made, first, CHANGES, "2")
    assert (store.messages("ann", made)[0].changes, store.messages("ann", made)[0].checked) == (CHANGES, "2")
    for answer in ({"answer": "They signed nothing."}, {"answer": "They sang."}):
        store.renew("ann", made, 1, answer, library="3")
    one, two = store.messages("ann", made)
    assert (one.question, one.answer, one.changes, one.checked) == ("One?", {"answer": "They sang."}, (), "3")
    assert [earlier.answer["answer"] for earlier in one.earlier] == ["They signed nothing.", ANSWER["answer"]]
    assert one.earlier[1] == Earlier(ANSWER, first.asked_at)
    assert two.question == "Two?"
    assert store.list("ann", "sang")
    with pytest.raises(UsageError, match="not kept any more"):
        store.renew("ann", made, 3, ANSWER)


def test_what_was_found_of_an_answer_is_not_told_of_the_next(store: ConversationStore) -> None:
    made = store.create("ann").id
    old = store.append("ann", made, "What?", ANSWER)
    store.renew("ann", made, 1, {"answer": "They sang."}, library="2")
    store.note_changes("ann", made, old, CHANGES, "2")
    assert store.messages("ann", made)[0].changes == ()


def test_a_file_of_an_earlier_version_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    Database(path, "conversations", _MIGRATIONS[:1]).close()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO conversations VALUES (1, 'x', 'ann', 'T', 1, ?, ?, 't')", (NOW, NOW))
        connection.execute("INSERT INTO messages VALUES (1, 1, 'What?', ?, 'what', '{}')", (NOW,))
    connection.close()
    (message,) = ConversationStore(path).messages("ann", "x")
    assert message == Message(1, "What?", {}, datetime.fromisoformat(NOW))


def test_history_is_what_was_said(store: ConversationStore) -> None:
    made = store.create("ann").id
    store.append("ann", made, "What did they sign?", ANSWER)
    store.append("ann", made, "Why?", {"answer": "", "refused": True})
    turns = (
        Turn("user", "What did they sign?"),
        Turn("assistant", "They signed two joint statements [1]."),
        Turn("user", "Why?"),
        Turn("assistant", "The articles do not say."),
    )
    assert store.history("ann", made) == turns
    assert store.history("ann", made, before=2) == turns[:2]
    assert store.history("ann", made, before=1) == ()
    cited = {**ANSWER, "citations": [{"article_id": "b"}, {"article_id": "a"}, {"article_id": "b"}, 1]}
    store.append("ann", made, "And then?", cited)
    assert store.history("ann", made)[-1].articles == ("b", "a")
    for _ in range(30):
        store.append("ann", made, "Again?", ANSWER)
    assert len(store.history("ann", made)) == 20
    assert store.history("ann", made)[0].role == "user"


ACTS: dict[str, Callable[[ConversationStore, str, str], object]] = {
    "get": lambda store, owner, made: store.get(owner, made),
    "messages": lambda store, owner, made: store.messages(owner, made),
    "append": lambda store, owner, made: store.append(owner, made, "What?", ANSWER),
    "replace": lambda store, owner, made: store.append(owner, made, "What?", ANSWER, at=1),
    "rename": lambda store, owner, made: store.rename(owner, made, "Theirs"),
    "delete": lambda store, owner, made: store.delete(owner, made),
    "history": lambda store, owner, made: store.history(owner, made),
    "renew": lambda store, owner, made: store.renew(owner, made, 1, ANSWER),
    "note": lambda store, owner, made: store.note_changes(owner, made, KEPT, [], "1"),
    "json": lambda store, owner, made: store.export_json(owner, made),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_anothers_conversation_is_one_that_does_not_exist(store: ConversationStore, act: Any) -> None:
    hers = store.create("ann").id
    store.append("ann", hers, "What did they sign?", ANSWER)
    before = store.export_json("ann", hers)
    said = []
    for made in (hers, "no-such-id", "", "\ud800", "' OR 1=1 --"):
        with pytest.raises(UsageError) as caught:
            act(store, "bob", made)
        said.append(str(caught.value))
    assert len(set(said)) == 1
    assert store.export_json("ann", hers) == before
    act(store, "ann", hers)


def test_what_is_deleted_is_gone_from_the_file_too(store: ConversationStore, tmp_path: Path) -> None:
    made = store.create("ann").id
    store.append("ann", made, "Who is the secret source?", ANSWER)
    store.delete("ann", made)
    assert store.list("ann") == []
    with pytest.raises(UsageError):
        store.messages("ann", made)
    store.close()  # the last connection folds the log into the file
    assert b"secret source" not in (tmp_path / "conversations.sqlite3").read_bytes()


def test_export_as_json_has_everything(store: ConversationStore) -> None:
    made = store.create("ann").id
    store.append("ann", made, "What did they sign?", ANSWER)
    record = json.loads(store.export_json("ann", made))
    assert record["format"] == 1
    assert record["title"] == "What did they sign?"
    assert record["messages"] == [
        {"position": 1, "question": "What did they sign?", "answer": ANSWER,
         "asked_at": "2026-01-02T03:05:00.000000+00:00", "earlier": [], "changes": [], "checked": None}
    ]  # fmt: skip
    assert "owner" not in record


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_is_kept_and_found_again(store: ConversationStore, text: str) -> None:
    made = store.create("ann").id
    message = store.append("ann", made, text, {**ANSWER, "answer": text, "sentences": [{"text": text}]})
    (kept,) = store.messages("ann", made)
    assert kept == message
    assert kept.answer["answer"] == text
    kept.question.encode()
    assert store.list("ann", text)[0].id == made
    json.loads(store.export_json("ann", made).encode())
    assert store.get("ann", made).title.isprintable() or text == HOSTILE["combining"]


@given(st.text())
def test_a_title_from_a_question_is_one_short_line(question: str) -> None:
    title = title_from(question)
    assert 1 <= len(title) <= 61
    assert len(title.splitlines()) == 1


def test_a_title_keeps_the_last_word_that_fits() -> None:
    fits = "Who said that the bridge over the river in the north is old,"
    assert len(fits) == 60
    assert title_from(f"{fits} and why?") == f"{fits[:-1]}…"


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_folded_part_is_found_in_the_folded_whole(text: str, more: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(f"{text} x") in fold(f"{text} x {more}")

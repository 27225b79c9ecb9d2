"""What was learnt of endpoints, kept on disk for later processes."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.llm.dialect import Dialect
from assistant.llm.dialect_store import DialectStore
from assistant.llm.endpoint import Endpoint

HERE = Endpoint("m", "http://h/v1", "violet-harbour-71", user=("ada", "pass-word-1"), query=(("key", "query-secret"),))
DAY = date(2026, 3, 1)


def store(
    path: Path, endpoint: Endpoint = HERE, *, options: dict[str, Any] | None = None, day: date = DAY
) -> DialectStore:
    return DialectStore(path, endpoint, options, today=lambda: day)


def without_seed(dialect: Dialect) -> Dialect:
    return replace(dialect, dropped=dialect.dropped | {"seed"}, limit="max_completion_tokens", needs_room=True)


def test_what_was_learnt_is_known_to_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "endpoints.json"
    learnt = store(path).learn(without_seed)
    code = (
        "import sys; from pathlib import Path; from datetime import date; "
        "from assistant.llm.dialect_store import DialectStore; from assistant.llm.endpoint import Endpoint; "
        "print(DialectStore(Path(sys.argv[1]), Endpoint('m', 'http://h/v1'), today=lambda: date(2026, 3, 1)).current())"
    )
    said = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == str(learnt).replace(str(learnt.dropped), "frozenset({'seed'})")


def test_the_file_holds_neither_name_nor_address_nor_secret(tmp_path: Path) -> None:
    path = tmp_path / "endpoints.json"
    store(path).learn(without_seed)
    text = path.read_text()
    assert not any(word in text for word in ("http", "//h", "violet", "ada", "pass-word", "query-secret"))


@pytest.mark.parametrize(
    ("endpoint", "options"),
    [
        (replace(HERE, name="other"), None),
        (replace(HERE, url="http://h:2/v1"), None),
        (HERE, {"reasoning_effort": "low"}),
    ],
)
def test_another_endpoint_or_other_options_are_learnt_anew(
    endpoint: Endpoint, options: dict[str, Any] | None, tmp_path: Path
) -> None:
    path = tmp_path / "endpoints.json"
    store(path).learn(without_seed)
    other = store(path, endpoint, options=options)
    assert other.current() == Dialect()
    other.learn(lambda now: replace(now, takes_system=False))
    assert store(path).current().needs_room


def test_it_is_forgotten_after_a_month_and_when_told(tmp_path: Path) -> None:
    path = tmp_path / "endpoints.json"
    store(path).learn(without_seed)
    assert store(path, day=DAY + timedelta(days=30)).current().needs_room
    assert store(path, day=DAY + timedelta(days=31)).current() == Dialect()
    store(path).forget()
    assert store(path).current() == Dialect()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"7",
        b'{"KEY": null}',
        b'{"KEY": {"day": "soon", "dialect": {}}}',
        b'{"KEY": {"day": 7, "dialect": {}}}',
        b'{"KEY": {"day": "2026-03-01", "dialect": {"dropped": 3}}}',
        b'{"KEY": {"day": "2026-03-01", "dialect": {"dropped": [], "colour": "red"}}}',
        b'{"KEY": {"day": "2026-03-01", "dialect": {"dropped": [], "room": "much"}}}',
        b'{"KEY": {"day": "2026-03-01", "dialect": {"dropped": [7]}}}',
        b'{"KEY": {"day": "2026-03-01", "dialect": {"dropped": [], "limit": 5}}}',
    ],
)
def test_a_broken_file_counts_as_none_and_is_replaced(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "endpoints.json"
    store(path).learn(without_seed)
    (key,) = json.loads(path.read_text())
    path.write_bytes(content.replace(b"KEY", key.encode()))
    assert store(path).current() == Dialect()
    assert store(path).learn(without_seed).needs_room
    assert store(path).current().needs_room


def test_a_folder_that_cannot_be_written_costs_only_the_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = store(tmp_path / "file" / "endpoints.json")
    assert kept.learn(without_seed).needs_room
    assert kept.current().needs_room


def test_writers_at_the_same_time_leave_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "endpoints.json"
    stores = [store(path, replace(HERE, name=f"m{number}")) for number in range(8)]

    def learn(own: DialectStore) -> None:
        for room in range(300, 320):
            own.learn(lambda now, room=room: replace(now, room=room))  # type: ignore[misc]

    threads = [threading.Thread(target=learn, args=(own,)) for own in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = json.loads(path.read_text())
    assert kept
    assert {record["dialect"]["room"] for record in kept.values()} <= set(range(300, 320))
    assert [path.name] == [file.name for file in tmp_path.iterdir()]
    # Each still knows what it learnt, and a later process that finds it gone learns it again.
    assert {own.current().room for own in stores} == {319}


def test_the_oldest_go_first_where_there_are_many(tmp_path: Path) -> None:
    path = tmp_path / "endpoints.json"
    for number in range(103):
        store(path, replace(HERE, name=f"m{number}")).learn(without_seed)
    assert len(json.loads(path.read_text())) == 100
    assert store(path, replace(HERE, name="m2")).current() == Dialect()
    assert store(path, replace(HERE, name="m102")).current().needs_room

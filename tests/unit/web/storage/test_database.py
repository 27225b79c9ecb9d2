"""The file that people's work is kept in: damage, disks, permissions, versions, two processes, a kill."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.errors import AssistantError, StorageError
from assistant.web.storage.conversations import ConversationStore
from assistant.web.storage.database import Database

FIRST = "CREATE TABLE things (name TEXT NOT NULL);\n"
SECOND = "ALTER TABLE things ADD COLUMN size INTEGER NOT NULL DEFAULT 3;\nCREATE INDEX by_size ON things (size);\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "things.sqlite3"


def add(database: Database, name: str) -> None:
    with database.transaction() as connection:
        connection.execute("INSERT INTO things (name) VALUES (?)", (name,))


def names(database: Database) -> list[str]:
    return [row["name"] for row in database.read("SELECT name FROM things ORDER BY rowid")]


def test_what_is_written_is_there_after_a_restart(path: Path) -> None:
    first = Database(path, "things", [FIRST])
    add(first, "a")
    first.close()
    assert names(Database(path, "things", [FIRST])) == ["a"]


def test_writing_is_durable_and_not_by_the_log_that_can_damage_a_file(path: Path) -> None:
    connection = Database(path, "things", [FIRST]).connection
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "truncate"
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert connection.execute("PRAGMA busy_timeout").fetchone()[0] == 30_000
    assert connection.execute("PRAGMA secure_delete").fetchone()[0] == 1


def test_nobody_else_on_the_machine_may_read_it(path: Path) -> None:
    add(Database(path, "things", [FIRST]), "a")
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_a_file_that_an_earlier_version_made_wide_is_taken_from_others(path: Path) -> None:
    first = Database(path, "things", [FIRST])
    add(first, "a")
    first.close()
    journal = path.with_name(f"{path.name}-journal")
    for file in (path, journal):
        file.chmod(0o666)
    assert names(Database(path, "things", [FIRST])) == ["a"]
    assert [stat.S_IMODE(file.stat().st_mode) for file in (path, journal)] == [0o600, 0o600]


def test_an_older_file_is_brought_up_to_date_with_what_it_holds(path: Path) -> None:
    add(Database(path, "things", [FIRST]), "a")
    newer = Database(path, "things", [FIRST, SECOND])
    assert [tuple(row) for row in newer.read("SELECT name, size FROM things")] == [("a", 3)]
    assert names(Database(path, "things", [FIRST, SECOND])) == ["a"]


def test_a_migration_that_fails_leaves_the_file_as_it_was(path: Path) -> None:
    add(Database(path, "things", [FIRST]), "a")
    with pytest.raises(StorageError, match="no such table: nowhere"):
        Database(path, "things", [FIRST, SECOND + "INSERT INTO nowhere VALUES (1);\n"])
    again = Database(path, "things", [FIRST])
    assert [tuple(row) for row in again.read("SELECT * FROM things")] == [("a",)]


def test_a_newer_file_is_not_touched(path: Path) -> None:
    add(Database(path, "things", [FIRST, SECOND]), "a")
    with pytest.raises(StorageError, match="newer version") as caught:
        Database(path, "things", [FIRST])
    assert str(path) in str(caught.value)
    assert names(Database(path, "things", [FIRST, SECOND])) == ["a"]


def test_another_programs_database_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "bookmarks.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE bookmarks (url)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StorageError, match="another program's database"):
        Database(path, "things", [FIRST])
    assert [file.name for file in tmp_path.iterdir() if "damaged" in file.name] == []
    assert b"bookmarks" in path.read_bytes()
    assert len(path.read_bytes()) == len(before)


@pytest.mark.parametrize("damage", ["not a database", "overwritten pages", "cut short"])
def test_a_damaged_file_is_moved_aside_whole_and_said_so(path: Path, damage: str) -> None:
    database = Database(path, "things", [FIRST])
    for number in range(500):
        add(database, f"name {number} " + "x" * 100)
    database.close()
    content = path.read_bytes()
    assert len(content) > 40_000
    broken = {
        "not a database": b"what a disk left of it" * 500,
        "overwritten pages": content[:8192] + os.urandom(16_384) + content[24_576:],
        "cut short": content[:20_000],
    }[damage]
    path.write_bytes(broken)

    with pytest.raises(StorageError, match="damaged") as caught:
        Database(path, "things", [FIRST])
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    (aside,) = [file for file in path.parent.iterdir() if not file.name.endswith("-journal") and "damaged" in file.name]
    assert aside.name in str(caught.value)
    assert aside.read_bytes() == broken
    assert names(Database(path, "things", [FIRST])) == [], "the next start has a new one"
    assert aside.read_bytes() == broken


def test_an_earlier_versions_file_with_a_log_is_taken_over_whole(path: Path) -> None:
    Database(path, "things", [FIRST]).close()
    earlier = sqlite3.connect(path)
    earlier.execute("PRAGMA journal_mode = WAL")
    with earlier:
        earlier.execute("INSERT INTO things (name) VALUES ('a')")
    # As a kill leaves it: what was written stands in the log alone.
    for end in ("", "-wal"):
        shutil.copy(f"{path}{end}", path.with_name("killed" + end))
    earlier.close()
    killed = Database(path.with_name("killed"), "things", [FIRST])
    assert names(killed) == ["a"]
    assert not path.with_name("killed-wal").exists()


def test_what_a_person_deletes_is_nowhere_on_the_disk(path: Path) -> None:
    database = Database(path, "things", [FIRST])
    add(database, "what nobody is to read any more")
    with database.transaction() as connection:
        connection.execute("DELETE FROM things")
    left = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"nobody is to read" not in left


def test_a_connection_that_could_not_be_prepared_is_not_used(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(path, "things", [FIRST])
    database.close()

    class Refuses(sqlite3.Connection):
        def execute(self, sql: str, *more: object) -> sqlite3.Cursor:
            if sql == "PRAGMA foreign_keys = ON":
                raise sqlite3.OperationalError("database is locked")
            return super().execute(sql, *more)

    connect = sqlite3.connect
    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **k, factory=Refuses))
        with pytest.raises(StorageError):
            names(database)
    assert database.connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_what_a_damaged_file_had_not_checkpointed_is_kept_with_it(path: Path) -> None:
    Database(path, "things", [FIRST]).close()
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    with database:
        database.execute("INSERT INTO things VALUES ('only in the log')")
    log = path.with_name(path.name + "-wal").read_bytes()
    assert b"only in the log" in log
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(StorageError, match="damaged"):
        Database(path, "things", [FIRST])
    kept = [file.read_bytes() for file in path.parent.glob("*.damaged-*-wal")]
    assert kept == [log]
    database.close()


def test_damage_found_later_says_what_happens_next(path: Path) -> None:
    database = Database(path, "things", [FIRST])
    for number in range(500):
        add(database, f"name {number} " + "x" * 100)
    database.close()
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xff" * 24_576 + content[32_768:])
    with pytest.raises(StorageError, match="moved aside at the next start"):
        database.read("SELECT * FROM things")


def test_an_error_rolls_everything_back(path: Path) -> None:
    database = Database(path, "things", [FIRST])

    def half() -> None:
        with database.transaction() as connection:
            connection.execute("INSERT INTO things VALUES ('a')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert names(database) == []
    add(database, "b")
    assert names(database) == ["b"]


def test_a_full_database_keeps_what_it_has(path: Path) -> None:
    database = Database(path, "things", [FIRST])
    add(database, "a")
    pages = database.connection.execute("PRAGMA page_count").fetchone()[0]
    database.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageError, match="free some disk space") as caught:
        add(database, "x" * 100_000)
    assert str(path) in str(caught.value)
    database.connection.execute("PRAGMA max_page_count = 1000000")
    add(database, "b")
    assert names(database) == ["a", "b"]


def in_a_child(work: Callable[[], object]) -> str:
    """The message of the AssistantError that `work` raises in a forked process; "no error" or what else happened."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work()
            said = "no error"
        except AssistantError as error:
            said = str(error)
        except BaseException as error:
            said = f"unexpected: {error!r}"
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        said = told.read()
    os.waitpid(child, 0)
    return said


def test_a_disk_that_refuses_to_grow_loses_nothing(path: Path) -> None:
    database = Database(path, "things", [FIRST])
    add(database, "a")
    database.close()

    def write_much() -> None:
        own = Database(path, "things", [FIRST])
        resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, resource.RLIM_INFINITY))
        add(own, "x" * 1_000_000)

    said = in_a_child(write_much)
    assert "free some disk space" in said
    assert str(path) in said
    again = Database(path, "things", [FIRST])
    assert names(again) == ["a"]
    add(again, "b")
    assert names(again) == ["a", "b"]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def as_somebody_else() -> None:
    if os.geteuid() == 0:  # root may write anywhere
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)


def test_a_folder_that_may_not_be_written_is_named(open_folder: Path) -> None:
    path = open_folder / "things.sqlite3"
    open_folder.chmod(0o555)

    def open_it() -> None:
        as_somebody_else()
        Database(path, "things", [FIRST])

    said = in_a_child(open_it)
    assert f"things {path}: cannot be opened for writing" in said
    assert "ASSISTANT_HOME" in said


def test_a_file_that_may_only_be_read_is_named(open_folder: Path) -> None:
    path = open_folder / "things.sqlite3"
    add(Database(path, "things", [FIRST]), "a")
    path.chmod(0o444)
    open_folder.chmod(0o555)

    def open_it() -> None:
        as_somebody_else()
        Database(path, "things", [FIRST])

    assert "cannot be opened for writing" in in_a_child(open_it)
    assert path.exists(), "it is not taken for damaged"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match="cannot be opened for writing"):
        Database(tmp_path / "file" / "things.sqlite3", "things", [FIRST])


def test_threads_share_a_store(path: Path) -> None:
    database = Database(path, "things", [FIRST])
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(20):
                add(database, f"{number}-{turn}")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(names(database)) == sorted(f"{number}-{turn}" for number in range(4) for turn in range(20))


def _open_and_add(path: Path, number: int) -> None:
    database = Database(path, "things", [FIRST, SECOND])
    for turn in range(20):
        add(database, f"{number}-{turn}")


def test_several_processes_may_make_the_file_at_once(path: Path) -> None:
    processes = [multiprocessing.Process(target=_open_and_add, args=(path, number)) for number in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert len(names(Database(path, "things", [FIRST, SECOND]))) == 80


APPENDS = """
import sys
from pathlib import Path
from assistant.web.storage.conversations import ConversationStore
store = ConversationStore(Path(sys.argv[1]))
made = store.create("me").id
print(made, flush=True)
while True:
    message = store.append("me", made, "What?", {"answer": "x" * 20_000, "sentences": []})
    print(message.position, flush=True)
"""


@pytest.mark.parametrize("after", [1, 7, 23])
def test_a_kill_while_appending_loses_nothing_that_was_acknowledged(path: Path, project: Path, after: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", APPENDS, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project)},
    )
    assert process.stdout
    made = process.stdout.readline().strip()
    for _ in range(after):
        assert process.stdout.readline()
    process.kill()
    told = after + len(process.stdout.read().split("\n")[:-1])
    process.wait()

    store = ConversationStore(path)
    messages = store.messages("me", made)
    assert [message.position for message in messages] == list(range(1, len(messages) + 1))
    assert told <= len(messages) <= told + 1
    assert all(message.answer["answer"] == "x" * 20_000 for message in messages)
    assert store.append("me", made, "And now?", {}).position == len(messages) + 1

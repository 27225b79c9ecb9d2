"""One archive of what people made: whole or not at all, there and back, and no way around its checks."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from assistant.errors import StorageError, UsageError
from assistant.library.backup import back_up
from assistant.library.location import library_of
from assistant.library.restore import finish_restore, restore
from assistant.library.running_pages import running, running_pages
from assistant.library.sources import SourceBook
from assistant.library.user_data import asked_path, conversations_path, keys_path
from assistant.settings import Settings
from assistant.web.storage.conversations import ConversationStore

UPLOAD = "library/uploads/ferry.txt"


def fill(home: Path, word: str) -> str:
    """A conversation, an upload and a source: the conversation's id."""
    store = ConversationStore(conversations_path(home))
    made = store.rename("ann", store.create("ann").id, word).id
    store.append("ann", made, f"What of {word}?", {"answer": word})
    store.close()
    (home / "library" / "uploads").mkdir(parents=True, exist_ok=True)
    (home / UPLOAD).write_text(word)
    book = SourceBook.load(home / "library" / "sources.json")
    book.add(home)
    book.save()
    (home / "indexes" / "news-1" / "uploads").mkdir(parents=True, exist_ok=True)
    (home / "indexes" / "news-1" / "uploads" / "a.txt").write_text(word)
    return made


def titles(home: Path) -> list[str]:
    store = ConversationStore(conversations_path(home))
    try:
        return sorted(one.title for one in store.list("ann"))
    finally:
        store.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    fill(made, "ferry")
    return made


@pytest.fixture
def archive(home: Path, tmp_path: Path) -> Path:
    assert back_up(home, tmp_path / "kept.zip") == 4
    return tmp_path / "kept.zip"


def test_what_was_backed_up_comes_back_on_another_machine(archive: Path, tmp_path: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600
    other = tmp_path / "other"
    assert restore(other, archive) is None
    assert titles(other) == ["ferry"]
    assert (other / UPLOAD).read_text() == "ferry"
    assert (other / "indexes" / "news-1" / "uploads" / "a.txt").read_text() == "ferry"
    assert len(SourceBook.load(other / "library" / "sources.json").sources) == 1
    assert not (other / ".restoring").exists()


def test_libraries_of_single_users_are_in_it(home: Path, tmp_path: Path) -> None:
    uploads = library_of(Settings(home=home), "0" * 64).kept / "uploads"
    uploads.mkdir(parents=True)
    (uploads / "own.txt").write_text("Ann's own")
    assert back_up(home, tmp_path / "kept.zip") == 5
    other = tmp_path / "other"
    restore(other, tmp_path / "kept.zip")
    assert (other / uploads.relative_to(home) / "own.txt").read_text() == "Ann's own"


def test_a_backup_is_taken_while_a_page_writes(home: Path, tmp_path: Path) -> None:
    store = ConversationStore(conversations_path(home))
    store.rename("ann", store.create("ann").id, "open and written to")
    with running(home):
        back_up(home, tmp_path / "live.zip")
    store.close()
    restore(tmp_path / "other", tmp_path / "live.zip")
    assert titles(tmp_path / "other") == ["ferry", "open and written to"]


def test_neither_overwrites_anything_unless_told_to(home: Path, archive: Path) -> None:
    before = archive.read_bytes()
    with pytest.raises(UsageError, match="is there already"):
        back_up(home, archive)
    with pytest.raises(UsageError, match=r"holds conversations\.sqlite3.*--force"):
        restore(home, archive)
    assert archive.read_bytes() == before
    assert back_up(home, archive, force=True) == 4


def test_what_is_replaced_is_moved_aside_and_the_index_made_anew(home: Path, archive: Path) -> None:
    fill(home, "tram")
    (home / "library" / "index.sqlite3").write_bytes(b"of other articles")
    (home / "library" / "uploads" / "later.txt").write_text("later")
    (home / "servers" / "x" / "uploads").mkdir(parents=True)
    before = restore(home, archive, force=True)
    assert before is not None
    assert titles(home) == ["ferry"]
    assert (home / UPLOAD).read_text() == "ferry"
    assert not (home / "library" / "uploads" / "later.txt").exists()
    assert not (home / "library" / "index.sqlite3").exists()
    assert not (home / "servers" / "x" / "uploads").exists()
    assert (before / "old" / "library" / "uploads" / "later.txt").read_text() == "later"
    assert (before / "old" / "conversations.sqlite3").exists()


def test_a_running_page_is_not_pulled_out_from_under_its_readers(home: Path, archive: Path) -> None:
    with running(home), pytest.raises(UsageError, match=rf"process {os.getpid()}.*stop it first"):
        restore(home, archive, force=True)
    assert running_pages(home) == []
    assert restore(home, archive, force=True)


def test_pages_in_containers_may_have_one_process_number(home: Path) -> None:
    with running(home), running(home):
        assert running_pages(home) == [str(os.getpid())] * 2
    assert running_pages(home) == []


def rewritten(archive: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> Path:
    with zipfile.ZipFile(archive) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    change(members, manifest)
    made = archive.with_name("changed.zip")
    with zipfile.ZipFile(made, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)
        packed.writestr("manifest.json", json.dumps(manifest))
    return made


def changed(members: dict[str, bytes], _: dict[str, Any]) -> None:
    members[UPLOAD] = b"another story"


def missing(members: dict[str, bytes], _: dict[str, Any]) -> None:
    del members[UPLOAD]


def smuggled(members: dict[str, bytes], _: dict[str, Any]) -> None:
    members["library/uploads/more.txt"] = b"x"


def escaping(name: str) -> Callable[[dict[str, bytes], dict[str, Any]], None]:
    def change(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        members[name] = members.pop(UPLOAD)
        manifest["files"][name] = manifest["files"].pop(UPLOAD)

    return change


def newer(_: dict[str, bytes], manifest: dict[str, Any]) -> None:
    manifest["format"] = 99


@pytest.mark.parametrize(
    "change",
    [
        changed, missing, smuggled, newer,
        *map(escaping, ["../../x", "/etc/x", "library/uploads/../../x", "accounts.sqlite3", "library/index.sqlite3",
                        "indexes/../uploads/x", "library/uploads/..", "models/x.gguf", "library/uploads/a\\b"]),
    ],
)  # fmt: skip
def test_what_is_no_whole_backup_changes_nothing(home: Path, archive: Path, change: Any) -> None:
    bad = rewritten(archive, change)
    with pytest.raises(UsageError, match=r"no whole backup|newer version"):
        restore(home, bad, force=True)
    assert titles(home) == ["ferry"]
    assert not (home / ".restoring").exists()


@pytest.mark.parametrize("content", [b"", b"PK", b"x" * 1000])
def test_what_is_no_archive_is_said_so(home: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.zip").write_bytes(content)
    with pytest.raises(UsageError, match="no whole backup"):
        restore(home, tmp_path / "bad.zip", force=True)
    with pytest.raises(UsageError, match="does not exist"):
        restore(home, tmp_path / "none.zip")


def test_an_archive_cut_short_anywhere_is_refused(home: Path, archive: Path) -> None:
    content = archive.read_bytes()
    for at in range(0, len(content) - 1, max(1, len(content) // 40)):
        archive.write_bytes(content[:at])
        with pytest.raises(UsageError, match="no whole backup"):
            restore(home, archive, force=True)
    assert titles(home) == ["ferry"]


def test_a_disk_that_is_full_leaves_no_half_an_archive(home: Path, tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    outcome = context.Queue()
    child = context.Process(target=_back_up_on_a_small_disk, args=(home, tmp_path / "kept.zip", outcome))
    child.start()
    assert "cannot be written" in outcome.get(timeout=60)
    child.join(30)
    assert not list(tmp_path.glob("*.zip")) + list(tmp_path.glob(".writing-*"))


def _back_up_on_a_small_disk(home: Path, file: Path, outcome: Any) -> None:
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    (home / UPLOAD).write_bytes(os.urandom(200_000))
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        back_up(home, file)
        outcome.put("written")
    except StorageError as error:
        outcome.put(str(error))


def test_a_restore_that_is_killed_is_gone_on_with(home: Path, archive: Path) -> None:
    """At every rename there is, one after the other: what is found is the old or, after any command, the new."""
    context = multiprocessing.get_context("fork")
    ended = 9
    kills = 0
    while ended == 9:
        kills += 1
        fill(home, "tram")
        child = context.Process(target=_restore_and_die, args=(home, archive, kills))
        child.start()
        child.join(60)
        ended = child.exitcode or 0
        had_begun = (home / ".restoring" / "journal.json").exists()
        finish_restore(home)
        if had_begun or ended == 0:
            assert titles(home) == ["ferry"]
            assert (home / UPLOAD).read_text() == "ferry"
        else:
            assert "tram" in titles(home)
            assert (home / UPLOAD).read_text() == "tram"
        assert not (home / ".restoring").exists()
    assert ended == 0
    assert kills > 8


def _restore_and_die(home: Path, archive: Path, after: int) -> None:
    left = after

    def counted(call: Any) -> Any:
        def wrapper(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                os._exit(9)
            return call(*arguments, **named)

        return wrapper

    Path.rename, Path.replace = counted(Path.rename), counted(Path.replace)  # type: ignore[method-assign]
    restore(home, archive, force=True)
    os._exit(0)


def test_what_another_process_unpacks_is_not_cleared_away(home: Path, archive: Path) -> None:
    (home / ".restoring" / "new").mkdir(parents=True)
    with FileLock(home / ".restoring.lock"):
        for act in (lambda: finish_restore(home), lambda: restore(home, archive, force=True)):
            with pytest.raises(UsageError, match="another process restores"):
                act()
        assert (home / ".restoring" / "new").is_dir()
    finish_restore(home)
    assert not (home / ".restoring").exists()


def test_api_keys_and_what_was_asked_last_come_back(home: Path, tmp_path: Path) -> None:
    keys_path(home).write_text('{"keys": "hashed"}')
    asked_path(home).write_text('{"turns": []}')
    assert back_up(home, tmp_path / "all.zip") == 6
    other = tmp_path / "other"
    restore(other, tmp_path / "all.zip")
    assert keys_path(other).read_text() == '{"keys": "hashed"}'
    assert keys_path(other).stat().st_mode & 0o777 == 0o600
    assert asked_path(other).read_text() == '{"turns": []}'


def test_saved_questions_and_earlier_versions_come_back(home: Path, tmp_path: Path) -> None:
    names = [
        "library/questions.json",
        "indexes/seeds-1/questions.json",
        "indexes/seeds-1/questions/0b.json",
        "indexes/seeds-1/versions/0a.json",
        "library/digest.json",
        "indexes/seeds-1/digests/0b/digest.json",
    ]
    for name in (*names, "indexes/seeds-1/questions/0b.json.running"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(name)
    assert back_up(home, tmp_path / "more.zip") == 10
    other = tmp_path / "other"
    (other / "library").mkdir(parents=True)
    (other / "library" / "questions.json").write_text("other")
    with pytest.raises(UsageError, match=r"library/questions\.json"):
        restore(other, tmp_path / "more.zip")
    before = restore(other, tmp_path / "more.zip", force=True)
    assert before is not None
    assert (before / "old" / "library" / "questions.json").read_text() == "other"
    for name in names:
        assert (other / name).read_text() == name
    assert not (other / "indexes/seeds-1/questions/0b.json.running").exists()


def test_a_backup_without_keys_does_not_open_the_api(home: Path, archive: Path) -> None:
    keys_path(home).write_text("made since")
    asked_path(home).write_text("made since")
    before = restore(home, archive, force=True)
    assert keys_path(home).read_text() == "made since"
    assert not asked_path(home).exists()
    assert before is not None
    assert (before / "old" / "asked.json").read_text() == "made since"


def test_a_file_is_no_folder_in_an_archive(home: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        manifest = json.loads(packed.read("manifest.json"))
    content = b"x"
    manifest["files"] = {"keys.json/x": {"sha256": hashlib.sha256(content).hexdigest(), "bytes": 1}}
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("keys.json/x", content)
        packed.writestr("manifest.json", json.dumps(manifest))
    with pytest.raises(UsageError, match="does not belong there"):
        restore(home, archive, force=True)

"""Slots and saved states, with an engine that only remembers what each slot holds."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from assistant.llm.llamacpp.prompt_cache import PromptCache, StateFiles

KEY = "k" * 64
FORK = multiprocessing.get_context("fork")


def asked(article: str, question: str = "Who?") -> list[dict[str, str]]:
    return [{"role": "system", "content": "S."}, {"role": "user", "content": f"{article}\n\n{question}"}]


class FakeEngine:
    """Slots are texts; saving writes them to `folder`. `failing` endpoints raise."""

    def __init__(self, folder: Path, name: str = "model-1") -> None:
        self.folder, self.name = folder, name
        self.slots: dict[int, str] = {}
        self.failing: dict[str, Exception] = {}
        self.read: list[str] = []
        self.restored: list[int] = []
        self.short = 0

    def identity(self) -> str:
        return self.name

    def post(self, path: str, body: Mapping[str, Any], *, timeout: float) -> Any:
        action = path.partition("=")[2] or path
        if action in self.failing:
            raise self.failing[action]
        slot = int(path.split("/")[2].partition("?")[0]) if path.startswith("/slots") else -1
        if action == "/apply-template":
            return {"prompt": "".join(f"<{m['role']}>{m['content']}" for m in body["messages"]) + "<assistant>"}
        if action == "/completion":
            assert (body["n_predict"], body["cache_prompt"]) == (0, True)
            self.read.append(body["prompt"])
            self.slots[body["id_slot"]] = body["prompt"]
            return {"timings": {"prompt_n": 1}}
        if action == "/tokenize":
            return {"tokens": list(body["content"].split())}
        if action == "save":
            content = self.slots[slot].encode()
            (self.folder / body["filename"]).write_bytes(content[: len(content) - self.short])
            return {"n_written": len(content)}
        assert action == "restore"
        self.slots[slot] = (self.folder / body["filename"]).read_text()
        self.restored.append(slot)
        return {"n_read": 1}


@pytest.fixture
def files(tmp_path: Path) -> StateFiles:
    files = StateFiles(tmp_path / "home" / "prefixes")
    assert files.open()
    return files


@pytest.fixture
def engine(files: StateFiles) -> FakeEngine:
    return FakeEngine(files.folder)


def slots(engine: FakeEngine, files: StateFiles | None, count: int = 4, **options: Any) -> PromptCache:
    return PromptCache(engine, files, slots=count, timeout=1, **options)


def ask(slots: PromptCache, article: str | None, question: str = "Who?") -> int | None:
    with slots.lease(asked(article or "other", question), article) as slot:
        return slot


def saved(files: StateFiles) -> list[Path]:
    return sorted(files.folder.iterdir())


def test_a_beginning_is_read_once_by_itself_and_kept(engine: FakeEngine, files: StateFiles) -> None:
    own = slots(engine, files)
    first = ask(own, "Article A", "Who?")
    assert ask(own, "Article A", "When?") == first
    assert engine.read == ["<system>S.<user>Article A"]
    assert engine.slots[first or -1] == "<system>S.<user>Article A"


def test_the_next_process_restores_it(engine: FakeEngine, files: StateFiles) -> None:
    ask(slots(engine, files), "Article A")
    later = FakeEngine(files.folder)
    slot = ask(slots(later, files), "Article A", "When?")
    assert later.read == []
    assert later.slots == {slot: "<system>S.<user>Article A"}


@pytest.mark.parametrize("change", ["model", "system", "article"])
def test_nothing_of_another_beginning_is_restored(engine: FakeEngine, files: StateFiles, change: str) -> None:
    ask(slots(engine, files), "Article A")
    later = FakeEngine(files.folder, "model-2" if change == "model" else "model-1")
    article = "Article B" if change == "article" else "Article A"
    messages = asked(article)
    if change == "system":
        messages[0]["content"] = "Be brief."
    with slots(later, files).lease(messages, article):
        pass
    assert later.restored == []
    assert len(later.read) == 1


def test_prompts_without_a_beginning_stay_out_of_its_slots(engine: FakeEngine, files: StateFiles) -> None:
    own = slots(engine, files)
    assert ask(own, None) is None
    assert {ask(own, f"Article {name}") for name in "ABC"} == {1, 2, 3}
    assert ask(own, None) == 0


def test_a_beginning_that_the_message_does_not_have_is_none(engine: FakeEngine, files: StateFiles) -> None:
    with slots(engine, files).lease(asked("Article A"), "Article B") as slot:
        assert slot is None
    assert engine.read == []


def test_the_least_recently_used_beginning_gives_its_slot_up_and_comes_back_from_disk(
    engine: FakeEngine, files: StateFiles
) -> None:
    own = slots(engine, files, count=3)
    a, b = ask(own, "A"), ask(own, "B")
    assert ask(own, "A") == a
    assert ask(own, "C") == b
    assert ask(own, "B") == a
    assert [text[-1] for text in engine.read] == ["A", "B", "C"]
    assert engine.slots[a or -1].endswith("B")
    assert engine.restored == [a]


def test_a_slot_in_use_is_not_given_away(engine: FakeEngine, files: StateFiles) -> None:
    own = slots(engine, files, count=2)
    with own.lease(asked("A"), "A") as first:
        assert first == 1
        assert ask(own, "B") == 0
        assert ask(own, "A") == 1
    assert ask(own, "B") == 1


def test_many_threads_read_a_beginning_once(engine: FakeEngine, files: StateFiles) -> None:
    own, gate, found = slots(engine, files), threading.Barrier(8), []

    def one(number: int) -> None:
        gate.wait()
        found.append((number % 2, ask(own, f"Article {number % 2}", f"Q{number}")))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 2
    assert len(engine.read) == 2


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "other name"])
def test_a_damaged_file_is_never_restored_and_is_replaced(engine: FakeEngine, files: StateFiles, damage: str) -> None:
    ask(slots(engine, files), "Article A")
    [path] = saved(files)
    content = path.read_bytes()
    if damage == "other name":
        path.replace(path.with_name(path.name.replace("-", "-0", 1)))
    else:
        path.write_bytes({"cut": content[:-1], "changed": b"X" + content[1:], "empty": b""}[damage])
    later = FakeEngine(files.folder)
    ask(slots(later, files), "Article A")
    assert (later.restored, len(later.read)) == ([], 1)
    assert saved(files) == [path]
    assert path.read_bytes() == content


@pytest.mark.parametrize("error", [OSError("gone"), ValueError("no space")])
def test_a_file_that_the_engine_refuses_is_read_anew(engine: FakeEngine, files: StateFiles, error: Exception) -> None:
    ask(slots(engine, files), "Article A")
    later = FakeEngine(files.folder)
    later.failing["restore"] = error
    assert ask(slots(later, files), "Article A") is not None
    assert len(later.read) == 1
    assert len(saved(files)) == 1


@pytest.mark.parametrize("endpoint", ["/apply-template", "/completion", "save"])
def test_an_engine_that_fails_to_prepare_is_asked_all_the_same(
    engine: FakeEngine, files: StateFiles, endpoint: str
) -> None:
    engine.failing[endpoint] = ValueError("500")
    assert ask(slots(engine, files), "Article A") == 1
    assert saved(files) == []


def test_a_file_that_was_not_written_whole_is_not_kept(engine: FakeEngine, files: StateFiles) -> None:
    engine.short = 3
    ask(slots(engine, files), "Article A")
    assert saved(files) == []


def test_without_files_beginnings_are_kept_in_slots(engine: FakeEngine) -> None:
    own = slots(engine, None)
    assert ask(own, "Article A") == ask(own, "Article A") == 1
    assert len(engine.read) == 1


def test_readings_are_reported(engine: FakeEngine, files: StateFiles) -> None:
    seen: list[Mapping[str, Any]] = []
    ask(slots(engine, files, on_reply=seen.append), "Article A")
    assert seen == [{"timings": {"prompt_n": 1}}]


def test_a_beginning_that_is_not_to_be_kept_stays_in_its_slot_alone(engine: FakeEngine, files: StateFiles) -> None:
    own = slots(engine, files)
    for _ in range(2):
        with own.lease(asked("Excerpt"), "Excerpt", keep=False) as slot:
            assert slot == 1
    assert len(engine.read) == 1
    assert saved(files) == []


def test_nor_is_it_looked_for_on_disk(engine: FakeEngine, files: StateFiles) -> None:
    ask(slots(engine, files), "Article A")
    later = FakeEngine(files.folder)
    with slots(later, files).lease(asked("Article A"), "Article A", keep=False):
        pass
    assert (later.restored, len(later.read)) == ([], 1)


def test_tokens_are_the_engines_to_count(engine: FakeEngine, files: StateFiles) -> None:
    assert slots(engine, files).count("one two three") == 3
    engine.failing["/tokenize"] = OSError("gone")
    assert slots(engine, files).count("one two three") is None


def test_only_the_user_may_read_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "prefixes"
    folder.mkdir(mode=0o755)
    assert StateFiles(folder).open()
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_had_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    files = StateFiles(tmp_path / "file" / "prefixes")
    assert not files.open()
    assert files.find(KEY) is None
    files.keep(files.new(), KEY, 5)


def kept(files: StateFiles, key: str, content: bytes) -> None:
    path = files.new()
    path.write_bytes(content)
    files.keep(path, key, len(content))


def test_number_and_bytes_are_bounded_and_the_least_recently_used_go(tmp_path: Path) -> None:
    files = StateFiles(tmp_path, max_bytes=1000, max_files=3)
    for number in range(4):
        kept(files, f"key{number}", b"x" * 100)
        [path] = tmp_path.glob(f"key{number}-*")
        os.utime(path, (number + 1, number + 1))
    assert {path.name[:4] for path in tmp_path.iterdir()} == {"key1", "key2", "key3"}
    assert files.find("key1")
    kept(files, "key4", b"x" * 850)
    assert {path.name[:4] for path in tmp_path.iterdir()} == {"key1", "key4"}
    kept(files, "key5", b"x" * 2000)
    assert list(tmp_path.iterdir()) == []


def test_what_an_ended_process_left_half_written_is_cleared_later(tmp_path: Path) -> None:
    old, fresh = tmp_path / "a.part", tmp_path / "b.part"
    old.write_bytes(b"x")
    fresh.write_bytes(b"x")
    os.utime(old, (time.time() - 7200,) * 2)
    assert StateFiles(tmp_path).open()
    assert list(tmp_path.iterdir()) == [fresh]


def _write_and_find(folder: Path, number: int) -> None:
    files = StateFiles(folder, max_files=2)
    for turn in range(40):
        kept(files, f"key{turn % 3}", f"{number} {turn}".encode() * 50)
        if (path := files.find(f"key{turn % 3}")) and not path.name.endswith(".state"):
            os._exit(1)
    os._exit(0)


def test_two_processes_at_once(tmp_path: Path) -> None:
    processes = [FORK.Process(target=_write_and_find, args=(tmp_path, number)) for number in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert [process.exitcode for process in processes] == [0, 0]
    assert not list(tmp_path.glob("*.part"))
    assert all(path.suffix == ".state" for path in tmp_path.iterdir())

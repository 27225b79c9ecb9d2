"""The engine compiled for this processor, where `assistant engine --build` has been run, beside the prebuilt one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tiny_gguf import write_model

from assistant.errors import ModelError
from assistant.llm.llamacpp.model_file import ModelStore
from assistant.llm.llamacpp.select import engine_of, weights_for
from assistant.llm.llamacpp.server import EmbeddedEngine
from assistant.settings import Settings

pytest.importorskip("xllamacpp")
PROMPT = "Moscow is the capital of Russia. Paris is the capital of France. Rome is the capital of"


@pytest.fixture(scope="module")
def server() -> Path:
    """The compiled server in the user's own home."""
    found = engine_of(Settings()).server
    if found is None:
        pytest.skip("no engine is compiled for this processor: make engine")
    return found


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("model") / "tiny.gguf")


@contextmanager
def running(model: Path, server: Path | None, states: Path | None = None) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine(model, context=2048, threads=1 if states else 0, states=states, server=server)
    try:
        assert engine.base_url
        yield engine
    finally:
        engine.stop()


def continued(engine: EmbeddedEngine, prompt: str, tokens: int = 12) -> Any:
    body = {"prompt": prompt, "n_predict": tokens, "temperature": 0, "id_slot": 0, "cache_prompt": True}
    return engine.post("/completion", body, timeout=120)


@pytest.mark.real
def test_it_writes_the_words_that_the_prebuilt_one_writes(server: Path) -> None:
    settings = Settings()
    with running(ModelStore(settings.home / "models").ensure(), None) as prebuilt:
        expected = continued(prebuilt, PROMPT)["content"]
    with running(weights_for(engine_of(settings), settings), server) as compiled:
        assert continued(compiled, PROMPT)["content"] == expected
    assert "Italy" in expected


def test_what_a_slot_holds_is_saved_and_restored(server: Path, tiny: Path, tmp_path: Path) -> None:
    with running(tiny, server, tmp_path) as engine:
        first = continued(engine, PROMPT)
        assert first["timings"]["prompt_n"] == len(PROMPT)
        saved = engine.post("/slots/0?action=save", {"filename": "kept"}, timeout=60)
        assert saved["n_saved"] >= len(PROMPT)
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o600
    with running(tiny, server, tmp_path) as engine:
        engine.post("/slots/0?action=restore", {"filename": "kept"}, timeout=60)
        again = continued(engine, PROMPT)
        assert again["content"] == first["content"]
        assert again["timings"]["prompt_n"] < 5


def test_nobody_without_the_key_is_answered(server: Path, tiny: Path, tmp_path: Path) -> None:
    with running(tiny, server, tmp_path) as engine:
        engine.key = "guessed"
        with pytest.raises(ValueError, match="401"):
            continued(engine, PROMPT)


def test_stopping_leaves_no_server(server: Path, tiny: Path, tmp_path: Path) -> None:
    with running(tiny, server, tmp_path) as engine:
        [pid] = servers_of(engine)
        assert engine.key not in Path(f"/proc/{pid}/cmdline").read_text()
    for _ in range(200):
        if not Path(f"/proc/{pid}").exists() or ") Z " in Path(f"/proc/{pid}/stat").read_text():
            return
        time.sleep(0.05)
    pytest.fail(f"llama-server {pid} was left running")


def test_a_file_that_is_no_model_is_one_clear_error(server: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"this is no model")
    engine = EmbeddedEngine(tmp_path / "broken.gguf", server=server)
    with pytest.raises(ModelError, match=r"broken\.gguf: the embedded engine could not load it") as caught:
        _ = engine.base_url
    engine.stop()
    assert "ASSISTANT_ENGINE=prebuilt" in str(caught.value)
    assert "\n" not in str(caught.value)


def servers_of(engine: EmbeddedEngine) -> list[int]:
    assert engine._process
    if not Path("/proc/self/task").exists():
        pytest.skip("needs /proc")
    pid = engine._process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

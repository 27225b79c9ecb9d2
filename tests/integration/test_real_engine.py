"""The real engine on files that are no models: it fails at once, clearly, and leaves nothing running."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.engine import EmbeddedEngine
from assistant.errors import ModelError
from assistant.llm import ChatModel, Endpoint
from assistant.settings import Settings

pytest.importorskip("xllamacpp")


@pytest.mark.parametrize("content", [b"this is no model", b"GGUF" + b"\x00" * 100])
def test_a_file_that_is_no_model(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(content)
    engine = EmbeddedEngine(path)
    engine.start()
    assert engine._process
    pid = engine._process.pid
    with pytest.raises(ModelError, match=r"broken\.gguf: the embedded engine could not load it") as caught:
        _ = engine.base_url
    assert "\n" not in str(caught.value)
    engine.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_client_says_so_too_and_leaves_nothing_running(tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"this is no model")
    model = ChatModel(Endpoint("broken", file=path), Settings())
    with pytest.raises(ModelError, match=r"broken\.gguf: the embedded engine could not load it"):
        model.probability_yes([{"role": "user", "content": "Is it so?"}])
    assert model._engine
    assert model._engine._process
    pid = model._engine._process.pid
    model.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)

"""Which adapter is applied to which model."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from assistant.errors import ModelFileError, SettingsError
from assistant.llm.embedded import EmbeddedModel
from assistant.llm.endpoint import Endpoint
from assistant.llm.llamacpp.select import ADAPTER, adapter_is_whole, adapter_of, local_model
from assistant.llm.remote import EndpointModel
from assistant.settings import Settings

EMBEDDED = Endpoint("embedded")
ELSEWHERE = Endpoint("tiny", "http://127.0.0.1:9/v1")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "judge.gguf"
    path.write_bytes(b"x")
    return path


def test_the_embedded_model_has_the_adapter_that_was_trained_for_it() -> None:
    assert adapter_of(EMBEDDED, Settings()) == ADAPTER
    assert ADAPTER.suffix == ".gguf"


def test_another_file_has_none_of_its_own(tmp_path: Path) -> None:
    assert adapter_of(Endpoint("m", file=tmp_path / "m.gguf"), Settings()) is None


def test_none_is_none(file: Path) -> None:
    for endpoint in (EMBEDDED, Endpoint("m", file=file), ELSEWHERE):
        assert adapter_of(endpoint, Settings(adapter="none")) is None


def test_a_file_is_for_any_model_that_runs_here(file: Path, tmp_path: Path) -> None:
    settings = Settings(adapter=str(file))
    assert adapter_of(EMBEDDED, settings) == file
    assert adapter_of(Endpoint("m", file=tmp_path / "m.gguf"), settings) == file


def test_the_home_folder_is_found_in_its_path(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(file.parent))
    assert adapter_of(EMBEDDED, Settings(adapter="~/judge.gguf")) == file


def test_a_model_elsewhere_has_none_whatever_the_settings_say(file: Path) -> None:
    for adapter in ("auto", str(file), "no/such.gguf"):
        assert adapter_of(ELSEWHERE, Settings(adapter=adapter)) is None


@pytest.mark.parametrize("missing", ["no/such.gguf", "."])
def test_a_missing_file_is_one_line_with_the_variable_and_its_value(missing: str) -> None:
    with pytest.raises(SettingsError) as caught:
        adapter_of(EMBEDDED, Settings(adapter=missing))
    assert str(caught.value) == f"ASSISTANT_ADAPTER={missing}: no such file; name a GGUF adapter, or: none"


def test_the_shipped_adapter_is_whole(tmp_path: Path) -> None:
    assert adapter_is_whole(ADAPTER)
    assert local_model(Endpoint("m", file=tmp_path / "m.gguf"), Settings(home=tmp_path, adapter=str(ADAPTER)))


def test_an_adapter_with_another_byte_is_not_loaded(file: Path, tmp_path: Path) -> None:
    content = ADAPTER.read_bytes()
    file.write_bytes(content)
    file.with_name("judge.gguf.sha256").write_text(f"{hashlib.sha256(content).hexdigest()}  judge.gguf\n")
    endpoint, settings = Endpoint("m", file=tmp_path / "m.gguf"), Settings(home=tmp_path, adapter=str(file))
    assert local_model(endpoint, settings).file == endpoint.file
    middle = len(content) // 2
    file.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    with pytest.raises(ModelFileError, match=r"judge\.gguf is damaged .*; install .*ASSISTANT_ADAPTER=none"):
        local_model(endpoint, settings)


def test_an_adapter_of_ones_own_needs_no_checksum(file: Path) -> None:
    assert adapter_is_whole(file)
    assert not adapter_is_whole(file.with_name("gone.gguf"))


def test_a_model_with_an_adapter_is_one_that_was_taught(file: Path) -> None:
    assert EmbeddedModel(EMBEDDED, Settings(adapter=str(file))).taught
    assert not EmbeddedModel(EMBEDDED, Settings(adapter="none")).taught
    assert not EndpointModel(ELSEWHERE, Settings()).taught

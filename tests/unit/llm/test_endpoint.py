"""Which server a model setting means."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import SettingsError
from assistant.llm.endpoint import Endpoint, resolve_endpoint
from assistant.settings import Settings


@pytest.mark.parametrize(
    ("value", "endpoint"),
    [
        ("embedded", Endpoint("embedded")),
        (" embedded ", Endpoint("embedded")),
        ("ollama:qwen2.5:7b", Endpoint("qwen2.5:7b", "http://127.0.0.1:11434/v1")),
        ("qwen@http://host:8000/v1", Endpoint("qwen", "http://host:8000/v1")),
        ("org/qwen@https://host/v1/", Endpoint("org/qwen", "https://host/v1")),
        ("qwen@http://[::1]:8000/v1", Endpoint("qwen", "http://[::1]:8000/v1")),
    ],
)
def test_what_a_model_setting_means(value: str, endpoint: Endpoint) -> None:
    assert resolve_endpoint(Settings(model=value)) == endpoint


def test_a_file_is_the_embedded_engines(tmp_path: Path) -> None:
    path = tmp_path / "Some.Model.GGUF"
    path.write_bytes(b"x")
    assert resolve_endpoint(Settings(model=str(path))) == Endpoint("Some.Model", file=path)


def test_the_key_goes_to_the_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve_endpoint(Settings(model="m@http://h/v1", api_key="k")).key == "k"
    assert resolve_endpoint(Settings(model="openai:gpt", api_key="k")) == Endpoint(
        "gpt", "https://api.openai.com/v1", "k"
    )
    monkeypatch.setenv("OPENAI_API_KEY", "other")
    assert resolve_endpoint(Settings(model="openai:gpt")).key == "other"
    assert resolve_endpoint(Settings(model="openai:gpt", api_key="k")).key == "k"
    assert resolve_endpoint(Settings(model="m@http://h/v1")).key == ""


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("nowhere/model.gguf", "no such file"),
        ("openai:gpt", "no key; set ASSISTANT_API_KEY or OPENAI_API_KEY"),
        ("", "not understood"),
        ("gpt-4", "not understood"),
        ("ollama:", "not understood"),
        ("other:name", "not understood"),
        ("@http://h/v1", "not understood"),
        ("m@h/v1", "not understood"),
        ("m@ftp://h/v1", "not understood"),
        ("m@http://", "not understood"),
    ],
)
def test_a_setting_that_means_nothing(value: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason) as caught:
        resolve_endpoint(Settings(model=value))
    assert value in str(caught.value)


@pytest.mark.parametrize("password", ["word-1", "pass@word-1", "pass/word-1", "p?q@word-1"])
def test_a_password_in_an_address_that_is_not_understood_is_not_told(password: str) -> None:
    with pytest.raises(SettingsError) as caught:
        resolve_endpoint(Settings(model=f"m@http://ada:{password}@host:bad/v1"))
    assert "word-1" not in str(caught.value)
    assert "host:bad" in str(caught.value)

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
        ("claude@20250514@https://h/v1", Endpoint("claude@20250514", "https://h/v1")),
        ("m@https://h/v1/chat/completions", Endpoint("m", "https://h/v1")),
        ("m@https://h/v1?key=abc&a=", Endpoint("m", "https://h/v1", query=(("key", "abc"), ("a", "")))),
        ("m@http://ada:pa%40ss@h:9/v1", Endpoint("m", "http://h:9/v1", user=("ada", "pa@ss"))),
        ("m@http://ada@h/v1", Endpoint("m", "http://h/v1", user=("ada", ""))),
        ("gpt-5@https://r.openai.azure.com", Endpoint("gpt-5", "https://r.openai.azure.com/openai/v1")),
        ("gpt-5@https://r.openai.azure.com/openai/v1/", Endpoint("gpt-5", "https://r.openai.azure.com/openai/v1")),
        (
            "gpt-5@https://r.openai.azure.com?api-version=2024-10-21",
            Endpoint(
                "gpt-5",
                "https://r.openai.azure.com/openai/deployments/gpt-5",
                query=(("api-version", "2024-10-21"),),
            ),
        ),
        (
            "m@https://r.cognitiveservices.azure.com/openai/deployments/D?api-version=1",
            Endpoint("m", "https://r.cognitiveservices.azure.com/openai/deployments/D", query=(("api-version", "1"),)),
        ),
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
    ("host", "url"),
    [
        ("", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080/v1"),
        (":8080", "http://127.0.0.1:8080/v1"),
        ("gpu.example", "http://gpu.example:11434/v1"),
        ("gpu.example:99/", "http://gpu.example:99/v1"),
        ("http://gpu.example", "http://gpu.example:80/v1"),
        ("https://gpu.example", "https://gpu.example:443/v1"),
        ("https://gpu.example/ollama", "https://gpu.example:443/ollama/v1"),
        ("[::]", "http://[::1]:11434/v1"),
        (' "gpu.example" ', "http://gpu.example:11434/v1"),
    ],
)
def test_ollama_is_where_its_own_variable_says(host: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", host)
    assert resolve_endpoint(Settings(model="ollama:qwen3")) == Endpoint("qwen3", url)


@pytest.mark.parametrize("host", ["gpu:port", "ftp://gpu", "gpu with a space"])
def test_an_ollama_host_that_is_none_is_told(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", host)
    with pytest.raises(SettingsError, match="OLLAMA_HOST"):
        resolve_endpoint(Settings(model="ollama:qwen3"))


def test_openais_own_variable_names_another_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://gateway/openai/v1/?team=7")
    assert resolve_endpoint(Settings(model="openai:gpt")) == Endpoint(
        "gpt", "https://gateway/openai/v1", query=(("team", "7"),)
    )
    # Only for OpenAI's models.
    assert resolve_endpoint(Settings(model="m@http://h/v1")).url == "http://h/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", "gateway")
    with pytest.raises(SettingsError, match="OPENAI_BASE_URL=gateway"):
        resolve_endpoint(Settings(model="openai:gpt"))


def test_azures_own_key_goes_to_azure_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "azure")
    azure = resolve_endpoint(Settings(model="m@https://r.openai.azure.com"))
    assert (azure.key, azure.key_variable) == ("azure", "AZURE_OPENAI_API_KEY")
    assert resolve_endpoint(Settings(model="m@https://r.openai.azure.com", api_key="own")).key == "own"
    assert resolve_endpoint(Settings(model="m@https://h/v1")).key == ""


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("sk-violet harbour", "its character 10 of 17"),
        ("sk-violet\nharbour", "its character 10"),
        ("sk-violet…", "its character 10"),
        ("'sk-violet'", "quotation marks"),
        ("Bearer sk-violet", "begins with Bearer"),
        ("bearer:", ""),
    ],
)
def test_a_key_that_can_be_none_is_told_without_it(key: str, reason: str) -> None:
    settings = Settings(model="m@http://h/v1", api_key=key)
    if not reason:
        assert resolve_endpoint(settings).key == key
        return
    with pytest.raises(SettingsError, match=reason) as caught:
        resolve_endpoint(settings)
    assert "ASSISTANT_API_KEY" in str(caught.value)
    assert "violet" not in str(caught.value)


def test_white_space_around_a_key_is_none_of_it() -> None:
    assert resolve_endpoint(Settings(model="m@http://h/v1", api_key=" sk-violet\n")).key == "sk-violet"


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


@pytest.mark.parametrize(
    ("model", "variable", "value"),
    [
        ("m@ada:word-1@host/v1", "", ""),
        ("m@http://host:bad/v1?whatever=word-1", "", ""),
        ("openai:gpt", "OPENAI_BASE_URL", "ada:word-1@host/v1"),
        ("ollama:qwen3", "OLLAMA_HOST", "ada:word-1@host:bad"),
    ],
)
def test_nor_where_http_is_forgotten_or_it_is_in_a_query(
    model: str, variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if variable:
        monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match="host") as caught:
        resolve_endpoint(Settings(model=model, api_key="k"))
    assert "word-1" not in str(caught.value)


@pytest.mark.parametrize("password", ["word-1@pass/x", "a@word-1/b@c"])
def test_a_password_whose_rest_would_be_the_host_is_told_to_be_encoded(password: str) -> None:
    with pytest.raises(SettingsError, match=r"write / as %2F and @ as %40") as caught:
        resolve_endpoint(Settings(model=f"m@http://ada:{password}@host/v1"))
    assert "word-1" not in str(caught.value)
    assert "/x" not in str(caught.value)

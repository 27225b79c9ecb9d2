from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.errors import SettingsError
from assistant.settings import EMBEDDED, PROJECT, Settings, default_articles, default_prompts


def test_defaults() -> None:
    settings = Settings.load()
    assert settings.model == EMBEDDED
    assert settings.articles is None
    assert settings.index is None
    assert default_articles() == Path("seeds")
    assert settings.prompts == PROJECT / "prompts"
    assert settings.home.name == "news-assistant"
    assert settings.adapter == "auto"
    assert 0 < settings.answered_threshold < settings.threshold < 1


def test_environment_and_overrides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSISTANT_MODEL", "ollama:qwen")
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path))
    monkeypatch.setenv("ASSISTANT_PASSAGES", "7")
    settings = Settings.load()
    assert (settings.model, settings.home, settings.passages) == ("ollama:qwen", tmp_path, 7)
    assert Settings.load(model="x@http://h/v1").model == "x@http://h/v1"
    assert Settings.load(model=None).model == "ollama:qwen"


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_MODEL", "")
    monkeypatch.setenv("ASSISTANT_PASSAGES", "")
    assert Settings.load() == Settings()
    assert Settings.load().model == EMBEDDED


def test_variables_of_others_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL", "x")
    monkeypatch.setenv("MY_ASSISTANT_MODEL", "x")
    assert Settings.load().model == EMBEDDED


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("ASSISTANT_TRESHOLD", "ASSISTANT_THRESHOLD"),
        ("ASSISTANT_APIKEY", "ASSISTANT_API_KEY"),
        ("ASSISTANT_PROMPT", "ASSISTANT_PROMPTS"),
        ("assistant_modell", "ASSISTANT_MODEL"),
    ],
)
def test_a_misspelt_variable_is_refused_with_the_nearest_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, near: str
) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(SettingsError, match=rf"^{name}: no such setting; did you mean {near}\?$") as caught:
        Settings.load()
    assert caught.value.exit_code == 2


def test_a_variable_that_is_near_to_none_is_answered_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_QQQQ", "x")
    with pytest.raises(SettingsError, match=r"^ASSISTANT_QQQQ: no such setting; unset it") as caught:
        Settings.load()
    assert all(f"ASSISTANT_{name.upper()}" in str(caught.value) for name in Settings.model_fields)
    monkeypatch.setenv("ASSISTANT_QQQQ", "")
    assert Settings.load().model == EMBEDDED, "an empty variable counts as not set"


def test_a_misspelt_argument_is_refused() -> None:
    with pytest.raises(SettingsError, match="ASSISTANT_TRESHOLD"):
        Settings.load(treshold=0.5)


def test_the_documented_settings_are_those_of_the_code(project: Path) -> None:
    script = project / "scripts" / "document_settings.py"
    made = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, cwd=project)
    assert made.stdout == (project / "docs" / "settings.md").read_text(encoding="utf-8"), "run: make docs"
    assert str(project) not in made.stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PASSAGES", "0"),
        ("PASSAGES", "51"),
        ("PASSAGES", "many"),
        ("THREADS", "-1"),
        ("CONTEXT", "12"),
        ("TIMEOUT", "0"),
        ("TIMEOUT", "inf"),
        ("TIMEOUT", "nan"),
        ("THRESHOLD", "1.1"),
        ("THRESHOLD", "nan"),
        ("ANSWERED_THRESHOLD", "-0.1"),
        ("ANSWERED_THRESHOLD", "1.1"),
        ("HOME", "~nosuchuser/x"),
        ("ARTICLES", "~nosuchuser/x"),
        ("INDEX", "~nosuchuser/x"),
        ("INDEX", "ftp://host/x"),
    ],
)
def test_a_bad_value_is_one_line_with_the_variable_and_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"ASSISTANT_{name}", value)
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    message = str(caught.value)
    assert message.startswith(f"ASSISTANT_{name}=")
    assert value in message
    assert "\n" not in message


def test_the_home_folder_is_found_in_paths(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ASSISTANT_ARTICLES", "~/news")
    assert Settings.load().articles == tmp_path / "news"


def test_what_is_passed_goes_before_the_environment_and_a_folder_before_a_library(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ASSISTANT_ARTICLES", "news")
    monkeypatch.setenv("ASSISTANT_INDEX", "http://127.0.0.1:19530/news")
    assert Settings.load().articles == Path("news")
    by_index = Settings.load(index=str(tmp_path))
    assert (by_index.articles, by_index.index) == (None, str(tmp_path))
    by_folder = Settings.load(articles=tmp_path)
    assert (by_folder.articles, by_folder.index) == (tmp_path, None)
    with pytest.raises(SettingsError, match="either a folder of articles or a library"):
        Settings.load(articles=tmp_path, index=str(tmp_path))


def test_settings_are_frozen_and_do_not_show_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_API_KEY", "sk-secret")
    settings = Settings.load()
    assert settings.api_key.get_secret_value() == "sk-secret"
    assert "sk-secret" not in f"{settings!r} {settings}"
    with pytest.raises(ValidationError):
        settings.model = "other"  # type: ignore[misc]


def test_the_prompts_of_the_checkout_or_those_installed(tmp_path: Path) -> None:
    package = tmp_path / "assistant"
    assert default_prompts(package) == tmp_path / "prompts"
    (package / "prompts").mkdir(parents=True)
    assert default_prompts(package) == package / "prompts"


@pytest.mark.parametrize("value", ['{"api_key": "violet"', '["violet"]', '{"api_key": "violet", "n": 2}'])
def test_options_that_are_no_object_are_told_plainly_and_without_what_they_hold(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_MODEL_OPTIONS", value)
    with pytest.raises(
        SettingsError, match=r"^ASSISTANT_MODEL_OPTIONS: (?:not JSON \(.*\); write|not a JSON object; write|n is the)"
    ) as caught:
        Settings.load()
    assert "violet" not in str(caught.value)
    assert "Value error" not in str(caught.value)

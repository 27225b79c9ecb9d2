"""`assistant web`: how many questions are answered at once, by what answers them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.cli.main import run
from assistant.web import run as web_run
from assistant.web.jobs import loader


class Unopened:
    """Takes the opening's place; nothing is loaded."""

    def __init__(self, _open: Any) -> None: ...

    def start(self) -> None: ...

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], 1),
        (["--model", "own.gguf"], 1),
        (["--model", "some@http://127.0.0.1:9/v1"], 4),
        (["--at-once", "3"], 3),
        (["--model", "some@http://127.0.0.1:9/v1", "--at-once", "2"], 2),
    ],
)
def test_only_another_endpoint_is_asked_several_things_at_once(
    options: list[str], expected: int, tmp_path: Path, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites: list[web_run.Site] = []
    monkeypatch.setattr(loader, "AssistantLoader", Unopened)
    monkeypatch.setattr(web_run, "serve", lambda _loader, _settings, site, _ready: sites.append(site))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))
    Path("own.gguf").write_bytes(b"GGUF")
    assert run(["web", "--articles", str(seeds), *options]) == 0
    assert [site.at_once for site in sites] == [expected]


def test_a_model_that_means_nothing_is_told_before_the_page_is_served(
    tmp_path: Path, seeds: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(loader, "AssistantLoader", Unopened)
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))
    assert run(["web", "--articles", str(seeds), "--model", "nonsense"]) == 2
    assert "not understood" in capsys.readouterr().err

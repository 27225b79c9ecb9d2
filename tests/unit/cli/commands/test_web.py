"""`assistant web`: how many questions are answered at once, by what answers them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from assistant.cli.main import run
from assistant.errors import UsageError
from assistant.mcp import stdio
from assistant.settings import Settings
from assistant.web import run as web_run
from assistant.web.jobs import loader
from assistant.web.jobs.queue import JobQueue


class Unopened:
    """Takes the opening's place; nothing is loaded."""

    owned: ClassVar[list[bool]] = []

    def __init__(self, _open: Any, own: Any = None) -> None:
        self.owned.append(own is not None)

    def start(self) -> None: ...

    def close(self) -> None: ...


def is_closed(line: JobQueue) -> bool:
    """Whether it takes no more questions: one that asked a closed model would open it, and nobody would end it."""
    with pytest.raises(UsageError, match="about to end"):
        line.submit(lambda: iter(()), lambda _: None)
    return True


def test_the_line_is_closed_when_the_server_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[JobQueue] = []

    def server(*given: Any) -> SimpleNamespace:
        lines.append(given[-1])
        return SimpleNamespace(run=lambda sockets: None)

    monkeypatch.setattr(web_run, "_server", server)
    site = web_run.Site("127.0.0.1", 0, 1000, 1, allow_open=True)
    web_run.serve(loader.AssistantLoader(lambda _: None), Settings(home=tmp_path), site, lambda _: None)  # type: ignore[arg-type,return-value]
    assert is_closed(lines[0])


def test_what_is_asked_wrongly_opens_nothing(tmp_path: Path) -> None:
    def opened(_progress: object) -> Any:
        raise AssertionError("the articles were opened")

    started = loader.AssistantLoader(opened)
    site = web_run.Site("0.0.0.0", 0, 1000, 1, page=False, api=True)
    with pytest.raises(UsageError, match="assistant keys add"):
        web_run.serve(started, Settings(home=tmp_path), site, lambda _: None)
    assert started._thread is None


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


@pytest.mark.parametrize(("libraries", "owned"), [("own", True), ("common", False)])
def test_a_library_for_each_user_is_made_where_that_is_set(
    libraries: str, owned: bool, tmp_path: Path, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "AssistantLoader", Unopened)
    monkeypatch.setattr(web_run, "serve", lambda *_: None)
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ASSISTANT_LIBRARIES", libraries)
    assert run(["web", "--articles", str(seeds)]) == 0
    assert Unopened.owned[-1] is owned


def test_a_model_that_means_nothing_is_told_before_the_page_is_served(
    tmp_path: Path, seeds: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(loader, "AssistantLoader", Unopened)
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))
    assert run(["web", "--articles", str(seeds), "--model", "nonsense"]) == 2
    assert "not understood" in capsys.readouterr().err


def test_users_are_added_listed_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))

    def typed(password: str, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        code = run(["web", *arguments])
        return code, *capsys.readouterr()

    assert typed("correct horse", "--add-user", "Ann")[0] == 0
    assert typed("correct horse", "--add-user", "bob")[0] == 0
    assert typed("", "--list-users")[:2] == (0, "ann\nbob\n")
    assert typed("", "--list-users", "--json")[:2] == (0, '{"name": "ann"}\n{"name": "bob"}\n')
    monkeypatch.setenv("ASSISTANT_LIBRARIES", "own")
    listed = [json.loads(line) for line in typed("", "--list-users", "--json")[1].splitlines()]
    assert [Path(one["library"]).parent for one in listed] == [tmp_path / "home" / "users"] * 2
    assert len({one["library"] for one in listed}) == 2
    monkeypatch.delenv("ASSISTANT_LIBRARIES")
    assert typed("", "--json")[0] == 2
    assert typed("", "--remove-user", "ANN")[0] == 0
    assert typed("", "--list-users")[:2] == (0, "bob\n")
    code, out, error = typed("", "--remove-user", "eve")
    assert (code, out) == (2, "")
    assert "no user 'eve'" in error
    code, _, error = typed("short", "--add-user", "carl")
    assert code == 2
    assert "choose one of 8" in error
    code, _, error = typed("correct horse", "--add-user", "c d")
    assert code == 2
    assert "a name has" in error


def test_names_and_proxies_come_from_options_or_the_environment(
    tmp_path: Path, seeds: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sites: list[web_run.Site] = []
    monkeypatch.setattr(loader, "AssistantLoader", Unopened)
    monkeypatch.setattr(web_run, "serve", lambda _loader, _settings, site, _ready: sites.append(site))
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ASSISTANT_NAMES", "a.example, b.example")
    monkeypatch.setenv("ASSISTANT_PROXIES", "10.0.0.0/8")
    common = ["web", "--articles", str(seeds), "--model", "m@http://127.0.0.1:9/v1"]
    assert run(common) == 0
    assert run([*common, "--name", "c.example", "--proxy", "::1", "--proxy", "127.0.0.1"]) == 0
    assert [(site.names, site.proxies) for site in sites] == [
        (("a.example", "b.example"), ("10.0.0.0/8",)),
        (("c.example",), ("::1", "127.0.0.1")),
    ]
    for wrong in (["--name", "http://a.example"], ["--name", "a:80"], ["--proxy", "proxy.example"]):
        assert run([*common, *wrong]) == 2
        assert wrong[1] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--at-once", "-1"], "--at-once -1: give a whole number"),
        (["--at-once", "0"], "--at-once 0: give a whole number"),
        (["--host", "0.0.0.0"], "--host goes with --http"),
        (["--port", "80"], "--port goes with --http"),
        (["--name", "a.example"], "--name goes with --http"),
        (["--proxy", "::1"], "--proxy goes with --http"),
        (["--max-upload", "5"], "--max-upload goes with --http"),
        (["--per-minute", "-5"], "--per-minute goes with --http"),
        (["--http", "--per-minute", "0"], "--per-minute 0: give a whole number"),
    ],
)
def test_what_the_tools_over_standard_input_do_not_take_is_refused(
    options: list[str],
    told: str,
    tmp_path: Path,
    seeds: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines: list[JobQueue] = []
    monkeypatch.setattr(loader, "AssistantLoader", Unopened)
    monkeypatch.setattr(stdio, "serve_stdio", lambda _loader, line, _public: lines.append(line))
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))
    common = ["mcp", "--articles", str(seeds), "--model", "m@http://127.0.0.1:9/v1"]
    assert run(common) == 0
    assert is_closed(lines[0])
    assert run([*common, *options]) == 2
    assert told in capsys.readouterr().err

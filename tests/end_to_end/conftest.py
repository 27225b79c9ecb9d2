"""A browser, the page's server in a process of its own, and a model that answers by rule."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted_model import ScriptedModel

PROJECT = Path(__file__).resolve().parents[2]
_STARTS_WITHIN_S = 180


class Site:
    """A running `assistant web`."""

    def __init__(self, home: Path, *arguments: str, **environment: str) -> None:
        self.home = home
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
        home.mkdir(parents=True, exist_ok=True)
        self.log = home / "log.txt"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "assistant", "web", "--port", "0", *arguments],
                cwd=PROJECT,
                env=clean | {"ASSISTANT_HOME": str(home), "PYTHONPATH": str(PROJECT)} | environment,
                stdout=log,
                stderr=log,
            )
        self.address = self._address()

    def close(self) -> None:
        """End it as Ctrl-C does."""
        self.process.terminate()
        self.process.wait(20)

    def _address(self) -> str:
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while time.monotonic() < deadline and self.process.poll() is None:
            for line in self.log.read_text().splitlines():
                if "http://" in line:
                    address = line[line.index("http://") :].strip()
                    urllib.request.urlopen(f"{address.partition('/login')[0]}/page/page.css").close()
                    return address
            time.sleep(0.05)
        self.process.kill()
        raise AssertionError(f"the page did not start:\n{self.log.read_text()}")


@pytest.fixture(scope="package")
def model() -> Iterator[ScriptedModel]:
    served = ScriptedModel()
    yield served
    served.close()


@pytest.fixture(scope="package")
def start_site(
    tmp_path_factory: pytest.TempPathFactory, model: ScriptedModel, link_models: Callable[[Path], Path]
) -> Iterator[Callable[..., Site]]:
    """`start_site({"a.txt": "…"}, "--at-once", "1")`: the seeds and these articles, for the tests of this folder."""
    sites: list[Site] = []

    def start(articles: dict[str, str] | None = None, *arguments: str, home: Path | None = None, **env: str) -> Site:
        folder = tmp_path_factory.mktemp("articles")
        for seed in (PROJECT / "seeds").iterdir():
            shutil.copy(seed, folder)
        for name, text in (articles or {}).items():
            (folder / name).write_text(text, encoding="utf-8")
        options = list(arguments)
        if "--model" not in options:
            # The model by rule answers of one article at a time.
            options += ["--model", model.name, "--read", "apart"]
        if "ASSISTANT_PASSWORD_HASH" not in env and "--token" not in options:
            options.append("--allow-open")
        options = [option for option in options if option != "--token"]
        site = Site(link_models(home or tmp_path_factory.mktemp("home")), "--articles", str(folder), *options, **env)
        sites.append(site)
        return site

    yield start
    running = [site for site in sites if site.process.poll() is None]
    # All of them at once: each takes its time to end.
    for site in running:
        site.process.terminate()
    for site in running:
        site.process.wait(20)


@pytest.fixture(scope="package")
def site(start_site: Callable[..., Site]) -> Site:
    """The seeds, answered one question at a time."""
    return start_site(None, "--at-once", "1")


# Not for all of them: while Playwright runs it holds this thread's event loop, and other tests need one.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no chromium is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def watch_console(page: Any, trouble: list[str]) -> None:
    """Add to `trouble` what the page logs as an error; that one which is left gives up its requests is none."""
    left = False

    def arrived(_: Any) -> None:
        nonlocal left
        left = False

    def heard(said: Any) -> None:
        nonlocal left
        if said.type != "error":
            return
        if said.text.startswith("AbortError:"):
            left = True
        elif not (left and "Connection errored out" in said.text):
            trouble.append(f"console: {said.text}")

    page.on("domcontentloaded", arrived)
    page.on("console", heard)


@pytest.fixture
def new_page(chromium: Any) -> Iterator[Callable[..., Any]]:
    """`new_page(site, "/?c=…", color_scheme="dark")`: a page in a browser of its own.

    Whatever it logs as an error, and every request to another host, fails the test.
    """
    contexts: list[Any] = []
    trouble: list[str] = []

    def open_page(site: Site, path: str = "/", **options: Any) -> Any:
        # Pages of one user share a context: pass `context=page.context`.
        context = options.pop("context", None)
        if context is None:
            context = chromium.new_context(**({"viewport": {"width": 1360, "height": 850}} | options))
            context.set_default_timeout(30_000)
            contexts.append(context)

            def only_ours(route: Any) -> None:
                if route.request.url.startswith(site.address + "/"):
                    route.continue_()
                else:
                    trouble.append(f"asked another host: {route.request.url}")
                    route.abort()

            context.route("**/*", only_ours)
        page = context.new_page()
        watch_console(page, trouble)
        page.on("pageerror", lambda error: trouble.append(f"script: {error}"))
        page.on("dialog", lambda shown: trouble.append(f"dialog: {shown.message}") or shown.dismiss())
        page.goto(site.address + path)
        page.locator("#status .ready").wait_for()
        page.locator("#log .welcome, #log .turn, #live .turn").first.wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert trouble == []


@pytest.fixture
def ask() -> Callable[..., Any]:
    """`ask(page, "…")` asks and gives the last answer when it is whole."""

    def ask(page: Any, question: str) -> Any:
        before = page.locator("#log .turn").count()
        page.get_by_label("Your question").fill(question)
        page.keyboard.press("Enter")
        turn = page.locator("#log .turn").nth(before)
        turn.wait_for()
        return turn

    return ask

"""What a client may name in the events that it sends to Gradio's queue, which is open to whoever reaches the page."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from assistant.library.upload_policy import UploadPolicy
from assistant.settings import Settings
from assistant.web.app import create_app
from assistant.web.handlers.export import Exports
from assistant.web.jobs.background import Background
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.security.browser_id import COOKIE
from assistant.web.security.middleware import OwnUploads
from assistant.web.security.temporary import UploadFolder
from assistant.web.server import ServerOptions, create_server
from assistant.web.storage.conversations import ConversationStore

STORY = b"The ferry\n\nThe council of Lund said on Monday that a new ferry would sail from May."
SECRET = "Diary\n\nThe combination of the safe is 17-42-99, and nobody else may know that at all."
BASE = "http://127.0.0.1:7860"


class FakeAssistant:
    """An empty library that remembers what it was given to add."""

    model = SimpleNamespace(name="fake")

    def __init__(self) -> None:
        self.added: list[bytes] = []

    def size(self) -> Any:
        return SimpleNamespace(articles=0)

    def revision(self) -> str:
        return "0"

    def headers(self, **_: Any) -> list[Any]:
        return []

    def count(self, **_: Any) -> int:
        return 0

    def outlets(self) -> list[Any]:
        return []

    def months(self) -> list[Any]:
        return []

    def add_files(self, paths: list[Path]) -> Any:
        self.added += [path.read_bytes() for path in paths]
        return SimpleNamespace(outcomes=[SimpleNamespace(status="added", message="")])


class Page:
    """The page as it is served, with a library in memory, and how its script speaks to it."""

    def __init__(self, home: Path, uploads: UploadFolder) -> None:
        self.library = FakeAssistant()
        conversations = ConversationStore(home / "conversations.sqlite3")
        loader = AssistantLoader.of(self.library)  # type: ignore[arg-type]
        blocks = create_app(loader, settings=Settings(home=home), conversations=conversations)
        options = ServerOptions("127.0.0.1", uploads, policy=UploadPolicy(max_bytes=1_000_000))
        background = Background.over(loader)
        exports = Exports(loader, conversations, background.stories, background.counts)
        self.app: Any = create_server(blocks, exports, options)
        # A function's number, by the component's name and the event.
        names = {number: block.elem_id for number, block in blocks.blocks.items()}
        self._numbers = {
            (names[target], event): fn._id
            for fn in blocks.fns.values()
            for target, event in fn.targets
            if target in names
        }

    def send(self, client: TestClient, component: str, event: str, value: Any) -> tuple[int, bool]:
        """The status of the answer to an event with this value, and whether it came to a good end in the queue."""
        number = self._numbers[component, event]
        body = {"data": [value, None], "fn_index": number, "session_hash": "mine", "event_data": None}
        status = client.post("/gradio_api/queue/join", json=body).status_code
        if status != 200:
            return status, False
        told = client.get("/gradio_api/queue/data", params={"session_hash": "mine"}).text
        messages = [json.loads(line[6:]) for line in told.splitlines() if line.startswith("data: ")]
        (end,) = [message for message in messages if message["msg"] == "process_completed"]
        return status, end["success"]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[UploadFolder]:
    folder = UploadFolder(tmp_path)
    yield folder
    folder.close()


@pytest.fixture
def uploads(folder: UploadFolder, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder.path))
    return folder.path


@pytest.fixture
def page(uploads: Path, folder: UploadFolder, tmp_path: Path) -> Page:
    return Page(tmp_path, folder)


@pytest.fixture
def served(page: Page) -> Iterator[TestClient]:
    with TestClient(page.app, base_url=BASE, cookies={COOKIE: "a" * 43}) as client:
        yield client


@pytest.fixture
def gradio_alone(page: Page) -> Iterator[TestClient]:
    """The page without anything of ours around it."""
    (mounted,) = [route.app for route in page.app.routes if isinstance(route, Mount)]
    with TestClient(page.app), TestClient(mounted, base_url=BASE, cookies={COOKIE: "a" * 43}) as client:
        yield client


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file on the server that is none of the page's."""
    path = tmp_path / "private" / "diary.txt"
    path.parent.mkdir()
    path.write_text(SECRET)
    return path


@pytest.fixture
def gone_out(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Names that were looked up and addresses that were connected to; all are refused."""
    tried: list[object] = []

    def refuse(*what: object, **_: object) -> None:
        tried.append(what)
        raise OSError("blocked")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    return tried


def file_at(path: object, **more: Any) -> dict[str, Any]:
    return {"path": str(path), "orig_name": "x.txt", "meta": {"_type": "gradio.FileData"}, **more}


def test_what_was_uploaded_is_added(page: Page, served: TestClient) -> None:
    (path,) = served.post("/gradio_api/upload", files={"files": ("ferry.txt", STORY)}).json()
    # As the browser sends it: with an address at which it could show it.
    sent = file_at(path, url=f"{BASE}/gradio_api/file={path}", size=len(STORY), mime_type="text/plain")
    assert page.send(served, "upload", "upload", [sent]) == (200, True)
    assert page.library.added == [STORY]


@pytest.mark.parametrize("more", [{}, {"is_stream": True}, {"url": f"{BASE}/x.txt"}])
def test_a_file_of_the_servers_is_neither_read_nor_removed(
    page: Page, served: TestClient, uploads: Path, secret: Path, more: dict[str, Any]
) -> None:
    status, _ = page.send(served, "upload", "upload", [file_at(secret, **more)])
    assert_left_alone(page, uploads, secret)
    assert status == 403


@pytest.mark.parametrize("more", [{}, {"is_stream": True}, {"url": f"{BASE}/x.txt"}])
def test_nor_would_it_be_by_gradio_alone(
    page: Page, gradio_alone: TestClient, uploads: Path, secret: Path, more: dict[str, Any]
) -> None:
    assert page.send(gradio_alone, "upload", "upload", [file_at(secret, **more)]) == (200, False)
    assert_left_alone(page, uploads, secret)


def assert_left_alone(page: Page, uploads: Path, secret: Path) -> None:
    assert page.library.added == []
    assert secret.read_text() == SECRET
    assert not list(uploads.rglob("diary.txt"))


def test_a_file_that_never_ends_stops_nothing(page: Page, served: TestClient, tmp_path: Path) -> None:
    """F2: it was opened on the event loop, and nothing was answered any more."""
    os.mkfifo(tmp_path / "pipe.txt")
    assert page.send(served, "upload", "upload", [file_at(tmp_path / "pipe.txt")])[0] == 403
    assert page.send(served, "upload", "upload", [file_at("/dev/zero")])[0] == 403


@pytest.mark.parametrize("address", ["http://attacker.example/story.txt", "https://100.100.100.200/story.txt"])
@pytest.mark.parametrize(("component", "event", "many"), [("upload", "upload", True), ("question", "submit", False)])
def test_no_address_is_fetched(
    page: Page, served: TestClient, gone_out: list[object], address: str, component: str, event: str, many: bool
) -> None:
    status, _ = page.send(served, component, event, [file_at(address)] if many else file_at(address))
    assert gone_out == []
    assert status == 403


# -- the guard by itself ----------------------------------------------------------------


def guarded() -> TestClient:
    async def echo(request: Request) -> Response:
        return JSONResponse(await request.json())

    async def fine(_: Request) -> Response:
        return Response("fine")

    site = Starlette(
        routes=[Route("/gradio_api/queue/join", echo, methods=["POST"]), Route("/other", fine, methods=["POST"])]
    )
    return TestClient(OwnUploads(site, Path("/tmp/uploads")))


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "etc/passwd",
        "",
        "/tmp/uploads",
        "/tmp/uploads/",
        "/tmp/uploads2/a.txt",
        "/tmp/uploads/../a.txt",
        "//tmp/uploads/a.txt",
        "file:///tmp/uploads/a.txt",
        "http://evil.example/tmp/uploads/a.txt",
        "https://../../../tmp/uploads/a.txt",
        "data:image/svg+xml,x/../../../tmp/uploads/a.txt",
        "/tmp/x\x00/a.txt",
    ],
)
def test_a_path_outside_is_refused(path: str) -> None:
    event = {"data": [{"value": [{"path": path}]}, None]}
    assert guarded().post("/gradio_api/queue/join", json=event).status_code == 403


@pytest.mark.parametrize("deep", [100, 100_000])
def test_it_is_refused_however_deep_it_stands(deep: int) -> None:
    body = '{"data": ' + "[" * deep + '{"path": "/etc/passwd"}' + "]" * deep + "}"
    # What is nested too deep for Python to read is not passed on either.
    assert guarded().post("/gradio_api/queue/join", content=body).status_code in (400, 403)


@pytest.mark.parametrize(
    "event",
    [
        {"data": [[{"path": "/tmp/uploads/abc/a.txt", "url": "http://localhost/gradio_api/file=/etc/passwd"}], None]},
        {"data": ["the path /etc/passwd, http://evil.example", None], "event_data": {"path": None}},
        {"data": []},
        [],
    ],
)
def test_everything_else_passes_as_it_was_sent(event: Any) -> None:
    assert guarded().post("/gradio_api/queue/join", json=event).json() == event


def test_a_body_in_pieces_is_read_whole() -> None:
    pieces = iter([b'{"data": [{"path": "/etc', b'/passwd"}]}'])
    assert guarded().post("/gradio_api/queue/join", content=pieces).status_code == 403


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"path=/etc/passwd"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    assert guarded().post("/gradio_api/queue/join", content=body).status_code == 400


def test_other_requests_are_not_looked_into() -> None:
    assert guarded().post("/other", json={"path": "/etc/passwd"}).status_code == 200

"""How much a request may bring, whose page it may name, what a message tells, and what is left on the disk."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.library.upload_policy import UploadPolicy
from assistant.settings import Settings
from assistant.web.security.limits import BodyLimit, UploadLimit
from assistant.web.security.pages import PageSessions
from assistant.web.security.redact import Redactor
from assistant.web.security.temporary import UploadFolder

FORM = {"content-type": "application/x-www-form-urlencoded"}


class Taken:
    """An application that reads each body whole, and how much of it there was."""

    def __init__(self) -> None:
        self.bytes = 0

    def app(self) -> Starlette:
        async def take(request: Request) -> Response:
            async for piece in request.stream():
                self.bytes += len(piece)
            return Response("fine")

        return Starlette(routes=[Route("/{rest:path}", take, methods=["GET", "POST"])])


@pytest.mark.parametrize(
    ("path", "most"), [("/login", 8192), ("/logout", 8192), ("/gradio_api/queue/join", 2**20), ("/x", 65_536)]
)
@pytest.mark.parametrize("announced", [True, False])
def test_a_body_is_as_large_as_its_address_needs(path: str, most: int, announced: bool) -> None:
    """F5: before logging in, one request could bring anything."""
    taken = Taken()
    client = TestClient(BodyLimit(taken.app()))

    def post(size: int) -> int:
        pieces = (b"a" * min(1000, size - at) for at in range(0, size, 1000))
        return client.post(path, content=b"a" * size if announced else pieces, headers=FORM).status_code

    assert post(most) == 200
    taken.bytes = 0
    assert post(50 * most) == 413
    assert taken.bytes <= most


def test_a_login_with_files_is_refused_unread() -> None:
    taken = Taken()
    answer = TestClient(BodyLimit(taken.app())).post("/login", files={"password": ("a.txt", b"x")})
    assert answer.status_code == 415
    assert taken.bytes == 0


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[UploadFolder]:
    made = UploadFolder(tmp_path)
    yield made
    made.close()


def upload(folder: UploadFolder, **request: Any) -> tuple[int, int]:
    taken = Taken()
    policy = UploadPolicy(max_bytes=10_000, max_files=3, most_full=2)
    answer = TestClient(UploadLimit(taken.app(), policy, folder)).post("/gradio_api/upload", **request)
    return answer.status_code, taken.bytes


def files(*sizes: int) -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", (f"{number}.txt", b"x" * size)) for number, size in enumerate(sizes)]


def test_files_within_the_limits_pass_as_they_were_sent(folder: UploadFolder) -> None:
    assert upload(folder, files=files(10_000, 5_000, 0))[0] == 200


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"files": files(10_001)}, 413),
        ({"files": files(1, 1, 1, 1)}, 413),
        ({"files": files(9_000, 9_000, 9_000)}, 413),
        ({"files": files(1), "data": {"note": "x" * 100}}, 400),
        ({"data": {"note": "x"}}, 415),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 415),
        ({"content": b"no parts", "headers": {"content-type": "multipart/form-data; boundary=b"}}, 400),
        (
            {
                "content": b"--b\r\nContent-Disposition: form-data; name=" + b"n" * 9000 + b"\r\n\r\n",
                "headers": {"content-type": "multipart/form-data; boundary=b"},
            },
            400,
        ),
    ],
    ids=["a file", "number", "sum", "nameless", "no multipart", "no boundary", "no parts", "endless header"],
)
def test_an_upload_is_bounded_in_number_size_and_sum(folder: UploadFolder, request_: Any, status: int) -> None:
    """F14: a part without a file's name was kept in memory, whatever its size."""
    got, taken = upload(folder, **request_)
    assert got == status
    assert taken <= 20_000 + 3 * 16 * 1024


def test_a_sum_in_pieces_is_bounded_too(folder: UploadFolder) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n' + b"x" * 9_999 + b"\r\n"
    head = {"content-type": "multipart/form-data; boundary=b"}
    policy = UploadPolicy(max_bytes=10_000, max_files=1_000, most_full=2)
    taken = Taken()
    client = TestClient(UploadLimit(taken.app(), policy, folder))
    # The room for a thousand files' headers is not to be filled with a few files.
    status = client.post("/gradio_api/upload", content=iter([part] * 3_000), headers=head).status_code
    assert status == 413


def test_what_waits_to_be_added_is_bounded(folder: UploadFolder) -> None:
    (folder.path / "a").mkdir()
    (folder.path / "a" / "x.txt").write_bytes(b"x" * 100_000)
    assert upload(folder, files=files(1))[0] == 503


def test_what_was_uploaded_and_never_added_goes_after_an_hour(tmp_path: Path) -> None:
    made = UploadFolder(tmp_path)
    for name, age in (("old", 7200), ("new", 60)):
        (made.path / name).mkdir()
        file = made.path / name / "a.txt"
        file.write_bytes(b"xyz")
        os.utime(file, (time.time() - age, time.time() - age))
    assert made.sweep() == 3
    assert sorted(path.name for path in made.path.iterdir() if path.is_dir()) == ["new"]
    made.close()
    assert not made.path.exists()


def test_the_next_start_removes_what_a_killed_server_left_and_nothing_that_is_used(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from assistant.web.security.temporary import UploadFolder;"
        "made = UploadFolder(Path(sys.argv[1])); (made.path / 'a.txt').write_text('x'); print(made.path, flush=True);"
        "os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    left = Path(killed.stdout.strip())
    assert (left / "a.txt").exists()
    used = UploadFolder(tmp_path)
    assert not left.exists()
    other = UploadFolder(tmp_path)
    assert used.path.exists()
    used.close()
    other.close()
    assert list(tmp_path.iterdir()) == []


# -- whose page -------------------------------------------------------------------------


class WithOwner:
    """Stands where `BrowserCookie` does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        owner = dict(scope["headers"]).get(b"x-owner", b"").decode()
        await self._app({**scope, "state": {"owner": owner}}, receive, send)


def pages(unread: int = 0) -> TestClient:
    async def echo(request: Request) -> Response:
        return JSONResponse((await request.body()).decode())

    app = Starlette(routes=[Route("/{rest:path}", echo, methods=["GET", "POST"])])
    return TestClient(WithOwner(PageSessions(app, lambda _: unread)))


def test_a_page_is_its_browsers_alone() -> None:
    """F17: whoever named a page's session was sent what it is sent."""
    client = pages()

    def get(owner: str, path: str) -> int:
        return client.get(path, headers={"x-owner": owner}).status_code

    def join(owner: str, body: Any, path: str = "/gradio_api/queue/join") -> int:
        return client.post(path, json=body, headers={"x-owner": owner}).status_code

    assert join("ann", {"session_hash": "s1", "data": []}) == 200
    assert get("ann", "/gradio_api/queue/data?session_hash=s1") == 200
    for owner in ("bob", ""):
        assert get(owner, "/gradio_api/queue/data?session_hash=s1") == 403
        assert get(owner, "/gradio_api/heartbeat/s1") == 403
        assert join(owner, {"session_hash": "s1", "data": []}) == 403
        assert join(owner, {"session_hash": "s1"}, "/gradio_api/cancel") == 403
    assert get("bob", "/gradio_api/heartbeat/s2") == 200
    assert join("ann", {"session_hash": "s2"}) == 403
    for odd in ([], {"session_hash": 3}, "x"):
        assert join("ann", odd) == 200
    assert client.post("/gradio_api/queue/join", json={"a": 1}).json() == '{"a":1}'


def test_a_page_that_never_reads_its_answers_is_answered_no_more() -> None:
    assert pages(501).post("/gradio_api/queue/join", json={"session_hash": "s"}).status_code == 429
    assert pages(500).post("/gradio_api/queue/join", json={"session_hash": "s"}).status_code == 200


# -- messages ---------------------------------------------------------------------------


def test_a_message_tells_neither_logins_nor_folders(tmp_path: Path) -> None:
    """F15."""
    settings = Settings(home=tmp_path / "my home", articles=Path("moved/seeds3"), index=None)
    public = Redactor(settings, [tmp_path / "up"])
    said = public("model fake at http://svc-user:s3cret-token@127.0.0.1:9/v1: nothing answers there")
    assert said == "model fake at http://127.0.0.1:9/v1: nothing answers there"
    assert public("moved/seeds3: does not exist any more") == "seeds3: does not exist any more"
    for path in (tmp_path / "my home" / "library" / "index.sqlite3", tmp_path / "up" / "a" / "b.txt", "/srv/x/c.txt"):
        shown = public(f"index {path}: locked; try again")
        assert str(tmp_path) not in shown
        assert "/srv" not in shown
        assert shown.endswith(": locked; try again")
    assert public("8/10 of 3 and/or 5") == "8/10 of 3 and/or 5"
    for login in ("user:pw", "user:p@w/@x"):
        assert public(f"index http://{login}@milvus:19530/N: no reply") == "index http://milvus:19530/N: no reply"

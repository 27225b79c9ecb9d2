"""Request size limits: bytes by address, files of an upload in number, size and sum."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.library.upload_policy import UploadPolicy
from assistant.web.security.temporary import UploadFolder

_log = logging.getLogger(__name__)
UPLOAD = "/gradio_api/upload"
_FORMS = ("/login", "/logout")
_MOST_BYTES = {"/login": 8 * 1024, "/logout": 8 * 1024, "/gradio_api/queue/join": 1024 * 1024}
_ELSEWHERE = 64 * 1024
# What stands around a file in a multipart body: its boundary and its headers.
_AROUND_FILE = 16 * 1024
_UPLOADS_AT_ONCE = 4


class _RefusedError(Exception):
    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.answer = PlainTextResponse(message, status, headers={"connection": "close"})


class BodyLimit:
    """ASGI middleware: answers 413 to a body that is larger than its address needs, before it is kept anywhere."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http" or scope["path"] == UPLOAD:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if scope["method"] == "POST" and scope["path"] in _FORMS and kind != "application/x-www-form-urlencoded":
            # As multipart it could bring files, which are written to the disk while they are read.
            await PlainTextResponse("only the form of this page is taken", 415)(scope, receive, send)
            return
        most = _MOST_BYTES.get(scope["path"], _ELSEWHERE)
        seen = 0

        def count(data: bytes) -> None:
            nonlocal seen
            seen += len(data)
            if seen > most:
                raise _RefusedError(f"at most {most:,} bytes are taken here", 413)

        await _checked(self._app, scope, receive, send, most, count)


class UploadLimit:
    """ASGI middleware: refuses an upload that has too many, too large or nameless parts, while it comes in.

    Gradio 6.31 keeps a part without a file's name in memory, whatever its size (Starlette's CVE-2024-47874), and
    looks at no sum. `folder` is where Gradio puts the files.
    """

    def __init__(self, app: ASGIApp, policy: UploadPolicy, folder: UploadFolder) -> None:
        self._app = app
        self._policy = policy
        self._folder = folder
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http" or scope["path"] != UPLOAD:
            await self._app(scope, receive, send)
            return
        if self._running >= _UPLOADS_AT_ONCE:
            await PlainTextResponse("others are uploading; try again in a moment", 503)(scope, receive, send)
            return
        self._running += 1
        try:
            waiting = await asyncio.to_thread(self._folder.sweep)
            if waiting > self._policy.max_total * _UPLOADS_AT_ONCE:
                refusal = PlainTextResponse("too much was uploaded and not added yet; try again in an hour", 503)
                await refusal(scope, receive, send)
                return
            await self._limited(scope, receive, send)
        finally:
            self._running -= 1

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = self._policy.max_total + self._policy.max_files * _AROUND_FILE
        try:
            parts = _Parts(self._policy, Headers(scope=scope).get("content-type", ""), most)
        except _RefusedError as refused:
            await refused.answer(scope, receive, send)
            return
        await _checked(self._app, scope, receive, send, most, parts.take)


async def _checked(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, most: int, check: Callable[[bytes], None]
) -> None:
    """Run `app` with a body of at most `most` bytes; `check` sees each piece and may raise `_RefusedError`."""
    announced = Headers(scope=scope).get("content-length", "0")
    if not announced.isascii() or not announced.isdigit() or int(announced) > most:
        await _RefusedError(f"at most {most:,} bytes are taken here", 413).answer(scope, receive, send)
        return
    refused: _RefusedError | None = None
    started = False

    async def checked() -> Message:
        nonlocal refused
        message = await receive()
        if message["type"] == "http.request":
            try:
                check(message.get("body", b""))
            except _RefusedError as error:
                refused = error
                # To whoever reads on it is as if the client had gone: what was begun is given up.
                return {"type": "http.disconnect"}
        return message

    async def watched(message: Message) -> None:
        nonlocal started
        if refused is not None and not started:
            return
        started = True
        await send(message)

    try:
        await app(scope, checked, watched)
    except Exception:
        if refused is None:
            raise
        _log.debug("a request that was refused failed", exc_info=True)
    if refused is not None and not started:
        await refused.answer(scope, receive, send)


class _Parts:
    """Looks through a multipart body as it comes in."""

    def __init__(self, policy: UploadPolicy, content_type: str, most: int) -> None:
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise _RefusedError("files are uploaded as multipart/form-data", 415)
        self._policy = policy
        self._now = _Part()
        self._number = 0
        self._total = 0
        self._files = 0
        self._most = most
        self._parser = MultipartParser(
            options[b"boundary"],
            {
                "on_part_begin": self._begin,
                "on_header_field": self._field,
                "on_header_value": self._value,
                "on_header_end": self._header,
                "on_headers_finished": self._headers,
                "on_part_data": self._data,
            },
        )

    def take(self, data: bytes) -> None:
        """The next bytes. Raises `_RefusedError`."""
        self._total += len(data)
        if self._total > self._most:
            raise self._too_much()
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise _RefusedError("the upload is damaged; try again", 400) from error

    def _too_much(self) -> _RefusedError:
        return _RefusedError(f"at most {self._policy.max_total / 2**20:,.4g} MiB are taken at a time", 413)

    def _begin(self) -> None:
        self._now = _Part()
        self._number += 1
        if self._number > self._policy.max_files:
            raise _RefusedError(f"upload at most {self._policy.max_files:,} files at a time", 413)

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._now.field += data[start:end]
        self._grown(end - start)

    def _value(self, data: bytes, start: int, end: int) -> None:
        self._now.value += data[start:end]
        self._grown(end - start)

    def _grown(self, by: int) -> None:
        self._now.headers += by
        if self._now.headers > _AROUND_FILE // 2:
            raise _RefusedError("the upload is damaged; try again", 400)

    def _header(self) -> None:
        if self._now.field.lower() == b"content-disposition":
            self._now.is_file = b"filename" in parse_options_header(self._now.value)[1]
        self._now.field, self._now.value = b"", b""

    def _headers(self) -> None:
        if not self._now.is_file:
            raise _RefusedError("only files are taken here", 400)

    def _data(self, _data: bytes, start: int, end: int) -> None:
        self._now.size += end - start
        self._files += end - start
        if self._files > self._policy.max_total:
            raise self._too_much()
        if self._now.size > self._policy.max_bytes:
            raise _RefusedError(f"a file has at most {self._policy.max_bytes / 2**20:,.4g} MiB; split it", 413)


@dataclass(slots=True)
class _Part:
    field: bytes = b""
    value: bytes = b""
    headers: int = 0
    is_file: bool = False
    size: int = 0

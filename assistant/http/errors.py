"""Error responses: OpenAI's object, whatever the route, so that its clients show the message."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import INTERNAL_ERROR, ArticleError, AssistantError, UsageError

Public = Callable[[str], str]

_log = logging.getLogger(__name__)
_WAIT_S = 10
_SHOWN = 5
_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "server_error",
    503: "overloaded_error",
}
# As nginx has it; nobody is there to read it.
CLIENT_LEFT = 499
_TOO_LARGE = "the request is too large; send less at a time (the limits are in docs/http.md)"


class ErrorDetail(BaseModel):
    """What is wrong and what to do about it; `type` is one of a few, `code` the HTTP status as a text."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None


class ErrorBody(BaseModel):
    """The body of every answer from 400 on."""

    error: ErrorDetail


class ApiError(AssistantError):
    """A request that is refused with `status`; `retry_after` in seconds, where trying again can help."""

    def __init__(self, status: int, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


def documented(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of a route, for its description."""
    return {code: {"model": ErrorBody, "description": HTTPStatus(code).phrase} for code in sorted({*codes, 413})}


def error_body(status: int, message: str, param: str | None = None) -> dict[str, Any]:
    """The body."""
    kind = _TYPES.get(status, "invalid_request_error")
    return {"error": {"message": message, "type": kind, "param": param, "code": str(status)}}


def explained(error: BaseException, public: Public) -> ApiError:
    """What a client is told of an error; `public` takes out of its words what is only the server's to know."""
    match error:
        case ApiError():
            return error
        case ArticleError():
            return ApiError(404, public(str(error)))
        case UsageError():
            return ApiError(422, public(str(error)))
        case AssistantError():
            return ApiError(503, public(str(error)), _WAIT_S)
    return ApiError(500, INTERNAL_ERROR)


def add_error_handlers(app: FastAPI, public: Public) -> None:
    """Every error of `app` becomes an `ErrorBody`."""

    @app.exception_handler(AssistantError)
    async def _told(_request: Request, error: AssistantError) -> Response:
        made = explained(error, public)
        headers = {"retry-after": str(made.retry_after)} if made.retry_after is not None else None
        return error_response(made.status, str(made), headers=headers)

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> Response:
        return error_response(error.status_code, str(error.detail), headers=error.headers)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_request: Request, error: RequestValidationError) -> Response:
        found = [(".".join(map(str, one["loc"])), one["msg"]) for one in error.errors()[:_SHOWN]]
        message = "; ".join(f"{where}: {what}" for where, what in found)
        return error_response(422, message.encode("utf-8", "replace").decode(), found[0][0] if found else None)

    @app.exception_handler(Exception)
    async def _inside(_request: Request, error: Exception) -> Response:
        _log.error("a request failed", exc_info=error)
        return error_response(500, INTERNAL_ERROR)


def error_response(
    status: int, message: str, param: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer with an `ErrorBody`."""
    param = param.encode("utf-8", "replace").decode() if param else None
    return JSONResponse(error_body(status, message, param), status, headers=dict(headers or {}))


class TooLargeAsJson:
    """ASGI middleware around Starlette's limit on bodies, which answers in plain text: the same as an `ErrorBody`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; change that one answer."""
        replaced = False

        async def changed(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and message["status"] == 413:
                replaced = True
                await error_response(413, _TOO_LARGE)(scope, receive, send)
            elif not replaced:
                await send(message)

        await self._app(scope, receive, changed)

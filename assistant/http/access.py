"""Authorisation and rate limits of the API: who may call what, and how often."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.errors import AssistantError
from assistant.http.errors import ApiError, error_response
from assistant.http.keys import ApiKey, KeyStore
from assistant.http.peer import PeerCheck, asked_by_this_user

_BEARER = HTTPBearer(auto_error=False, description="an API key, made with: assistant keys add NAME")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
_BUSY_S = 5
_SEARCHES = 8
_NOT_OWN = "without an API key only the user who started the server is answered; make one: assistant keys add NAME"
_WITH_BODIES = ("POST", "PUT", "PATCH", "DELETE")


class Access:
    """Checks the key of a request and counts it. The methods `read` and `write` are FastAPI dependencies."""

    def __init__(
        self, keys: KeyStore, *, loopback: bool, per_minute: int, is_own: PeerCheck = asked_by_this_user
    ) -> None:
        """`loopback`: only this machine reaches the server, so that its user is answered without a key while none was
        made; `is_own` tells this user from others. `per_minute` requests of one key are answered.
        """
        self._keys = keys
        self._loopback = loopback
        self._is_own = is_own
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._rate = RateLimitItemPerMinute(per_minute)

    def read(self, request: Request, credentials: Credentials) -> ApiKey | None:
        """The key; None on loopback while no key was made. Raises 401, 429."""
        key = self._key(credentials, request.scope)
        if key is not None:
            request.state.key = key.id
            self._count(key)
        return key

    def write(self, request: Request, credentials: Credentials) -> ApiKey | None:
        """The same for what changes the library. Raises 401, 403, 429."""
        key = self.read(request, credentials)
        if key is not None and not key.may_write:
            raise ApiError(403, f"the key {key.name!r} may only read; make one with: assistant keys add NAME --write")
        return key

    def check(self, scope: Scope) -> None:
        """Raises 401 where a request may do nothing at all, by its headers; it is not counted."""
        scheme, _, secret = Headers(scope=scope).get("authorization", "").partition(" ")
        self._key(HTTPAuthorizationCredentials(scheme=scheme, credentials=secret) if secret else None, scope)

    def _key(self, credentials: HTTPAuthorizationCredentials | None, scope: Scope) -> ApiKey | None:
        if self._loopback and not self._keys.all():
            if self._is_own(scope):
                return None
            raise HTTPException(401, _NOT_OWN, {"www-authenticate": "Bearer"})
        is_key = credentials is not None and credentials.scheme.lower() == "bearer"
        key = self._keys.find(credentials.credentials) if credentials is not None and is_key else None
        if key is None:
            what = "this API key is not known or was revoked" if credentials else "an API key is needed"
            remedy = "send Authorization: Bearer KEY with one that was made with: assistant keys add NAME"
            raise HTTPException(401, f"{what}; {remedy}", {"www-authenticate": "Bearer"})
        return key

    def _count(self, key: ApiKey) -> None:
        if self._limiter.hit(self._rate, key.id):
            return
        again = self._limiter.get_window_stats(self._rate, key.id).reset_time - time.time()
        raise ApiError(
            429, f"more than {self._rate.amount} requests in a minute with this key", max(1, math.ceil(again))
        )


class KeyFirst:
    """ASGI middleware: answers 401 before a body is read. FastAPI reads it before it asks a dependency."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and scope["method"] in _WITH_BODIES:
            try:
                await run_in_threadpool(self._access.check, scope)
            except HTTPException as error:
                # What is still to come of the body is not waited for.
                headers = {**(error.headers or {}), "connection": "close"}
                await error_response(error.status_code, str(error.detail), headers=headers)(scope, receive, send)
                return
            except AssistantError:
                # The route's dependency fails on the same, and tells it.
                pass
        await self._app(scope, receive, send)


class Gate:
    """Concurrency limit: lets `most` in at a time; who comes then is told to come back, and not kept waiting."""

    def __init__(self, most: int, busy: str) -> None:
        self._room = threading.Semaphore(most)
        self._busy = busy

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Be one of them. Raises 503."""
        if not self._room.acquire(blocking=False):
            raise ApiError(503, self._busy, _BUSY_S)
        try:
            yield
        finally:
            self._room.release()


def search_gate() -> Gate:
    """For searches, which each take a processor for a moment."""
    return Gate(_SEARCHES, f"{_SEARCHES} searches are under way; try again in a moment")

"""Requests over HTTP that can be cancelled at any moment, before the first word of a reply as well."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Generator, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from assistant.errors import ModelCancelledError
from assistant.llm.endpoint import Endpoint
from assistant.llm.failures import Kind, ProviderError
from assistant.llm.scope import QuestionScope

if TYPE_CHECKING:
    import httpx2
    from anyio.from_thread import BlockingPortal

Event = Mapping[str, Any]
# What a stream that was sent to its end is closed with.
DONE: Event = {"done": True}
_MOST_ERROR = 100_000
_CONNECT_S = 20.0


class _End:
    """No more events."""


class Transport:
    """One endpoint's connections. Thread-safe; `close` drops them, and the next request makes new ones.

    An event loop of its own does the waiting: a request is cancelled there at once, whatever it waits for, and
    the provider sees the connection closed.
    """

    def __init__(self, endpoint: Endpoint, *, timeout: float) -> None:
        """`timeout`: seconds for each next event of a reply; comments that keep a connection open are none."""
        self._endpoint = endpoint
        self._timeout = timeout
        self._lock = threading.Lock()
        self._open: tuple[ExitStack, BlockingPortal, httpx2.AsyncClient] | None = None
        self._running: set[Future[None]] = set()

    def post(self, path: str, body: Mapping[str, Any], scope: QuestionScope) -> Generator[Event, None, None]:
        """The events of a streamed reply, or the whole reply as one. Closing the iterator cancels the request.

        Raises `ProviderError`, `ModelCancelledError`, and `ModelConnectionError` when the question's time is up.
        """
        return self._events("POST", path, body, scope)

    def get(self, path: str, scope: QuestionScope) -> Event:
        """The JSON object at `path`. Raises as `post` does."""
        return next(self._events("GET", path, None, scope), {})

    def close(self) -> None:
        """Drop the connections and end what runs over them."""
        with self._lock:
            opened, self._open = self._open, None
            running = list(self._running)
        for future in running:
            future.cancel()
        if opened is not None:
            opened[0].close()

    def _events(
        self, method: str, path: str, body: Mapping[str, Any] | None, scope: QuestionScope
    ) -> Generator[Event, None, None]:
        scope.remaining()
        portal, client = self._connect()
        arrived: queue.SimpleQueue[Event | type[_End]] = queue.SimpleQueue()
        future = portal.start_task_soon(self._exchange, client, method, path, body, arrived.put)
        with self._lock:
            self._running.add(future)
        future.add_done_callback(lambda _: arrived.put(_End))
        try:
            with scope.on_cancel(future.cancel):
                while True:
                    try:
                        event = arrived.get(timeout=scope.remaining())
                    except queue.Empty:
                        raise scope.expired() from None
                    if event is _End:
                        break
                    assert not isinstance(event, type)
                    yield event
            future.result()
        except CancelledError:
            raise ModelCancelledError("the question was stopped, or the model closed, while it was asked") from None
        finally:
            future.cancel()
            with self._lock:
                self._running.discard(future)

    def _connect(self) -> tuple[BlockingPortal, httpx2.AsyncClient]:
        with self._lock:
            if self._open is None:
                from anyio.from_thread import start_blocking_portal

                stack = ExitStack()
                portal = stack.enter_context(start_blocking_portal())
                client = self._client()
                stack.callback(portal.call, client.aclose)
                self._open = stack, portal, client
            return self._open[1], self._open[2]

    def _client(self) -> httpx2.AsyncClient:
        import httpx2

        endpoint = self._endpoint
        headers = {"api-key" if endpoint.is_azure else "Authorization": self._credential()} if endpoint.key else {}
        return httpx2.AsyncClient(
            headers=headers,
            auth=endpoint.user if endpoint.user and not endpoint.key else None,
            params=list(endpoint.query),
            timeout=httpx2.Timeout(self._timeout, connect=min(self._timeout, _CONNECT_S), pool=None),
            limits=httpx2.Limits(max_connections=None),
            # A proxy from the environment must not see what is said to a model on this machine.
            trust_env=not endpoint.is_local,
            follow_redirects=False,
        )

    def _credential(self) -> str:
        return self._endpoint.key if self._endpoint.is_azure else f"Bearer {self._endpoint.key}"

    async def _exchange(
        self,
        client: httpx2.AsyncClient,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        put: Any,
    ) -> None:
        """Runs in the event loop; `put` takes each event."""
        import anyio
        import httpx2

        begun = False
        try:
            with anyio.fail_after(self._timeout):
                request = client.build_request(method, f"{self._endpoint.url}{path}", json=body)
                response = await client.send(request, stream=True)
            begun = True
            try:
                kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                if response.is_success and kind == "text/event-stream":
                    await self._stream(response, put)
                else:
                    with anyio.fail_after(self._timeout):
                        content = await response.aread()
                    put(_whole(response, content))
            finally:
                await response.aclose()
        except (httpx2.TimeoutException, TimeoutError) as error:
            connecting = isinstance(error, httpx2.ConnectTimeout)
            raise ProviderError(Kind.UNREACHABLE if connecting else Kind.SILENT) from error
        except (httpx2.ConnectError, httpx2.UnsupportedProtocol, httpx2.InvalidURL, httpx2.ProxyError) as error:
            raise ProviderError(Kind.UNREACHABLE) from error
        except (httpx2.DecodingError, UnicodeDecodeError) as error:
            raise ProviderError(Kind.GARBLED) from error
        except httpx2.HTTPError as error:
            raise ProviderError(Kind.BROKEN_OFF if begun or method == "POST" else Kind.UNREACHABLE) from error

    async def _stream(self, response: httpx2.Response, put: Any) -> None:
        import anyio
        import httpx2

        events = aiter(httpx2.EventSource(response))
        while True:
            with anyio.fail_after(self._timeout):
                event = await anext(events, None)
            if event is None:
                return
            if event.data.strip() == "[DONE]":
                put(DONE)
                return
            if event.data.strip():
                value = _parsed(event.data)
                put({"error": value.get("error", value)} if event.event == "error" else value)


def _whole(response: httpx2.Response, content: bytes) -> Event:
    if not response.is_success:
        text = content[:_MOST_ERROR].decode("utf-8", "replace")
        raise ProviderError(Kind.REFUSED, response.status_code, text, dict(response.headers))
    return _parsed(content)


def _parsed(content: str | bytes) -> Event:
    try:
        value = json.loads(content)
    except ValueError as error:
        raise ProviderError(Kind.GARBLED) from error
    if isinstance(value, list) and len(value) == 1:
        # Gemini's errors.
        value = value[0]
    if not isinstance(value, dict):
        raise ProviderError(Kind.GARBLED)
    return value

"""HTTP transport by the openai client: requests can be cancelled at any moment, before a reply's first word as well.

The replies are taken as they came over HTTP: what providers send is more than the client's types hold.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Generator, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import AsyncExitStack, ExitStack, suppress
from typing import TYPE_CHECKING, Any

from assistant.errors import ModelCancelledError
from assistant.llm.endpoint import Endpoint
from assistant.llm.failures import Kind, ProviderError
from assistant.llm.scope import QuestionScope

if TYPE_CHECKING:
    import httpx2
    import openai
    from anyio.from_thread import BlockingPortal

Event = Mapping[str, Any]
# What a stream that was sent to its end is closed with.
DONE: Event = {"done": True}
_MOST_ERROR = 100_000
_CONNECT_S = 20.0


class _End:
    """Sentinel: no more events."""


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
        self._open: tuple[ExitStack, BlockingPortal, openai.AsyncOpenAI] | None = None
        self._running: set[Future[None]] = set()

    def complete(self, body: Mapping[str, Any], scope: QuestionScope) -> Generator[Event, None, None]:
        """The events of a streamed chat completion, or the whole reply as one. Closing the iterator cancels it.

        Raises `ProviderError`, `ModelCancelledError`, and `ModelConnectionError` when the question's time is up.
        """
        return self._events(body, "", scope)

    def get(self, path: str, scope: QuestionScope) -> Event:
        """The JSON object at `path`. Raises as `complete` does."""
        return next(self._events(None, path, scope), {})

    def close(self) -> None:
        """Drop the connections and end what runs over them."""
        with self._lock:
            opened, self._open = self._open, None
            running = list(self._running)
        if opened is not None:
            stack, portal, _ = opened
            for future in running:
                _cancel(portal, future)
            stack.close()

    def _events(self, body: Mapping[str, Any] | None, path: str, scope: QuestionScope) -> Generator[Event, None, None]:
        scope.remaining()
        portal, client = self._connect()
        arrived: queue.SimpleQueue[Event | type[_End]] = queue.SimpleQueue()
        future = portal.start_task_soon(self._exchange, client, body, path, arrived.put)
        with self._lock:
            self._running.add(future)
        future.add_done_callback(lambda _: arrived.put(_End))
        try:
            with scope.on_cancel(lambda: _cancel(portal, future)):
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
            _cancel(portal, future)
            with self._lock:
                self._running.discard(future)

    def _connect(self) -> tuple[BlockingPortal, openai.AsyncOpenAI]:
        with self._lock:
            if self._open is None:
                from anyio.from_thread import start_blocking_portal

                stack = ExitStack()
                portal = stack.enter_context(start_blocking_portal())
                client = self._client()
                stack.callback(portal.call, client.close)
                self._open = stack, portal, client
            return self._open[1], self._open[2]

    def _client(self) -> openai.AsyncOpenAI:
        import httpx2
        import openai

        endpoint = self._endpoint
        timeout = httpx2.Timeout(self._timeout, connect=min(self._timeout, _CONNECT_S), pool=None)
        return openai.AsyncOpenAI(
            base_url=endpoint.url,
            api_key=endpoint.key or "none",
            default_query=dict(endpoint.query),
            # Retries are ours: they are told to the user and end with the question.
            max_retries=0,
            timeout=timeout,
            http_client=httpx2.AsyncClient(
                auth=endpoint.user if endpoint.user and not endpoint.key else None,
                timeout=timeout,
                limits=httpx2.Limits(max_connections=None),
                # A proxy from the environment must not see what is said to a model on this machine.
                trust_env=not endpoint.is_local,
                follow_redirects=False,
            ),
        )

    async def _exchange(self, client: openai.AsyncOpenAI, body: Mapping[str, Any] | None, path: str, put: Any) -> None:
        """Runs in the event loop; `put` takes each event."""
        import httpx2
        import openai

        begun = False
        try:
            async with AsyncExitStack() as stack:
                response = await self._begin(client, body, path, stack)
                begun = True
                await self._read(response, put)
        except openai.APIStatusError as error:
            raise _refused(error.response) from error
        except (openai.APITimeoutError, httpx2.TimeoutException, TimeoutError) as error:
            connecting = isinstance(error.__cause__ or error, httpx2.ConnectTimeout)
            raise ProviderError(Kind.UNREACHABLE if connecting else Kind.SILENT) from error
        except (httpx2.DecodingError, UnicodeDecodeError) as error:
            raise ProviderError(Kind.GARBLED) from error
        except (openai.APIConnectionError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            cause = error.__cause__ or error
            never = isinstance(
                cause, httpx2.ConnectError | httpx2.UnsupportedProtocol | httpx2.InvalidURL | httpx2.ProxyError
            )
            broken = not never and (begun or body is not None)
            raise ProviderError(Kind.BROKEN_OFF if broken else Kind.UNREACHABLE) from error

    async def _begin(
        self, client: openai.AsyncOpenAI, body: Mapping[str, Any] | None, path: str, stack: AsyncExitStack
    ) -> httpx2.Response:
        """The response with its headers; `stack` closes it."""
        import anyio
        import httpx2

        with anyio.fail_after(self._timeout):
            if body is None:
                return await client.get(path, cast_to=httpx2.Response, options={"headers": self._headers()})
            fields = dict(body)
            asked = client.chat.completions.with_streaming_response.create(
                model=fields.pop("model"),
                messages=fields.pop("messages"),
                extra_body=fields,
                extra_headers=self._headers(),
            )
            return (await stack.enter_async_context(asked)).http_response

    def _headers(self) -> dict[str, Any]:
        """Azure takes its key in a header of its own; without a key none is sent."""
        import openai

        endpoint = self._endpoint
        own = {"api-key": endpoint.key} if endpoint.is_azure and endpoint.key else {}
        return own if endpoint.key and not own else {**own, "Authorization": openai.Omit()}

    async def _read(self, response: httpx2.Response, put: Any) -> None:
        import anyio

        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.is_success and kind == "text/event-stream":
            await self._stream(response, put)
            return
        with anyio.fail_after(self._timeout):
            content = await response.aread()
        if not response.is_success:
            raise _refused(response)
        put(_parsed(content))

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


def _cancel(portal: BlockingPortal, future: Future[None]) -> None:
    # In the event loop's own thread: elsewhere anyio's callback can come upon a request that is just ending, which
    # is logged with a traceback. Where the loop has ended, nothing runs.
    with suppress(RuntimeError):
        portal.start_task_soon(future.cancel)


def _refused(response: httpx2.Response) -> ProviderError:
    text = response.content[:_MOST_ERROR].decode("utf-8", "replace")
    return ProviderError(Kind.REFUSED, response.status_code, text, dict(response.headers))


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

"""Observability: Prometheus metrics, request ids, an access log of one line a request."""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
from datetime import UTC, datetime
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SECONDS = (0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300)
_requests_log = logging.getLogger("assistant.http.requests")


class Outcome(StrEnum):
    """How a question came to its end."""

    ANSWERED = "answered"
    REFUSED = "refused"
    FAILED = "failed"
    STOPPED = "stopped"


class Metrics:
    """The figures of one server; nothing in them tells what was asked or by whom."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "assistant_http_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self.answers = Counter(
            "assistant_answers",
            "Questions that came to their end: answered, refused, failed or stopped.",
            ("outcome",),
            registry=self._registry,
        )
        self.seconds = Histogram(
            "assistant_answer_seconds",
            "Seconds from a question to the end of its answer, waiting included.",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.running = Gauge(
            "assistant_questions_running", "Questions of the API that wait or are answered.", registry=self._registry
        )

    def answered(self, outcome: Outcome, seconds: float) -> None:
        """A question came to its end."""
        self.answers.labels(outcome).inc()
        self.seconds.observe(seconds)

    def text(self) -> bytes:
        """All of them in Prometheus' text format 0.0.4."""
        return generate_latest(self._registry)


class Observed:
    """ASGI middleware: counts every request, gives it an id (`X-Request-ID`) and logs it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, started, status = secrets.token_hex(8), time.monotonic(), 0

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, named)
        finally:
            # The route as it is declared: the figures do not grow with what clients make up.
            declared = scope.get("route")
            route = getattr(declared, "path", "other")
            method = scope["method"] if scope["method"] in (getattr(declared, "methods", None) or ()) else "other"
            self._metrics.requests.labels(method, route, str(status)).inc()
            seen = {
                "request_id": request_id,
                "method": method,
                "route": route,
                "status": status,
                "ms": round((time.monotonic() - started) * 1000),
                "key": scope.get("state", {}).get("key"),
            }
            _requests_log.info("request", extra={"fields": seen})


class JsonLines(logging.Formatter):
    """A record as one JSON object: `time`, `level`, `logger`, `message`, and what its `fields` say."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def log_as_json() -> None:
    """Write what the program logs to standard error, a JSON object a line, each request too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    _requests_log.setLevel(logging.INFO)

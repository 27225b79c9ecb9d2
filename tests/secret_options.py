"""Fields of a request in which keys are hidden, and what of them may be kept."""

from __future__ import annotations

from typing import Any

SECRET_OPTIONS: dict[str, Any] = {
    "api_key": "letmein",
    "authorization": "Bearer letmein",
    "token": "letmein",
    "password": "letmein",
    "reasoning_effort": "low",
    "max_tokens": 256,
    "best": float("inf"),
    "fallback": "https://me:let?me@letmein@host/v1?any=letmein",
    "note": "sent with Authorization: Bearer letmein",
    "extra_headers": {"x-api-key": "letmein", "X-Auth": "letmein", "Cookie": "id=letmein", "x-team": "news"},
    "tools": [{"name": "search", "clientSecret": "letmein", "auth": {"user": "letmein"}}, "sk-letmein"],
}
KEPT_OPTIONS: dict[str, Any] = {
    "reasoning_effort": "low",
    "max_tokens": 256,
    "best": "inf",
    "fallback": "https://host/v1",
    "note": "sent with Authorization: Bearer ***",
    "extra_headers": {"x-team": "news"},
    "tools": [{"name": "search"}, "***"],
}

"""Server-sent events (HTML standard, section 9.2) and their data."""

from __future__ import annotations

import json
from typing import Any

from fastapi.sse import format_sse_event


def sent(event: str | None, data: dict[str, Any]) -> bytes:
    """An event of that name, or without one, with a JSON object as its data."""
    return format_sse_event(event=event, data_str=json.dumps(data, ensure_ascii=False))

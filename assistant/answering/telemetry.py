"""Switch for OpenTelemetry traces of an answer's steps; what sends them is loaded only where the settings want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import SettingsError
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.answering.telemetry_spans import Spans


def check_traces(settings: Settings) -> None:
    """Raises `SettingsError` where traces are wanted and a package that sends them is not installed."""
    if settings.traces == "off":
        return
    try:
        import assistant.answering.telemetry_spans  # noqa: F401
    except ImportError as error:
        missing = f"ASSISTANT_TRACES={settings.traces}: {error.name} is not installed"
        raise SettingsError(f"{missing}; run in the checkout: .venv/bin/pip install -e '.[otel]'") from error


def spans_of(settings: Settings) -> Spans | None:
    """What sends the traces that the settings want; None where they want none. Raises `SettingsError`."""
    check_traces(settings)
    if settings.traces == "off":
        return None
    from assistant.answering.telemetry_spans import open_spans

    return open_spans(with_questions=settings.traces == "questions")

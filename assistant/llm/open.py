"""Factory of the chat model that the settings name."""

from __future__ import annotations

from collections.abc import Callable

from assistant.llm.chat_model import ChatModel, Timings
from assistant.llm.embedded import EmbeddedModel
from assistant.llm.endpoint import Endpoint, resolve_endpoint
from assistant.llm.remote import EndpointModel
from assistant.settings import Settings


def open_model(
    settings: Settings,
    *,
    on_timings: Callable[[Timings], None] | None = None,
    speculation: bool = True,
) -> ChatModel:
    """The model of `settings`; nothing is started or asked yet. Raises `SettingsError`.

    `on_timings`, for measuring, is told of each request to an embedded engine; `speculation`: that drafts from the
    prompt.
    """
    endpoint: Endpoint = resolve_endpoint(settings)
    if endpoint.url is not None:
        return EndpointModel(endpoint, settings)
    return EmbeddedModel(endpoint, settings, on_timings=on_timings, speculation=speculation)

"""Which server a model setting means."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import SettingsError
from assistant.settings import EMBEDDED, Settings

_OLLAMA_URL = "http://127.0.0.1:11434/v1"
_OPENAI_URL = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is served. `url` None: by the embedded engine, from `file`."""

    name: str
    url: str | None = None
    key: str = ""
    file: Path | None = None


def resolve_endpoint(settings: Settings) -> Endpoint:
    """What `settings.model` means. Raises `SettingsError` when it means nothing."""
    value = settings.model.strip()
    key = settings.api_key.get_secret_value()
    if value == EMBEDDED:
        return Endpoint(EMBEDDED)
    if value.lower().endswith(".gguf"):
        path = Path(value).expanduser()
        if not path.is_file():
            raise SettingsError(f"model {value}: no such file; give the path of a GGUF file")
        return Endpoint(path.stem, file=path)
    name, at, url = value.partition("@")
    if at and name and re.match(r"https?://[^/\s]+", url):
        return Endpoint(name, url.rstrip("/"), key)
    maker, colon, name = value.partition(":")
    if colon and name and maker == "ollama":
        return Endpoint(name, _OLLAMA_URL, key)
    if colon and name and maker == "openai":
        key = key or os.environ.get("OPENAI_API_KEY", "")
        if not key:
            raise SettingsError(f"model {value}: no key; set ASSISTANT_API_KEY or OPENAI_API_KEY")
        return Endpoint(name, _OPENAI_URL, key)
    raise SettingsError(
        f"model {value!r}: not understood; give embedded, FILE.gguf, ollama:NAME, openai:NAME "
        "or NAME@URL (NAME@http://host:8000/v1)"
    )

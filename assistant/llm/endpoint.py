"""Resolution of a model setting to the endpoint it means."""

from __future__ import annotations

import base64
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from assistant.errors import SettingsError
from assistant.settings import EMBEDDED, Settings
from assistant.util.redact import redact, redact_address

_OLLAMA_PORT = 11434
_OPENAI_URL = "https://api.openai.com/v1"
_AZURE = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
_ADDRESS = re.compile(r"(?P<name>.+)@(?P<url>https?://.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is served. `url` None: by the embedded engine, from `file`.

    `url` has neither user name nor query: these are in `user` and `query`, since they may be secret.
    """

    name: str
    url: str | None = None
    key: str = field(default="", repr=False)
    file: Path | None = None
    user: tuple[str, str] | None = field(default=None, repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    key_variable: str = field(default="ASSISTANT_API_KEY", compare=False)

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine."""
        host = urlsplit(self.url or "").hostname or ""
        return host in ("localhost", "::1") or host.startswith("127.")

    @property
    def is_azure(self) -> bool:
        """Whether it is Azure OpenAI's, which takes the key in a header of its own."""
        host = urlsplit(self.url or "").hostname or ""
        return host.endswith(_AZURE) or any(name == "api-version" for name, _ in self.query)

    @property
    def is_ollama(self) -> bool:
        """Whether it listens where Ollama does."""
        return self.url is not None and urlsplit(self.url).port == _OLLAMA_PORT

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be printed; the version of Azure's interface is no secret."""
        values = (value for name, value in self.query if name != "api-version")
        # Both together too, and as the header Authorization has them (RFC 7617).
        pair = ":".join(self.user or ())
        login = base64.b64encode(pair.encode()).decode()
        return tuple(filter(None, (self.key, pair, login, *(self.user or ()), *values)))


def resolve_endpoint(settings: Settings) -> Endpoint:
    """What `settings.model` means. Raises `SettingsError` when it means nothing, and for a key that can be none."""
    value = settings.model.strip()
    key = _checked(settings.api_key.get_secret_value(), "ASSISTANT_API_KEY")
    if value == EMBEDDED:
        return Endpoint(EMBEDDED)
    if value.lower().endswith(".gguf"):
        path = Path(value).expanduser()
        if not path.is_file():
            raise SettingsError(f"model {value}: no such file; give the path of a GGUF file")
        return Endpoint(path.stem, file=path)
    if found := _ADDRESS.fullmatch(value):
        return _at(found["name"], found["url"], redact_address(value), key, "ASSISTANT_API_KEY")
    maker, colon, name = value.partition(":")
    if colon and name and maker == "ollama":
        host = os.environ.get("OLLAMA_HOST", "")
        given = f"{value} with OLLAMA_HOST={redact_address(host)}" if host else value
        return _at(name, _ollama_url(host), given, key, "ASSISTANT_API_KEY")
    if colon and name and maker == "openai":
        return _openai(name, value, key)
    raise SettingsError(
        f"model {redact_address(value)!r}: not understood; give embedded, FILE.gguf, ollama:NAME, openai:NAME "
        "or NAME@URL (NAME@http://host:8000/v1)"
    )


def _openai(name: str, value: str, key: str) -> Endpoint:
    url = os.environ.get("OPENAI_BASE_URL", "").strip()
    variable = "ASSISTANT_API_KEY" if key else "OPENAI_API_KEY"
    key = key or _checked(os.environ.get("OPENAI_API_KEY", ""), "OPENAI_API_KEY")
    if not key and not url:
        raise SettingsError(f"model {redact(value)}: no key; set ASSISTANT_API_KEY or OPENAI_API_KEY")
    given = f"{value} with OPENAI_BASE_URL={redact_address(url)}" if url else value
    return _at(name, url or _OPENAI_URL, given, key, variable)


def _at(name: str, url: str, given: str, key: str, variable: str) -> Endpoint:
    """The endpoint at `url`; `given` is what the user wrote, without what is secret in it."""
    parts = _split(url, given)
    host = parts.netloc.rpartition("@")[2]
    path = parts.path.rstrip("/").removesuffix("/chat/completions")
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    azure = (parts.hostname or "").endswith(_AZURE)
    if azure and path in ("", "/openai"):
        versioned = any(key == "api-version" for key, _ in query)
        path = f"/openai/deployments/{name}" if versioned else "/openai/v1"
    if azure and not key:
        key, variable = (
            _checked(os.environ.get("AZURE_OPENAI_API_KEY", ""), "AZURE_OPENAI_API_KEY"),
            ("AZURE_OPENAI_API_KEY"),
        )
    user = (unquote(parts.username or ""), unquote(parts.password or "")) if "@" in parts.netloc else None
    return Endpoint(name, f"{parts.scheme}://{host}{path}", key, None, user, query, variable)


def _split(url: str, given: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and parts.hostname and not re.search(r"\s", url)
        _ = parts.port  # raises ValueError for one that is none
    except ValueError:
        sound = False
    if not sound:
        raise SettingsError(f"model {given!r}: not understood: the address is not one; write it as http://host:8000/v1")
    if "@" in parts.netloc and "@" in parts.path:
        # Its rest would be taken for the host, and told.
        raise SettingsError(f"model {given!r}: a / or @ in the password of its address; write / as %2F and @ as %40")
    return parts


def _ollama_url(host: str) -> str:
    """OLLAMA_HOST as Ollama reads it: [http://]host[:port]. An address at which it listens everywhere is local."""
    host = host.strip().strip("\"'").rstrip("/")
    url = host if "://" in host else f"http://{host or '127.0.0.1'}"
    parts = urlsplit(url)
    name = parts.hostname or "127.0.0.1"
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(name, name)
    try:
        port = parts.port
    except ValueError as error:
        raise SettingsError(
            f"OLLAMA_HOST={redact_address(host)!r}: not an address; write it as 127.0.0.1:11434"
        ) from error
    if port is None:
        port = (
            {"https": 443, "http": 80}[parts.scheme]
            if "://" in host and parts.scheme in ("http", "https")
            else (_OLLAMA_PORT)
        )
    user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    return f"{parts.scheme}://{user}{f'[{name}]' if ':' in name else name}:{port}{parts.path}/v1"


def _checked(key: str, variable: str) -> str:
    """The key without white space around it. Raises `SettingsError` where no key can look so; it is not shown."""
    key = key.strip()
    if key.lower().startswith("bearer "):
        raise SettingsError(f"{variable}: begins with Bearer; give the key alone")
    wrong = next((place for place, c in enumerate(key, 1) if not "!" <= c <= "~"), None)
    if wrong is not None:
        raise SettingsError(
            f"{variable}: its character {wrong} of {len(key)} is none that a key can have "
            "(a space, a line break or a sign that is not ASCII); copy the key again"
        )
    if len(key) > 1 and key[0] == key[-1] and key[0] in "\"'":
        raise SettingsError(f"{variable}: stands in quotation marks; give the key without them")
    return key

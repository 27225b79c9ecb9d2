"""Redaction of secrets: no key, password or token in what is printed, logged, shown or kept."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, SecretBytes, SecretStr

from assistant.text.unicode import storable

_MASK = "***"
# Up to the last @: a password that was not encoded may itself hold @ and /.
_LOGIN = re.compile(r"(?<=//)[^\s\"']+@")
# Whatever a server repeats: headers, keys by their makers' marks, userinfo, queries, digests of keys.
_PATTERNS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+(?!" + re.escape(_MASK) + r")[\w.~+/=*-]{6,}"), rf"\1 {_MASK}"),
    (re.compile(r"\b(?:sk|pk|gsk|xai|hf|r8|nvapi|csk|fw|pplx)[-_][\w.*-]{4,}"), _MASK),
    (re.compile(r"\bAIza[\w*-]{8,}"), _MASK),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w.-]+"), _MASK),
    (_LOGIN, ""),
    (
        re.compile(r"(?i)([?&](?:[\w-]*key|token|secret|password|sig|signature|access_token)=)[^&\s\"'#]+"),
        rf"\1{_MASK}",
    ),
    (
        re.compile(r"(?i)((?:api[-_]?key|authorization)[\"']?\s*[:=]\s*[\"']?)(?!bearer|basic)[^\s\"',}]+"),
        rf"\1{_MASK}",
    ),
    (re.compile(r"\b[0-9a-fA-F]{32,}\b"), _MASK),
)
# Of a model's address any parameter may be a key.
_QUERY = re.compile(r"(?i)(?<!\w)(https?://[^\s\"'?#]*)[?#][^\s\"']*")
# Names of what is not kept, in words parted by "_". "max_tokens" and "keyword" are none.
_SECRET_NAME = re.compile(
    r"passw|passphrase|secret|credential|authori[sz]ation|cookie|hash|(?:keys?|token|auth|pwd|jwt|signature)(?![a-z])"
)
_NEW_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Less than this is no secret worth hiding, and would mask words of the language.
_LEAST = 4
# In what a model writes, and among its options, a secret is known by its look: "none" or "ollama", which local servers
# are given for a key, are words that an answer may need.
_LEAST_BY_LOOK = 8
_NO_WORD = re.compile(r"[^\w.'’ -]|[\d_]")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` with `secrets`, and whatever looks like one, replaced by ***."""
    for secret in _forms(secrets):
        text = text.replace(secret, _MASK)
    for pattern, mask in _PATTERNS:
        text = pattern.sub(mask, text)
    return text


def public_text(text: str) -> str:
    """`text` as it may be kept: redacted, addresses without their queries, and U+FFFD for lone surrogates."""
    # The login first: a password may hold what begins a query.
    return _QUERY.sub(r"\1", redact(storable(text)))


def public_settings(settings: BaseModel | Mapping[str, Any]) -> dict[str, Any]:
    """The settings as JSON values, as they may be kept: at any depth without what has a secret's name or look."""
    values = dict(settings) if isinstance(settings, BaseModel) else settings
    return {
        public_text(str(name)): _public(value)
        for name, value in values.items()
        if not isinstance(value, SecretStr | SecretBytes) and not _is_secret_name(str(name))
    }


def _is_secret_name(name: str) -> bool:
    return _SECRET_NAME.search(_NEW_WORD.sub("_", name).lower()) is not None


def _public(value: Any) -> Any:
    if isinstance(value, BaseModel | Mapping):
        return public_settings(value)
    if isinstance(value, list | tuple):
        return [_public(item) for item in value]
    # Neither an infinity nor what is no number is JSON.
    if value is None or isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return public_text(str(value))


def without_logins(text: str) -> str:
    """`text` with the addresses in it as they are without user and password."""
    return _LOGIN.sub("", text)


def redact_address(given: str) -> str:
    """ADDRESS or NAME@ADDRESS, as it was given, without user, password, query and fragment.

    What stands before the last @ may be a password, which may hold every other mark, also where http:// was forgotten.
    """
    before, scheme, rest = given.partition("://")
    if not scheme:
        name, at, rest = given.partition("@")
        # user:password@host, or model:7b@host: it is not known which.
        before, scheme = (_MASK if ":" in name else name, at) if at else ("", "")
        rest = rest if at else given
    return before + scheme + re.split(r"[?#]", rest.rpartition("@")[2], maxsplit=1)[0]


def looks_secret(text: str) -> bool:
    """Whether no article would hold it: long enough, and not of letters alone nor of figures alone."""
    return len(text) >= _LEAST_BY_LOOK and any(map(str.isalpha, text)) and _NO_WORD.search(text) is not None


class SecretFilter:
    """Takes a model's text piece by piece and replaces by *** the secrets that it repeats, also across pieces."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Of `secrets` only those that are known by their look."""
        self._secrets = _forms(filter(looks_secret, secrets))
        self._any = re.compile("|".join(map(re.escape, self._secrets)) or r"(?!)")
        self._held = ""

    def feed(self, text: str) -> str:
        """What of it is known to begin no secret."""
        self._held += text
        end = len(self._held) - self._begun()
        # One that is whole and reaches into what may begin another waits with it.
        across = (found.start() for found in self._any.finditer(self._held) if found.start() < end < found.end())
        end = next(across, end)
        ready, self._held = self._held[:end], self._held[end:]
        return self._any.sub(_MASK, ready)

    def end(self) -> str:
        """What was held back."""
        rest, self._held = self._held, ""
        return self._any.sub(_MASK, rest)

    def _begun(self) -> int:
        """How many characters at the end may be the beginning of a secret."""
        longest = max(map(len, self._secrets), default=1) - 1
        return next(
            (
                size
                for size in range(min(longest, len(self._held)), 0, -1)
                if any(len(secret) > size and secret.startswith(self._held[-size:]) for secret in self._secrets)
            ),
            0,
        )


def _forms(secrets: Iterable[str]) -> list[str]:
    """Each as it is and as it stands in an address, the longest first."""
    forms = {form for value in secrets for form in (value, quote(value, safe="")) if len(form) >= _LEAST}
    return sorted(forms, key=len, reverse=True)


def texts_in(value: object) -> Iterator[str]:
    """All texts in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, dict):
        yield from texts_in(list(value.values()))

"""No key, password or token in what is printed, logged, shown or kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

_MASK = "***"
# Whatever a server repeats: headers, keys by their makers' marks, userinfo, queries, digests of keys.
_PATTERNS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+(?!" + re.escape(_MASK) + r")[\w.~+/=*-]{6,}"), rf"\1 {_MASK}"),
    (re.compile(r"\b(?:sk|pk|gsk|xai|hf|r8|nvapi|csk|fw|pplx)[-_][\w.*-]{4,}"), _MASK),
    (re.compile(r"\bAIza[\w*-]{8,}"), _MASK),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w.-]+"), _MASK),
    # Up to the last @: a password that was not encoded may itself hold @ and /.
    (re.compile(r"(?<=://)[^\s\"']+@"), ""),
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
# Less than this is no secret worth hiding, and would mask words of the language.
_LEAST = 4


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` with `secrets`, and whatever looks like one, replaced by ***."""
    for secret in sorted({form for value in secrets for form in (value, quote(value, safe=""))}, key=len, reverse=True):
        if len(secret) >= _LEAST:
            text = text.replace(secret, _MASK)
    for pattern, mask in _PATTERNS:
        text = pattern.sub(mask, text)
    return text

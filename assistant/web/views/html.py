"""Escaping HTML builder: a string becomes text or an attribute's value, never markup.

Only `tag` makes markup. Whatever is handed to it as a plain string is cleaned of characters that
steer or hide (`neutralise`) and escaped; nothing reads Markdown, HTML or URLs out of it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from assistant.text.clipping import clip
from assistant.text.unicode import neutralise

_KEPT_SPACES = frozenset("\t\n\f\r\u2028\u2029")
_VOID = frozenset({"br", "hr", "input"})
_REPLACEMENT = "\ufffd"

Child = str | Iterable["Child"] | None


class Exact(str):
    """An attribute's value that must come back unchanged, such as an article's id; not for reading."""

    __slots__ = ()


def tag(element: str, /, *children: Child, **attributes: str | int | bool | None) -> Markup:
    """An element. `class_` and `aria_label` stand for `class` and `aria-label`.

    A string child is text, `Markup` is kept, None is left out. An attribute that is None or False
    is left out, True has no value, an `Exact` value is kept to the character.
    """
    head = "".join(_attribute(name, value) for name, value in attributes.items())
    if element in _VOID:
        return Markup("<" + element + head + ">")
    return Markup("<" + element + head + ">") + join(children) + Markup("</" + element + ">")


def join(children: Child) -> Markup:
    """Children one after the other, strings as text."""
    if children is None:
        return Markup("")
    if isinstance(children, Markup):
        return children
    if isinstance(children, str):
        return escape(neutralise(children))
    return Markup("").join(join(child) for child in children)


def _attribute(name: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    shown = name.rstrip("_").replace("_", "-")
    if value is True:
        return f" {shown}"
    text = str(value)
    safe = "".join(map(_reference, text)) if isinstance(value, Exact) else neutralise(text)
    # A joined string of references is plain text to `escape` unless it is marked as done.
    return f' {shown}="{safe if isinstance(value, Exact) else escape(safe)}"'


def _reference(character: str) -> str:
    """One character of an exact value: line ends and what is not seen as numeric references."""
    if character == "\0" or "\ud800" <= character <= "\udfff":
        return _REPLACEMENT
    # Other controls stand for themselves: HTML reads their references as Windows-1252, or as errors.
    if character in _KEPT_SPACES or unicodedata.category(character) == "Cf":
        return f"&#{ord(character)};"
    return str(escape(character))


def link(url: str | None, words: str) -> Markup:
    """A link for http(s) only, which hands nothing over; anything else is shown as text."""
    if not url or not is_web_address(url):
        return join(clip(url, 300) if url else None)
    return tag("a", words, href=Exact(url), rel="noopener noreferrer nofollow", target="_blank")


def is_web_address(url: str) -> bool:
    """True for an absolute http or https URL without a password, whitespace or invisible characters."""
    if neutralise(url) != url or any(character.isspace() or character == "\\" for character in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def text_of(record: Mapping[str, object], key: str) -> str:
    """The text at `key`; "" where there is none or something else."""
    value = record.get(key)
    return value if isinstance(value, str) else ""


def number_of(record: Mapping[str, object], key: str) -> float | None:
    """The finite number at `key`, else None."""
    value = record.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) < 1e300 else None


def whole_of(record: Mapping[str, object], key: str) -> int:
    """The whole number at `key`; 0 where there is none."""
    return int(number_of(record, key) or 0)


def records_of(record: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    """The objects of the list at `key`; what is no object is passed over."""
    value = record.get(key)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []

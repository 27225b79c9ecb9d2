"""Normalising of names in metadata: an author without "By", an outlet that is no author and no part of a title."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.ingest.build import Fields

_BY = re.compile(r"\s*(?:by|par|por|автор)(?:\s*:)?\s+(?=\S)", re.I)

_PARTING = tuple("|–—·:-")


def person(name: str | None) -> str | None:
    """An author's name without the "By" that content systems write before it; a number in its place names nobody."""
    if not name or not any(map(str.isalpha, name)):
        return None
    match = _BY.match(name)
    return name[match.end() :] if match else name


def headline(title: str | None, source: str | None) -> str | None:
    """A title without the outlet's name behind it ("Lock opens - Vessen Post", "Lock opens | Vessen Post")."""
    written, outlet = (title or "").rstrip(), (source or "").strip()
    before = written[: -len(outlet)] if outlet else ""
    mark = before.rstrip()
    if written[len(before) :].casefold() != outlet.casefold() or mark == before or mark[-1:] not in _PARTING:
        return title
    head = mark[:-1].rstrip()
    return head if head and head != mark[:-1] else title


def without_outlet_as_author(fields: Fields) -> Fields:
    """The fields without an author who is the outlet itself."""
    author, source = (fields.author or "").strip().casefold(), (fields.source or "").strip().casefold()
    return replace(fields, author=None) if author and author == source else fields

"""Names as metadata gives them: an author without "By", an outlet that is no author."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.ingest.build import Fields

_BY = re.compile(r"\s*(?:by|par|por|автор)(?:\s*:)?\s+(?=\S)", re.I)


def person(name: str | None) -> str | None:
    """An author's name without the "By" that content systems write before it."""
    match = _BY.match(name) if name else None
    return name[match.end() :] if name and match else name


def without_outlet_as_author(fields: Fields) -> Fields:
    """The fields without an author who is the outlet itself."""
    author, source = (fields.author or "").strip().casefold(), (fields.source or "").strip().casefold()
    return replace(fields, author=None) if author and author == source else fields

"""Exports of press databases (Nexis, Factiva, ProQuest), several articles in one document → `Story` each.

A document of any format comes here as its lines (paragraphs). The databases mark an article's end and its
fields alike in every format; the marks are theirs (Nexis Uni "End of Document", the older Nexis
"1 of 20 DOCUMENTS", Factiva's "Document ID" and its two-letter codes, ProQuest's "ProQuest document ID").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.ingest.build import Story
from assistant.ingest.readers import press_factiva, press_nexis, press_proquest

# In small letters, and each begins with letters that are looked for quickly.
_WORDS = ("end of document", "proquest document id")
_NUMBERED = re.compile(r"document (?:\d+ (?:of|de) \d|[a-z]\w{11})|dokument \d+ von \d")
_OF_ALL = re.compile(r"\d of \d+ documents")


def may_be_export(text: str) -> bool:
    """False for a text, or a page with its markup, that holds none of the databases' marks: cheap."""
    text = text.lower()
    return (
        any(words in text for words in _WORDS)
        or (("document " in text or "dokument " in text) and bool(_NUMBERED.search(text)))
        or (" documents" in text and bool(_OF_ALL.search(text)))
    )


def stories(lines: Sequence[str]) -> list[Story]:
    """The articles of an export, or none where the lines are no export that is known."""
    lines = [line.strip() for line in lines if line.strip()]
    readers = (press_proquest.stories, press_nexis.stories, press_factiva.coded_stories, press_factiva.printed_stories)
    for reader in readers:
        found = [story for story in reader(lines) if story.texts]
        if found:
            return found if len(found) > 1 else [replace(found[0], key=None)]
    return []

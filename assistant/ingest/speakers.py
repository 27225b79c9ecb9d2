"""Speaker labels: names on a line of their own above what they say, as in transcripts and interviews."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from assistant.ingest.blocks import Block
from assistant.text.names import CAPITAL_WORD, PARTICLES

_LABEL = (
    rf"[*_]{{0,3}}(?P<name>[QA]|{CAPITAL_WORD}(?: (?:(?:of|{PARTICLES}) ){{0,2}}{CAPITAL_WORD}){{0,4}}"
    # "INGRID MOE, HARBOUR MASTER:"
    r"(?:,? \([^()\n]{1,60}\)|, (?:[^\W\d_a-z]|[.’' -]){2,40})?)[*_]{0,3}\s?[:：][*_]{0,3}"
)
_ALONE = re.compile(_LABEL + "$")
_BEFORE_WORDS = re.compile(_LABEL + r"\s*(?=\S)")
_MOST_CHARS = 100


def is_speaker(text: str) -> bool:
    """True for a line such as "MAYOR LIND:" or "Ola Berg (harbour master):" with nothing behind it."""
    return len(text) <= _MOST_CHARS and "\n" not in text and bool(_ALONE.match(text))


def with_speakers(blocks: Sequence[Block], joined: Callable[[Block, Block], str | None]) -> list[Block]:
    """The blocks, a speaker's name at the head of the block that follows it; `joined` makes one text of two blocks.

    Where it gives none the two stay apart.
    One such line alone may announce a list ("Sources:"); a talk has several.
    """
    names = [is_speaker(text) for _, text in blocks]
    if sum(names) < 2:
        return list(blocks)
    found: list[Block] = []
    name: Block | None = None
    for block, named in zip(blocks, names, strict=True):
        if name is not None:
            text = joined(name, block)
            found += [] if text is not None else [name]
            block = block if text is None else (name[0], text)
            name = None
        elif named:
            name = block
            continue
        found.append(block)
    return found if name is None else [*found, name]


def talking(headings: Sequence[str]) -> frozenset[str]:
    """Which headings of a text are speakers: a sub-heading stands once, a speaker's name again and again.

    Two who talk, at least, each twice or more.
    """
    often = frozenset(heading for heading, count in Counter(headings).items() if count > 1)
    return often if len(often) > 1 else frozenset()


def speakers_of(paragraphs: Sequence[str]) -> list[str | None]:
    """Who speaks in each paragraph of a talk that begins with its speaker's name ("MAYOR LIND: We pay."), else None.

    A talk has two who speak, at least, and one of them again; "Correction: …" stands once, as do the lines of a box
    of facts.
    """
    labels = [_BEFORE_WORDS.match(text[: 2 * _MOST_CHARS]) for text in paragraphs]
    names = [label["name"] if label else None for label in labels]
    often = Counter(filter(None, names))
    return names if len(often) > 1 and max(often.values()) > 1 else [None] * len(names)

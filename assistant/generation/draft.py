"""What a model wrote over numbered paragraphs → its sentences with the numbers they cite."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.schema.answers import Draft, DraftSentence
from assistant.text.sentences import split_sentences

# "[2]", "[2][5]", "[2, 5]", "[2–4]".
_MARK = re.compile(r"\s*\[\s*(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\s*\]")
_RANGE = re.compile(r"(\d+)\s*[–-]\s*(\d+)")
_BULLET = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.)])\s+")
_HEADING = re.compile(r"^\s*#{1,6}\s+")
# Markdown's emphasis around words, not a multiplication sign or an underscore in a name.
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")
# The prompt's own word, which some put before what they write.
_LABEL = re.compile(r"^answer\s*:\s*", re.I)
_NOT_STATED = re.compile(r"^\W*not stated\b\W*(.*)$", re.I)


def parse_draft(text: str) -> Draft:
    """The draft that `text` is; Markdown is taken off."""
    sentences: list[DraftSentence] = []
    missing: list[str] = []
    lead = ""
    for line in text.splitlines():
        item = _BULLET.match(line)
        plain = _LABEL.sub("", _EMPHASIS.sub(r"\2", _HEADING.sub("", _BULLET.sub("", line))).strip())
        if not plain:
            continue
        if said := _NOT_STATED.match(plain):
            missing.append(_MARK.sub("", said[1]).strip())
            continue
        own = list(_sentences(plain))
        if not item:
            lead = ""
        if not item and own and own[-1].text.endswith(":"):
            # "They discussed:" is no claim without what stands under it.
            lead = own.pop().text
        sentences += (DraftSentence(one.text, one.numbers, lead if item else "") for one in own)
    return Draft(tuple(sentences), tuple(missing))


def _sentences(line: str) -> Iterator[DraftSentence]:
    """The sentences of a line; one without marks has those of the next that has some."""
    plain, marks = "", []
    end = 0
    for match in _MARK.finditer(line):
        plain += line[end : match.start()]
        marks.append((len(plain), _numbers(match[1])))
        end = match.end()
    plain += line[end:]
    spans = [span for span in split_sentences(plain) if plain[slice(*span)].strip()]
    found: list[tuple[str, tuple[int, ...]]] = []
    for place, (start, stop) in enumerate(spans):
        following = spans[place + 1][0] if place + 1 < len(spans) else len(plain) + 1
        # A mark behind the full stop is that sentence's own.
        own = [
            number
            for at, numbers in marks
            if (start < at or at == 0 == place) and at <= max(stop, following - 1)
            for number in numbers
        ]
        found.append((" ".join(plain[start:stop].split()), tuple(dict.fromkeys(own))))
    last: tuple[int, ...] = ()
    made: list[DraftSentence] = []
    for text, numbers in reversed(found):
        last = numbers or last
        made.append(DraftSentence(text, last))
    yield from reversed(made)


def _numbers(text: str) -> list[int]:
    if span := _RANGE.fullmatch(text.strip()):
        first, last = int(span[1]), int(span[2])
        return list(range(first, last + 1)) if first <= last < first + 20 else [first, last]
    return [int(number) for number in re.findall(r"\d+", text)]

"""Subtitles (.srt, .vtt) → `Story`: the spoken text of a broadcast (https://www.w3.org/TR/webvtt1/)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.errors import ArticleError
from assistant.ingest.build import Story
from assistant.ingest.file import RawFile
from assistant.ingest.readers.encoding import decode
from assistant.ingest.readers.fields import unescaped

_TIMES = re.compile(r"\s*(?:\d+:)?\d{1,2}:\d\d[.,]\d{3}\s*-->\s*(?:\d+:)?\d{1,2}:\d\d[.,]\d{3}")
_VOICE = re.compile(r"<v(?:\.[^ >]*)?\s+([^>]{1,100})>")
_TAG = re.compile(r"</?[a-z0-9][^<>]{0,200}>|\{\\[^{}]{0,100}\}", re.I)
_ENDS = re.compile(r"[.!?…。！？।؟][\"'”’»」』）)\]]*$")
_PARAGRAPH_CHARS, _MOST_CHARS = 400, 2_000


def read(source: RawFile) -> Iterator[Story]:
    """The cues joined to paragraphs at the ends of sentences; a speaker begins a paragraph. Raises `ArticleError`."""
    text = decode(source.read(), source.label)
    paragraphs = [""]
    for cue in re.split(r"\n[^\S\n]*\n", text):
        lines = cue.split("\n")
        at = next((at for at, line in enumerate(lines) if _TIMES.match(line)), None)
        if at is None:
            continue  # the head, a note, a style
        spoken = " ".join(" ".join(lines[at + 1 :]).split())
        voice = _VOICE.match(spoken)
        spoken = unescaped(_TAG.sub("", spoken)).strip()
        if not spoken:
            continue
        if voice or spoken.startswith(("- ", ">> ")):
            paragraphs.append(f"{voice[1]}: {spoken}" if voice else spoken)
        elif len(paragraphs[-1]) >= (_PARAGRAPH_CHARS if _ENDS.search(paragraphs[-1]) else _MOST_CHARS):
            paragraphs.append(spoken)
        else:
            paragraphs[-1] = f"{paragraphs[-1]} {spoken}".strip()
    texts = tuple(text for text in paragraphs if text)
    if not texts:
        raise ArticleError(f"{source.label}: holds no subtitle with its times; save it again as .srt or .vtt")
    yield Story(texts, exact=True)

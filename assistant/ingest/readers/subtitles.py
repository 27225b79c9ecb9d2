"""Subtitles (.srt, .vtt) → `Story`: the spoken text of a broadcast (https://www.w3.org/TR/webvtt1/)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.errors import ArticleError
from assistant.ingest.build import Story
from assistant.ingest.file import RawFile
from assistant.ingest.readers.encoding import decode
from assistant.ingest.readers.fields import unescaped
from assistant.text.names import CAPITAL_WORD
from assistant.text.sentences import ends_a_sentence

_TIMES = re.compile(r"\s*(?:\d+:)?\d{1,2}:\d\d[.,]\d{3}\s*-->\s*(?:\d+:)?\d{1,2}:\d\d[.,]\d{3}")
_VOICE = re.compile(r"<v(?:\.[^ >]{0,100})?\s+([^<>]{1,100})>")
_VOICE_END = re.compile(r"</v\s*>")
_TAG = re.compile(r"</?[a-z0-9][^<>]{0,200}>|\{\\[^{}]{0,100}\}", re.I)
# How captions name who speaks, where no tag does: ">> LIND: …", "Anna Lind: …".
_LABEL = re.compile(rf"(?:>>+\s?)?(?P<name>{CAPITAL_WORD}(?: {CAPITAL_WORD}){{0,3}}): (?=\S)")
# Another speaker, or a sound, is marked but not named.
_ANOTHER = re.compile(r"(?:[-–—] ?|>> ?)(?=\S)|[\[(][^\W\d_a-z]{2}[^\W\d_a-z .'-]{0,40}[\])]")
_PARAGRAPH_CHARS, _MOST_CHARS = 400, 2_000


def read(source: RawFile) -> Iterator[Story]:
    """The cues joined to paragraphs at the ends of sentences, each of one speaker and under the speaker's name.

    Raises `ArticleError`.
    """
    text = decode(source.read(), source.label)
    speech = _Speech(tagged=bool(_VOICE.search(text)))
    for cue in re.split(r"\n[^\S\n]*\n", text):
        lines = cue.split("\n")
        at = next((at for at, line in enumerate(lines) if _TIMES.match(line)), None)
        if at is not None:  # else the head, a note, a style
            for speaker, spoken in _turns(lines[at + 1 :]):
                speech.say(speaker, spoken)
    texts = tuple(speech.paragraphs)
    if not texts:
        raise ArticleError(f"{source.label}: holds no subtitle with its times; save it again as .srt or .vtt")
    yield Story(texts, exact=True)


@dataclass(slots=True)
class _Speech:
    """Paragraphs as they grow; `tagged`: the file names its speakers by tags, so that what has none is nobody's."""

    tagged: bool
    paragraphs: list[str] = field(default_factory=list)
    speaker: str = ""

    def say(self, speaker: str, spoken: str) -> None:
        """Add what one speaker says in one cue; "" is whoever spoke before, or nobody where speakers are tagged."""
        label = _LABEL.match(spoken) if not speaker else None
        if label:
            speaker, spoken = label["name"], spoken[label.end() :]
        marked = not speaker and bool(_ANOTHER.match(spoken))
        if not (speaker or marked or self.tagged):
            speaker = self.speaker
        same = not marked and speaker == self.speaker
        self.speaker = speaker
        last = self.paragraphs[-1] if self.paragraphs else ""
        full = len(last) >= (_PARAGRAPH_CHARS if ends_a_sentence(last) else _MOST_CHARS)
        if last and same and not full:
            self.paragraphs[-1] = f"{last} {spoken}"
        else:
            self.paragraphs.append(f"{speaker}: {spoken}" if speaker else spoken)


def _turns(lines: list[str]) -> Iterator[tuple[str, str]]:
    """(speaker, words) of each turn in a cue: a tag begins one, and so does a line with a dash or a label."""
    turns: list[list[str]] = []
    for line in lines:
        if not turns or _ANOTHER.match(_plain(line)) or _LABEL.match(_plain(line)):
            turns.append([])
        turns[-1].append(line)
    speaker = ""
    for turn in turns:
        for part in _VOICE_END.sub("<v  >", " ".join(turn)).split("<v"):
            voice = _VOICE.match(f"<v{part}")
            if voice:
                speaker, part = " ".join(voice[1].split()), f"<v{part}"[voice.end() :]
            elif part.startswith("  >"):
                speaker, part = "", part[3:]
            spoken = _plain(part)
            if spoken:
                yield speaker, spoken


def _plain(text: str) -> str:
    return " ".join(unescaped(_TAG.sub("", text)).split())

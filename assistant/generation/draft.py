"""Parser of a draft over numbered paragraphs → its sentences with the numbers they cite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assistant.generation.blocks import Block, blocks_of
from assistant.schema.answers import Draft, DraftSentence
from assistant.text.sentences import SENTENCE_END, split_sentences

_LABEL = r"(?:sources?|paragraphs?|paras?|passages?|ref(?:erence)?s?|cit(?:e|ation)s?)\.?\s*:?\s*"
_BETWEEN = rf"\s*(?:[,;&–-]|and\b)\s*(?:{_LABEL}|[\^#¶]\s*)?"
_LIST = rf"\d{{1,3}}(?:{_BETWEEN}\d{{1,3}})*"
# "[2]", "[2, 5]", "[2–4]", "[Source 2]", "[^2]", "[[2]]", "【2†source】", "(paragraphs 2 and 5)".
_ONE = (
    rf"[\[［]{{1,2}}\s*(?:{_LABEL}|pp?\.\s*|[\^#¶]\s*)?({_LIST})\s*[\]］]{{1,2}}"
    rf"|【\s*({_LIST})[^】\n]{{0,40}}】|\((?:see\s+)?{_LABEL}({_LIST})\)"
)
_MARK = re.compile(_ONE, re.I)
_IN_PARENTHESES = re.compile(r"\((\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\)(?=[.!?]?[ \t]*(?:\n|$)|[.!?]\s)")
# "[2], [5]" and "[2] and [5]" are one.
_MARKS = re.compile(rf"\s*(?:{_ONE})(?:\s*(?:[,;&]|and\b)?\s*(?:{_ONE}))*", re.I)
_SPAN = re.compile(r"(\d+)(?:\s*[–-]\s*(\d+))?")
# What a footnote's number stands for: no claim.
_FOOTNOTE = re.compile(r"^\[\^?\d{1,3}\]:")
# The prompt's own word, which some put before what they write.
_ANSWER = re.compile(r"^answer\s*:\s*", re.I)
# What is missing stands behind a colon; "not stated in the articles" says no more than the bare words.
_NOT_STATED = re.compile(r"^\W*not[ _]stated\b[\s*_]*([:–—-]?)\W*(.*)$", re.I)
_SENTENCE = re.compile(rf"{SENTENCE_END}\s*(?:[\[［【(].*)?$")
# "Yes." is no claim without what follows it.
_WORD = re.compile(r"[^\W\d_]{1,10}[.!,。！]?")


def parse_draft(text: str, *, more: bool = False) -> Draft:
    """The draft that `text` is; Markdown is taken off.

    `more`: other lines follow. What these can still change is left out, so that what is read of a beginning is how
    the whole begins.
    """
    reader = _Reader()
    for block in blocks_of(_in_brackets(text), more=more):
        reader.read(block)
    if not more:
        reader.end()
    return Draft(tuple(reader.sentences), tuple(reader.missing))


def _in_brackets(text: str) -> str:
    """The text of a model whose first mark is "(2)" at the end of a sentence, with all such marks as "[2]"."""
    first = next((found for found in _IN_PARENTHESES.finditer(text) if _is_mark(found)), None)
    other = _MARK.search(text)
    if first is None or (other is not None and other.start() < first.start()):
        return text
    return _IN_PARENTHESES.sub(lambda found: f"[{found[1]}]" if _is_mark(found) else found[0], text)


def _is_mark(found: re.Match[str]) -> bool:
    """Not so of "(3-1)", which is a score: paragraphs are counted upwards."""
    return all(not span[2] or int(span[1]) < int(span[2]) for span in _SPAN.finditer(found[1]))


class _Reader:
    """Parser that takes block after block."""

    def __init__(self) -> None:
        self.sentences: list[DraftSentence] = []
        self.missing: list[str] = []
        # What was read and claims nothing without what follows: "Yes.", and the last heading.
        self._fragment = ""
        self._lead = ""

    def read(self, block: Block) -> None:
        """Add what it says."""
        text = _ANSWER.sub("", block.text)
        if not any(map(str.isalnum, text)) or _FOOTNOTE.match(text):
            return
        if said := _NOT_STATED.match(text):
            self.missing.append(_MARKS.sub("", said[2]).strip() if said[1] else "")
            return
        leads, numbers = _over(block, text)
        found = list(_sentences(text))
        if block.is_lead:
            self._lead = found.pop()[0].text if found else ""
        for sentence, is_cited in found:
            self._add(DraftSentence(sentence.text, sentence.numbers or numbers, leads), is_cited=is_cited)

    def end(self) -> None:
        """Nothing follows: a word, or a heading, that stands alone is all that was answered."""
        alone = self._fragment or (self._lead if not self.sentences and not self.missing else "")
        if alone:
            self.sentences.append(DraftSentence(alone))

    def _add(self, sentence: DraftSentence, *, is_cited: bool) -> None:
        before, self._fragment = self._fragment, ""
        if not (is_cited or sentence.leads) and _WORD.fullmatch(sentence.text):
            self._fragment = f"{before} {sentence.text}".strip()
            return
        leads = (before, *sentence.leads) if before else sentence.leads
        self.sentences.append(replace(sentence, leads=leads))


def _over(block: Block, text: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """What a block stands under, and the numbers there. A heading tells nothing that a sentence does not."""
    heading = "" if _SENTENCE.search(text) else _ANSWER.sub("", block.heading)
    over = [heading] if heading else []
    leads = [found[-1][0] for lead in block.leads if (found := list(_sentences(_ANSWER.sub("", lead))))]
    numbers = dict.fromkeys(number for lead in leads for number in lead.numbers)
    return (*over, *(lead.text for lead in leads)), tuple(numbers)


def _sentences(line: str) -> Iterator[tuple[DraftSentence, bool]]:
    """The sentences of a line, and whether each has marks; one without has those of the next that has some."""
    plain, marks = "", []
    end = 0
    for match in _MARKS.finditer(line):
        plain += line[end : match.start()]
        marks.append((len(plain), [number for one in _MARK.finditer(match[0]) for number in _numbers(one[0])]))
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
    made: list[tuple[DraftSentence, bool]] = []
    for text, numbers in reversed(found):
        last = numbers or last
        made.append((DraftSentence(text, last), bool(numbers)))
    yield from reversed(made)


def _numbers(mark: str) -> Iterator[int]:
    """The numbers of one mark, those of its ranges too."""
    text = re.sub(r"†.*", "", mark)
    for span in _SPAN.finditer(text):
        first, last = int(span[1]), int(span[2] or span[1])
        yield from range(first, last + 1) if first <= last < first + 20 else (first, last)

"""Sentence segmentation, as character offsets, by Wikimedia's sentencex."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.text.months import ENGLISH_MONTHS, MONTH, MONTHS, any_of

STOPS = ".!?…。！？।॥؟۔"
"""What ends a sentence."""
CLOSERS = "\"'”’»」』）)]"
"""What may stand behind it."""
SENTENCE_END = rf"[{STOPS}][{re.escape(CLOSERS)}]*"
"""A pattern of both."""

_ABBREVIATION_BEFORE_NUMBER = re.compile(r"\b(?:No|Nos|Fig|Art|Sec|Ch|Vol|p|pp)\.$")
# "am 4. Juli" in a text that is read as English, "5 p.m. Monday". An English month, and a short name, begins a
# sentence as well ("It killed 12. May said …"): a year stands behind it.
_DAY_BEFORE_MONTH = re.compile(r"(?<![\d.,])\d{1,2}\.$")
_LONG = any_of(name for name in MONTHS if name not in ENGLISH_MONTHS and len(name) > 3)
_MONTH = re.compile(rf"(?:{_LONG})(?![^\W\d_])|(?:{MONTH})\.?\s\d{{4}}\b", re.I)
_CLOCK_BEFORE_WEEKDAY = re.compile(r"\d\s?[ap]\.m\.$", re.I)
_WEEKDAY = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
# 「…。」と述べた: what follows a closing quote without a break still belongs to the sentence.
_QUOTATIVE = re.compile(r"(?:と|って|など|という)")
_SCRIPTS = (
    ("ja", re.compile("[\u3041-\u30ff\uff66-\uff9f]")),
    ("ko", re.compile("[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]")),
    ("zh", re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")),
    ("ru", re.compile("[\u0400-\u052f]")),
    ("ar", re.compile("[\u0600-\u06ff\u0750-\u077f]")),
    ("hi", re.compile("[\u0900-\u0963\u0966-\u097f]")),
    ("bn", re.compile("[\u0980-\u09ff]")),
    ("ta", re.compile("[\u0b80-\u0bff]")),
    ("te", re.compile("[\u0c00-\u0c7f]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("el", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("hy", re.compile("[\u0530-\u058f]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
    ("am", re.compile("[\u1200-\u137f]")),
    ("my", re.compile("[\u1000-\u109f]")),
)
_BEYOND_LATIN = re.compile("[\u0370-\U0010ffff]")
# So large a share of a text's letters tells its script.
_OF_A_SCRIPT = 0.4
# A share of kana or hangul this small already tells Japanese and Korean from Chinese.
_SHARE = {"ja": 0.05, "ko": 0.2}
_SAMPLE = 1_000
_WINDOW = 4_000


def ends_a_sentence(text: str, also: str = "") -> bool:
    """True for text whose last character ends a sentence, or is one of `also`; closing marks behind it aside."""
    return text.rstrip(CLOSERS).endswith((*STOPS, *also))


def ends_a_clause(text: str) -> bool:
    """True for text that ends a sentence, or a part of one that others follow."""
    return ends_a_sentence(text, ":;")


def split_sentences(text: str, language: str | None = None) -> list[tuple[int, int]]:
    """(start, end) of each sentence of `text`, without surrounding white space.

    `language` is an ISO 639-1 code; without one the script decides, Latin being read as English.
    Never empty for a text that is not blank.
    """
    language = language or script_language(text) or "en"
    spans: list[tuple[int, int]] = []
    for start, end in _boundaries(language, text):
        piece = text[start:end]
        start += len(piece) - len(piece.lstrip())
        end -= len(piece) - len(piece.rstrip())
        if start >= end:
            continue
        previous = text[spans[-1][0] : spans[-1][1]] if spans else ""
        if _continues(previous, text, start, language):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _boundaries(language: str, text: str) -> Iterator[tuple[int, int]]:
    """What sentencex finds, a window at a time: outside ASCII its time grows with the square of the length."""
    from sentencex import get_sentence_boundaries

    begin, width = 0, _WINDOW
    while begin < len(text):
        found = get_sentence_boundaries(language, text[begin : begin + width])
        last = begin + width >= len(text)
        if not last and len(found) < 2:
            width *= 2
            continue
        # The window may have cut the last sentence off; it is found again in the next.
        for boundary in found if last else found[:-1]:
            yield begin + boundary["start_index"], begin + boundary["end_index"]
        if last:
            return
        begin, width = begin + found[-1]["start_index"], _WINDOW


def script_language(text: str) -> str | None:
    """The commonest language that is written in the script of a text; None for Latin script."""
    if text.isascii():
        return None
    sample = text[:_SAMPLE]
    letters = sum(map(str.isalpha, sample)) or 1
    if len(_BEYOND_LATIN.findall(sample)) < _OF_A_SCRIPT * letters:
        return None
    counts = {language: len(letter.findall(sample)) / letters for language, letter in _SCRIPTS}
    best = max(counts, key=lambda language: counts[language])
    if counts["zh"] + counts["ja"] + counts["ko"] > _OF_A_SCRIPT:
        best = next((language for language, share in _SHARE.items() if counts[language] > share), "zh")
    elif counts[best] < _OF_A_SCRIPT:
        return None
    return best


def _continues(previous: str, text: str, start: int, language: str) -> bool:
    if language == "ja":
        return previous.endswith(("」", "』")) and bool(_QUOTATIVE.match(text, start)) and not text[start - 1].isspace()
    end = previous[-8:]
    return (
        (text[start].isdigit() and bool(_ABBREVIATION_BEFORE_NUMBER.search(end)))
        or bool(_DAY_BEFORE_MONTH.search(end) and _MONTH.match(text, start))
        or bool(_CLOCK_BEFORE_WEEKDAY.search(end) and _WEEKDAY.match(text, start))
    )

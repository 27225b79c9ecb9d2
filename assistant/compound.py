"""A question that asks several things → its parts, each to be answered on its own.

A small model answers one half of a double question and forgets the other, and no single paragraph
states both. Only what the wording shows outright is divided: question words joined by "and" or a
semicolon, several question marks, and two years side by side.
"""

from __future__ import annotations

import re

from assistant.words import content_words

_ASKS = r"(?:what|which|who|whom|whose|when|where|why|how)"
_PREPOSITION = r"(?:up to|as of|on|in|at|by|to|from|with|for|of|over|between|about|against|under|into|through)"
_JOINT = re.compile(rf"(?:[,;]\s*(?:and\s+|but\s+)?|\s+and\s+)(?=(?:{_PREPOSITION}\s+)?{_ASKS}\b)", re.I)
_SEMICOLON = re.compile(
    rf";\s+(?:and\s+)?|\?\s+(?=(?:and\s+)?(?:{_PREPOSITION}\s+)?(?:{_ASKS}|did|do|does|is|was|were)\b)", re.I
)
_OPENS = re.compile(rf"^\W*(?:and\s+|but\s+)?(?:{_PREPOSITION}\s+)?{_ASKS}\b", re.I)
_ASKS_ANYWHERE = re.compile(rf"\b(?:{_ASKS}|did|do|does|is|was|were)\b", re.I)
_YEARS = re.compile(
    r"\b(?:both\s+)?(?P<first>(?:in\s+|of\s+)?(?:the\s+)?(?:19|20)\d{2})(?:\s+and\s+|\s*,\s*(?:and\s+)?|\s+or\s+)"
    r"(?P<second>(?:in\s+|of\s+)?(?:the\s+)?(?:19|20)\d{2})\b"
)
_EMBEDDED = re.compile(rf"^(?:{_PREPOSITION}\s+)?{_ASKS}\s+(?:[A-Z]|he\b|she\b|they\b|it\b|we\b|I\b)")
_BARE = re.compile(r"^\W*(?:which|what|whose|how many|how much)\s+\w+$", re.I)
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
_ALTERNATIVE = re.compile(
    r"\b(?:between|from|or|than|versus|vs\.?|compared?|as distinct from|rather than|instead of)\b", re.I
)
_MAX_PARTS = 3


def parts(question: str) -> tuple[str, ...]:
    """The questions that `question` asks, in order; itself alone where it asks one.

    A later part may lean on an earlier one ("and what in 2023?"): it is to be read after it.
    """
    text = question.strip()
    divided = _by_question_words(text) or _by_years(text)
    return tuple(divided[:_MAX_PARTS]) if len(divided) > 1 else (question,)


def _by_question_words(text: str) -> list[str]:
    preamble, asked = _preamble(text)
    pieces = [piece for whole in _SEMICOLON.split(asked) for piece in _divide(whole)]
    # "Where and when" asks of one event: every part needs words of its own.
    if len(pieces) < 2 or not all(_ASKS_ANYWHERE.search(piece) and content_words(piece) for piece in pieces):
        return []
    # "Which company, and which minister, signed?" has its one verb at the end.
    if _BARE.match(pieces[0]):
        return []
    first = f"{preamble}{pieces[0]}"
    return [_closed(first), *(_closed(piece) for piece in pieces[1:])]


def _preamble(text: str) -> tuple[str, str]:
    """What stands before the asking: "Talks feature in both. Over which …" """
    place = max(
        (match.end() for match in re.finditer(r"[.:]\s+", text) if _OPENS.match(text[match.end() :])), default=0
    )
    return text[:place], text[place:]


def _divide(text: str) -> list[str]:
    pieces: list[str] = []
    begin = 0
    for match in _JOINT.finditer(text):
        head = text[begin : match.start()]
        # A relative clause ("the man, who …") is no second question: the head must ask by itself.
        comma_alone = "and" not in match[0].lower() and "but" not in match[0].lower() and ";" not in match[0]
        in_quotes = (text[: match.start()].count('"') + len(re.findall("[“”]", text[: match.start()]))) % 2 == 1
        if comma_alone or in_quotes or not _OPENS.match(head) or _EMBEDDED.match(text[match.end() :]):
            continue
        pieces.append(head)
        begin = match.end()
    return [piece for piece in (*pieces, text[begin:]) if piece.strip()]


def _by_years(text: str) -> list[str]:
    match = _YEARS.search(text)
    if match is None or _ALTERNATIVE.search(text) or len(_YEAR.findall(text)) != 2:
        return []
    first, second = match["first"], match["second"]
    # "in 2017 and 2023": what stood before the first year stands before the second as well.
    lead = re.match(r"\D*", first)
    if lead and not re.match(r"\D", second):
        second = lead[0] + second
    return [text[: match.start()] + year + text[match.end() :] for year in (first, second)]


def _closed(piece: str) -> str:
    body = piece.strip(" ,;:")
    return body if body.endswith(("?", ".", "!")) else f"{body}?"

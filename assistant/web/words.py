"""Dates, probabilities and places in the words of a reader."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from markupsafe import Markup

from assistant.dates import in_words
from assistant.web.markup import clip, neutralise, tag, text_of, whole_of

TITLE_SHOWN = 300
# Calibrated probabilities (see docs/measured.md); a lower bound each, highest first.
_ANSWER_BANDS = ((0.9, "Very likely right"), (0.75, "Likely right"), (0.5, "Probably right; check the source"))
_REFUSAL_BANDS = ((0.35, "The articles may touch on this, but nothing held"), (0.15, "Probably not in the articles"))
_SUPPORT_BANDS = (
    (0.995, "Verified: the quoted words state all of it"),
    (0.8, "Verified: the quoted words state nearly all of it"),
    (0.5, "Partly verified: the quoted words state most of it"),
)


def confidence_in_words(confidence: float, *, refused: bool) -> str:
    """What a probability in [0, 1] means; for a refusal it is the best answer's that was found."""
    bands = _REFUSAL_BANDS if refused else _ANSWER_BANDS
    lowest = "Very likely not in the articles" if refused else "Uncertain; read the source"
    return next((words for bound, words in bands if confidence >= bound), lowest)


def support_in_words(support: float) -> str:
    """How much of a sentence its quoted words state; `support` is a share in [0, 1]."""
    return next((words for bound, words in _SUPPORT_BANDS if support >= bound), "Hardly verified: read the source")


def percent(share: float) -> str:
    """ "97 %"; never a rounded 100 or 0 for what is neither."""
    value = min(max(share, 0.0), 1.0) * 100
    return f"{round(value) if value in (0.0, 100.0) else min(max(round(value), 1), 99)} %"


def day_of(record: Mapping[str, object]) -> date | None:
    """The record's `published` as a day, None where it is none."""
    try:
        return date.fromisoformat(text_of(record, "published"))
    except ValueError:
        return None


def outlet(source: str | None, via: str | None) -> str:
    """ "TDI, citing Xinhua"; "unknown outlet"."""
    named, cited = _short(source), _short(via)
    return (named or "unknown outlet") + (f", citing {cited}" if cited else "")


def outlet_of(record: Mapping[str, object]) -> str:
    """The `outlet` of a citation or passage."""
    return outlet(text_of(record, "source"), text_of(record, "via"))


def place_of(record: Mapping[str, object]) -> str:
    """ "TDI, 22 March 2023, paragraph 9", as plain text."""
    day = day_of(record)
    number = whole_of(record, "paragraph")
    parts = (outlet_of(record), in_words(day) if day else "undated", f"paragraph {number}" if number else None)
    return ", ".join(filter(None, parts))


def title(text: str | None) -> str:
    """A title, cut where it is no title any more; "untitled"."""
    return _short(text) or "untitled"


def _short(text: str | None) -> str:
    return clip(neutralise(text or "").strip(), TITLE_SHOWN)


def time_tag(day: date | None) -> Markup:
    """The day as `<time>`, "undated" where it is not known."""
    if day is None:
        return tag("span", "undated", class_="date")
    return tag("time", in_words(day), class_="date", datetime=day.isoformat())

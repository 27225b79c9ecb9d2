"""Formatting of dates, probabilities and places in the words of a reader."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from markupsafe import Markup

from assistant.text.clipping import clip
from assistant.text.dates import in_words
from assistant.text.unicode import neutralise
from assistant.web.views.html import tag, text_of, whole_of

TITLE_SHOWN = 300
# P(stated) as words, the bounds chosen by hand.
VERIFIED = 0.9
# Of a model that gives no probabilities: what was checked instead of how likely it is.
NO_PROBABILITY = "Quotes and figures checked; how likely it is right was not measured for this model"
CHECKED_WITHOUT_PROBABILITY = "Its quote and figures were checked; the model gives no probability"
_SUPPORT_BANDS = ((VERIFIED, "Verified: the cited article states it"), (0.5, "Probably stated in the cited article"))


def found_in_words(confidence: float, threshold: float) -> str:
    """What a refusal's confidence means, the best answer's that was found; from `threshold` on one would be shown."""
    # That nothing was found says less than that nothing is there.
    if confidence >= threshold:
        return "Something was found, but it is too uncertain to show"
    return "Nothing was found that is likely to answer it"


def support_in_words(support: float, *, quoted: bool = False) -> str:
    """How surely the cited article states a sentence, `support` being the probability, in [0, 1], that it does."""
    if quoted:
        return "A quotation: the article’s own words"
    return next((words for bound, words in _SUPPORT_BANDS if support >= bound), "Hardly verified: read the source")


def percent(share: float) -> str:
    """ "97 %"; never a rounded 100 or 0 for what is neither."""
    value = min(max(share, 0.0), 1.0) * 100
    return f"{round(value) if value in (0.0, 100.0) else min(max(round(value), 1), 99)} %"


def day_of(record: Mapping[str, object], key: str = "published") -> date | None:
    """The record's `published`, or another of its days, as a day; None where it is none."""
    try:
        return date.fromisoformat(text_of(record, key))
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

"""View of an answer's trace → HTML: a disclosure of any plain JSON as lists and tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from assistant.text.clipping import clip
from assistant.web.views.html import join, number_of, records_of, tag, text_of
from assistant.web.views.labels import place_of, support_in_words

_DEPTH = 6
_ENTRIES = 200
_TEXT = 600
_COLUMNS = 12
_NAMES = {
    "bm25_score": "word score (BM25)",
    "dense_score": "meaning score (cosine)",
    "timings_ms": "milliseconds",
    "threshold": "shown from a confidence of",
    "reports": "articles read",
    "answered": "probability that it is answered there",
    "stated": "probability that the article states it",
    "right": "probability that it is the right answer",
    "quoted": "article’s own words",
}
_SHOWN_OF_PASSAGES = ("place", "text", "score", "bm25_score", "dense_score")


def how_answered(answer: Mapping[str, Any]) -> Markup:
    """`<details class="how">`: steps, closest paragraphs, sentence checks, timings and the model."""
    steps = answer.get("steps")
    closest = [{**passage, "place": place_of(passage)} for passage in records_of(answer, "closest")]
    checks = [
        {
            "sentence": text_of(sentence, "text"),
            "check": support_in_words(number_of(sentence, "support") or 0.0, quoted=sentence.get("quoted") is True),
            "support": sentence.get("support"),
        }
        for sentence in records_of(answer, "sentences")
    ]
    shown = [{key: passage.get(key) for key in _SHOWN_OF_PASSAGES} for passage in closest]
    parts = (
        ("Steps", steps if isinstance(steps, Mapping | list | tuple) else None),
        ("Sentences and their checks", checks),
        ("Closest paragraphs", shown),
        ("Time taken (milliseconds)", answer.get("timings_ms")),
        ("In figures", {"confidence": answer.get("confidence"), "model": answer.get("model")}),
    )
    return tag(
        "details",
        tag("summary", "How was this answered?"),
        [tag("section", tag("h4", name), plain(value)) for name, value in parts if value],
        class_="how",
    )


def plain(value: Any, depth: int = 0) -> Markup:
    """Plain JSON as HTML: objects as `<dl>`, records alike as `<table>`, other lists as `<ol>`."""
    if isinstance(value, Mapping) and value:
        return _object(value, depth) if depth < _DEPTH else tag("span", "…")
    if isinstance(value, list | tuple) and value:
        return _list(list(value), depth) if depth < _DEPTH else tag("span", "…")
    return _scalar(value)


def _object(value: Mapping[Any, Any], depth: int) -> Markup:
    entries = list(value.items())
    return tag(
        "dl",
        [(tag("dt", _name(key)), tag("dd", plain(item, depth + 1))) for key, item in entries[:_ENTRIES]],
        _more(len(entries), "dd"),
        class_="facts",
    )


def _list(value: list[Any], depth: int) -> Markup:
    columns = _columns(value)
    if not columns:
        items = [tag("li", plain(item, depth + 1)) for item in value[:_ENTRIES]]
        return tag("ol", items, _more(len(value), "li"))
    head = tag("tr", [tag("th", _name(column), scope="col") for column in columns])
    rows = [tag("tr", [tag("td", plain(row.get(column), depth + 1)) for column in columns]) for row in value[:_ENTRIES]]
    more = _more(len(value), "p")
    # A region that takes the focus, since a wide table is scrolled from the keyboard too.
    table = tag("table", tag("thead", head), tag("tbody", rows))
    return join([tag("div", table, class_="scroll", role="region", aria_label="Table", tabindex=0), more])


def _columns(value: list[Any]) -> list[Any]:
    """The keys of records that are alike enough for a table; [] for any other list."""
    if len(value) < 2 or not all(isinstance(item, Mapping) and item for item in value):
        return []
    columns = list(dict.fromkeys(key for item in value[:_ENTRIES] for key in item))
    return columns if len(columns) <= min(_COLUMNS, 2 * len(value[0])) else []


def _scalar(value: Any) -> Markup:
    match value:
        case None | "" | [] | () | {}:
            return tag("span", "–", class_="none")
        case bool():
            return tag("span", "yes" if value else "no")
        case int():
            # Python refuses to write out integers of thousands of digits; nobody would read one.
            return tag("span", str(value) if abs(value) < 10**18 else "a very large number", class_="number")
        case float():
            return tag("span", f"{value:.4g}", class_="number")
        case _:
            return tag("span", clip(value if isinstance(value, str) else str(value), _TEXT), dir="auto")


def _name(key: Any) -> str:
    return _NAMES.get(str(key)) or clip(str(key).replace("_", " "), 80)


def _more(length: int, element: str) -> Markup | None:
    return tag(element, f"and {length - _ENTRIES:,} more", class_="more") if length > _ENTRIES else None

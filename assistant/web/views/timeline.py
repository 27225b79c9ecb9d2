"""Bar chart of articles a month → an inline SVG with a table as its text alternative."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from assistant.text.months import MONTH_NAMES
from assistant.text.numbers import counted
from assistant.web.views.html import tag

_MOST_BARS = 120
_BAR, _GAP, _HEIGHT = 10, 2, 60


def timeline_html(months: Sequence[tuple[str, int]]) -> str:
    """Articles a month as bars, months without any as gaps; a bar a year where it would be over 120.

    `months` are ("2017-07", 3); what is no month or counts nothing is passed over.
    """
    counts: dict[int, int] = {}
    for month, count in months:
        place = _place(month)
        if place is not None and count > 0:
            counts[place] = counts.get(place, 0) + count
    if not counts:
        return str(tag("p", "No dated articles.", class_="empty"))
    yearly = max(counts) - min(counts) >= _MOST_BARS
    bars = _by_year(counts) if yearly else counts
    return str(_figure(bars, yearly))


def _place(month: str) -> int | None:
    """Months since year 0."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
    return first.year * 12 + first.month - 1


def _by_year(counts: dict[int, int]) -> dict[int, int]:
    years: dict[int, int] = {}
    for place, count in counts.items():
        years[place // 12] = years.get(place // 12, 0) + count
    return years


def _figure(bars: dict[int, int], yearly: bool) -> Markup:
    first, last, most = min(bars), max(bars), max(bars.values())
    unit = "year" if yearly else "month"
    width = (last - first + 1) * (_BAR + _GAP)
    drawn = [
        _bar(place - first, count / most, _name(place, yearly), _code(place, yearly), count)
        for place, count in sorted(bars.items())
    ]
    picture = tag(
        "svg",
        drawn,
        class_="bars",
        viewBox=f"0 0 {width} {_HEIGHT}",
        preserveAspectRatio="none",
        aria_hidden="true",
        focusable="false",
    )
    rows = [
        tag("tr", tag("th", _name(place, yearly), scope="row"), tag("td", str(count)))
        for place, count in sorted(bars.items())
    ]
    head = tag("tr", tag("th", unit.capitalize(), scope="col"), tag("th", "Articles", scope="col"))
    table = tag("table", tag("caption", f"Articles a {unit}"), tag("thead", head), tag("tbody", rows))
    total = sum(bars.values())
    ends = _name(first, yearly) if first == last else f"{_name(first, yearly)} – {_name(last, yearly)}"
    summary = f"{counted(total, 'article')}, {ends}; at most {most:,} in a {unit}"
    return tag(
        "figure",
        picture,
        tag("figcaption", summary),
        tag("div", table, class_="visually-hidden"),
        class_="timeline",
    )


def _bar(place: int, share: float, name: str, code: str, count: int) -> Markup:
    height = max(2, round(share * _HEIGHT))
    words = f"{name}: {counted(count, 'article')}"
    return tag(
        "rect",
        tag("title", words),
        class_="bar",
        x=place * (_BAR + _GAP),
        y=_HEIGHT - height,
        width=_BAR,
        height=height,
        data_period=code,
    )


def _name(place: int, yearly: bool) -> str:
    return str(place) if yearly else f"{MONTH_NAMES[place % 12]} {place // 12}"


def _code(place: int, yearly: bool) -> str:
    return f"{place:04d}" if yearly else f"{place // 12:04d}-{place % 12 + 1:02d}"

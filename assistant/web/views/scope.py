"""View of a question's scope → HTML: the line above its box, and in words."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from assistant.schema.articles import ArticleFilter, iso_day
from assistant.text.clipping import clip
from assistant.text.dates import in_words
from assistant.text.numbers import counted
from assistant.web.views.html import tag
from assistant.web.views.icons import icon


def scope_html(scope: ArticleFilter, titles: Mapping[str, str], *, editing: bool) -> Markup:
    """What the next question is put to, above the question box; each restriction can be taken away."""
    chips = []
    if editing:
        chips.append(_chip("Editing your question", "edit-cancel", "Cancel editing"))
    if scope.since or scope.until:
        chips.append(_chip(f"Published {period_in_words(scope)}", "any-date", "Ask articles of any date"))
    if scope.as_of:
        chips.append(_chip(f"As of {in_words(scope.as_of)}", "any-day", "Ask as of today"))
    if scope.ids:
        named = clip(titles.get(scope.ids[0], "1 article"), 60) if len(scope.ids) == 1 else None
        words = f"Only “{named}”" if named else f"Only {counted(len(scope.ids), 'chosen article')}"
        chips.append(_chip(words, "any-article", "Ask all articles"))
    everything = None if chips else tag("span", "All articles, any date", class_="everything")
    dates = tag(
        "form",
        tag("label", "From", tag("input", type="date", name="since", value=iso_day(scope.since))),
        tag("label", "To", tag("input", type="date", name="until", value=iso_day(scope.until))),
        tag(
            "label",
            "As of",
            tag("input", type="date", name="as_of", value=iso_day(scope.as_of), aria_describedby="as-of-told"),
        ),
        tag("p", "As of a day: from what was published until then; the answer says so.", id="as-of-told"),
        tag("button", "Apply", type="submit"),
        data_submit="dates",
    )
    return tag(
        "div",
        tag("span", "Asking:", class_="label"),
        everything,
        chips,
        tag(
            "details", tag("summary", icon("calendar"), "Dates"), tag("div", dates, class_="menu"), class_="more dates"
        ),
        tag("button", icon("list"), "Choose articles", type="button", data_view="library", class_="plain"),
        class_="scope",
        role="group",
        aria_label="What is asked",
    )


def period_in_words(scope: ArticleFilter) -> str:
    """ "from 1 March 2023 to 31 March 2023"."""
    parts = (("from", scope.since), ("to" if scope.since else "until", scope.until))
    return " ".join(f"{word} {in_words(day)}" for word, day in parts if day)


def scope_in_words(scope: ArticleFilter) -> str:
    """ "Asked only of 2 articles, published from 1 March 2023"; "" where it was put to everything."""
    parts = []
    if scope.ids:
        parts.append(f"of {counted(len(scope.ids), 'chosen article')}")
    if scope.since or scope.until:
        parts.append(f"of what was published {period_in_words(scope)}")
    return f"Asked only {', '.join(parts)}" if parts else ""


def _chip(words: str, action: str, label: str) -> Markup:
    closing = tag("button", icon("close"), type="button", data_action=action, aria_label=label, title=label)
    return tag("span", tag("span", words, dir="auto"), closing, class_="restriction")

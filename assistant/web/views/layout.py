"""Static HTML of the page: what never changes on it."""

from __future__ import annotations

from markupsafe import Markup

from assistant.newsroom.export.kinds import ExportFormat
from assistant.web.views.html import tag
from assistant.web.views.icons import icon

_NEWSROOM = [
    tag("button", words, type="button", data_view=view)
    for view, words in (("questions", "Saved questions"), ("stories", "Stories"), ("draft", "Check a draft"))
]
# In the order of a choice; the last is of whole conversations alone.
_FORMATS = (
    *((form.value, form.label, form.words) for form in ExportFormat),
    ("json", "JSON", "everything that is kept of the conversation"),
)
# What the script makes a dialog of: where a file is offered depends on what it is asked of.
EXPORT_FORMATS = tag(
    "template",
    tag(
        "ul",
        [
            tag("li", tag("a", tag("strong", name), " ", tag("span", words), href="#", data_form=form, download=True))
            for form, name, words in _FORMATS
        ],
        class_="formats",
    ),
    id="export-formats",
)


def masthead(*, leave: bool) -> Markup:
    """The top of the page; `leave`: with the way to log out."""
    return tag(
        "header",
        tag(
            "button",
            icon("menu"),
            type="button",
            data_menu="toggle",
            class_="icon-only menu-button",
            aria_label="Conversations",
            aria_expanded="false",
        ),
        tag("p", "News assistant", class_="brand"),
        tag(
            "nav",
            tag("button", "Ask", type="button", data_view="ask", aria_current="page"),
            tag("button", "Library", type="button", data_view="library"),
            tag(
                "details",
                tag("summary", "Newsroom", icon("more-below"), role="button"),
                tag("div", _NEWSROOM, class_="menu"),
                class_="more newsroom",
            ),
            aria_label="Views",
            class_="views",
        ),
        tag(
            "button",
            icon("theme"),
            type="button",
            data_theme_toggle=True,
            class_="icon-only",
            aria_label="Light or dark",
            title="Light or dark",
        ),
        tag("a", "Log out", href="/logout", class_="leave") if leave else None,
        EXPORT_FORMATS,
        class_="masthead",
        role="banner",
    )


SIDE_HEAD = tag(
    "div",
    tag("button", icon("add"), "New conversation", type="button", data_go="open", class_="new"),
    tag(
        "form",
        tag(
            "input",
            type="search",
            name="words",
            placeholder="Search conversations",
            aria_label="Search conversations",
            autocomplete="off",
        ),
        data_find="conversations",
        role="search",
    ),
)

LIBRARY_HEAD = tag(
    "div",
    tag("h1", "Library"),
    tag("button", icon("retry"), "Look for new files", type="button", data_action="refresh", class_="plain"),
    class_="library-head",
)

DRAFT_HEAD = tag(
    "div",
    tag("h1", "Check a draft"),
    tag(
        "p",
        "Each sentence is looked up in the whole library: is it stated, stated otherwise, or not stated? "
        "The draft is kept nowhere; it is forgotten when the server ends.",
        class_="lead",
    ),
    class_="view-head",
)

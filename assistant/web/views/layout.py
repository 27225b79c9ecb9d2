"""What never changes on the page."""

from __future__ import annotations

from markupsafe import Markup

from assistant.web.views.html import tag
from assistant.web.views.icons import icon


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

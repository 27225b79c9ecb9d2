"""View of a stale answer → HTML: a mark on one that may no longer hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from assistant.newsroom.answers.stale import Change
from assistant.text.clipping import clip
from assistant.web.views.html import Exact, tag
from assistant.web.views.icons import icon

_DETAIL_SHOWN = 600
_NAMES = {
    Change.WITHDRAWN: "Withdrawn",
    Change.REPLACED: "Replaced",
    Change.CORRECTED: "Corrected",
    Change.OTHERWISE: "A newer report answers otherwise",
    Change.ANSWERED: "A newer report answers it",
}


def stale_html(changes: Sequence[Mapping[str, str]], position: int) -> Markup:
    """What changed since the answer to question `position` was given, and the way to ask again."""
    again = tag(
        "button", icon("retry"), tag("span", "Ask again"), type="button", data_go="renew", data_position=str(position)
    )
    return tag(
        "div",
        tag("p", tag("strong", "This answer may no longer hold."), " It is kept when you ask again."),
        tag("ul", [tag("li", _change(one)) for one in changes]),
        again,
        class_="stale",
        role="note",
        aria_label="What changed since this answer",
    )


def _change(change: Mapping[str, str]) -> Markup:
    kind = Change(change["change"])
    opened = tag(
        "button",
        "Open the article",
        type="button",
        class_="plain",
        data_article=Exact(change["article_id"]),
    )
    told = tag("span", clip(change["detail"], _DETAIL_SHOWN), dir="auto")
    parts = (tag("strong", f"{_NAMES[kind]}:"), " ", told, None if kind is Change.WITHDRAWN else [" ", opened])
    return tag("span", parts)

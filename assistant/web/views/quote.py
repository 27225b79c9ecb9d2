"""The words of a report, and the way to open it at them → HTML."""

from __future__ import annotations

from markupsafe import Markup

from assistant.verification.evidence import Evidence
from assistant.web.views.html import Exact, clip, tag
from assistant.web.views.labels import outlet, time_tag, title

_QUOTE_SHOWN = 900


def quote_html(part: Evidence, said: str = "") -> Markup:
    """An item of a list; without the words where they are what is `said` above it already."""
    passage, quote = part.passage, part.quote
    button = tag(
        "button",
        tag("bdi", outlet(passage.source, passage.via)),
        ", ",
        time_tag(passage.published),
        f", paragraph {passage.paragraph.number}: ",
        tag("bdi", title(passage.title)),
        type="button",
        class_="open-source",
        data_article=Exact(passage.article_id),
        data_paragraph=passage.paragraph.number,
        data_start=quote.start,
        data_end=quote.end,
    )
    words = None if quote.text.strip() == said else tag("q", clip(quote.text, _QUOTE_SHOWN), dir="auto")
    return tag("li", words, button)

"""View of a quotation → HTML: the words of a report, and the way to open it at them."""

from __future__ import annotations

from markupsafe import Markup

from assistant.newsroom.answers.file import SavedCitation
from assistant.schema.articles import Passage
from assistant.text.clipping import clip
from assistant.verification.evidence import Evidence
from assistant.web.views.html import Exact, tag
from assistant.web.views.labels import outlet, time_tag, title

_QUOTE_SHOWN = 900


def quote_html(part: Evidence, said: str = "") -> Markup:
    """An item of a list; without the words where they are what is `said` above it already."""
    passage, quote = part.passage, part.quote
    button = _open_button(passage, passage.paragraph.number, quote.start, quote.end)
    return tag("li", None if quote.text.strip() == said else _words(quote.text), button)


def cited_html(citation: SavedCitation) -> Markup:
    """The same of what a kept answer cites, under its number."""
    start = citation.quoted_from
    end = start + len(citation.quote)
    button = _open_button(citation, citation.paragraph, start, end, f"[{citation.number}] ")
    return tag("li", _words(citation.quote), button)


def _words(text: str) -> Markup:
    return tag("q", clip(text, _QUOTE_SHOWN), dir="auto")


def _open_button(report: Passage | SavedCitation, paragraph: int, start: int, end: int, before: str = "") -> Markup:
    return tag(
        "button",
        before,
        tag("bdi", outlet(report.source, report.via)),
        ", ",
        time_tag(report.published),
        f", paragraph {paragraph}: ",
        tag("bdi", title(report.title)),
        type="button",
        class_="open-source",
        data_article=Exact(report.article_id),
        data_paragraph=paragraph,
        data_start=start,
        data_end=end,
    )

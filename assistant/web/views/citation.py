"""View of a citation → HTML: a numbered chip that opens the source, and the card that describes it."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from assistant.text.clipping import clip
from assistant.web.views.html import Exact, tag, text_of, whole_of
from assistant.web.views.labels import day_of, outlet_of, place_of, time_tag, title

Record = Mapping[str, object]
QUOTE_SHOWN = 900
"""Characters of a quotation that are shown."""


def chip(citation: Record, key: str) -> Markup:
    """A numbered button that opens the source, and the card that describes it."""
    number = str(whole_of(citation, "number"))
    card = f"{key}-card"
    button = tag(
        "button",
        number,
        type="button",
        class_="chip",
        data_citation=number,
        **source_data(citation),
        aria_label=f"Citation {number}: {place_of(citation)}. Open the source.",
        aria_describedby=card,
    )
    also = citation.get("also")
    others = [clip(item, 200) for item in also if isinstance(item, str)][:20] if isinstance(also, list | tuple) else []
    described = tag(
        "span",
        tag("q", clip(text_of(citation, "quote").strip(), QUOTE_SHOWN), class_="card-quote", dir="auto"),
        " ",
        tag("span", tag("bdi", outlet_of(citation)), ", ", time_tag(day_of(citation)), class_="card-outlet"),
        " ",
        tag("bdi", title(text_of(citation, "title"))),
        " ",
        tag("span", f"paragraph {whole_of(citation, 'paragraph')}"),
        [" ", tag("span", "Also in: ", tag("bdi", "; ".join(others)))] if others else None,
        class_="card",
        id=card,
        role="tooltip",
    )
    return tag("span", button, described, class_="citation")


def source_data(place: Record) -> dict[str, str | int | None]:
    """What a click needs to open the source: article, paragraph, the span's characters."""
    return {
        "data_article": Exact(text_of(place, "article_id")),
        "data_paragraph": whole_of(place, "paragraph"),
        "data_start": whole_of(place, "start"),
        "data_end": whole_of(place, "end"),
    }

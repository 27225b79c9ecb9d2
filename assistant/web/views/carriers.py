"""View of the carriers of what is cited → HTML that the page's script shows beside each citation."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from assistant.newsroom.provenance.independence import Carriage, in_words
from assistant.text.clipping import clip
from assistant.web.views.html import Exact, tag

_SHOWN = 400


def carriers_html(carriers: Sequence[tuple[str, Carriage]]) -> Markup:
    """A list that is not seen itself: for each place ("PARAGRAPH START ARTICLE") who carries what is quoted there."""
    items = [tag("li", clip(in_words(carriage), _SHOWN), data_place=Exact(place)) for place, carriage in carriers]
    return tag("ul", items, hidden=True) if items else Markup("")

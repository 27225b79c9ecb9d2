"""Numbers for citations: 1, 2, 3 … in order of first use, one number a paragraph and quote."""

from __future__ import annotations

from assistant.schema.answers import Citation
from assistant.schema.articles import Passage
from assistant.verification.evidence import Evidence


class CitationList:
    """Collects the citations of one answer."""

    def __init__(self) -> None:
        self._citations: list[Citation] = []

    def cite(self, evidence: Evidence) -> Citation:
        """The citation of this evidence: the one already made for the same span, or a new one."""
        passage, quote = evidence.passage, evidence.quote
        for known in self._citations:
            if known.paragraph_id == passage.paragraph.id and (known.start, known.end) == (
                quote.start,
                quote.end,
            ):
                return known
        citation = make_citation(len(self._citations) + 1, passage, quote.start, quote.end)
        self._citations.append(citation)
        return citation

    def all(self) -> tuple[Citation, ...]:
        """Every citation made, in order."""
        return tuple(self._citations)


def make_citation(number: int, passage: Passage, start: int, end: int) -> Citation:
    """The citation of characters `start` to `end` of a passage's paragraph."""
    return Citation(
        number=number,
        article_id=passage.article_id,
        title=passage.title,
        source=passage.source,
        via=passage.via,
        published=passage.published,
        paragraph=passage.paragraph.number,
        paragraph_id=passage.paragraph.id,
        text=passage.paragraph.text,
        quote=passage.paragraph.text[start:end],
        start=start,
        end=end,
        also=passage.also,
    )

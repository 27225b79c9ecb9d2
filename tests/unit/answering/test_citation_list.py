from __future__ import annotations

from datetime import date

from assistant.answering.citations import CitationList
from assistant.schema.answers import Quote
from assistant.schema.articles import Paragraph, Passage
from assistant.verification.evidence import Evidence

FIRST = "They met. They left."
SECOND = "It rained. It snowed."


def evidence(paragraph_id: str, text: str, quote: str) -> Evidence:
    article_id, number = paragraph_id.split("#p")
    passage = Passage(
        Paragraph(paragraph_id, int(number), text), article_id, "Title", "IANS", date(2017, 7, 4), via="Xinhua"
    )
    start = text.index(quote)
    return Evidence(passage, Quote(quote, start, start + len(quote)))


def test_numbers_are_in_order_of_first_use_without_gaps() -> None:
    citations = CitationList()
    made = [
        citations.cite(evidence("b#p2", SECOND, "It snowed.")).number,
        citations.cite(evidence("a#p1", FIRST, "They met.")).number,
        citations.cite(evidence("b#p2", SECOND, "It snowed.")).number,
        citations.cite(evidence("a#p2", SECOND, "It rained.")).number,
    ]
    assert made == [1, 2, 1, 3]
    assert [citation.number for citation in citations.all()] == [1, 2, 3]


def test_another_span_or_another_paragraph_is_another_citation() -> None:
    citations = CitationList()
    citations.cite(evidence("a#p1", FIRST, "They met."))
    citations.cite(evidence("a#p1", FIRST, "They left."))
    citations.cite(evidence("a#p2", FIRST, "They met."))
    citations.cite(evidence("b#p1", FIRST, "They met."))
    assert [citation.number for citation in citations.all()] == [1, 2, 3, 4]


def test_the_same_span_is_the_same_citation() -> None:
    citations = CitationList()
    one = citations.cite(evidence("a#p1", FIRST, "They met."))
    assert citations.cite(evidence("a#p1", FIRST, "They met.")) is one


def test_a_citation_carries_its_place_and_its_quote() -> None:
    citation = CitationList().cite(evidence("a#p3", SECOND, "It snowed."))
    assert citation.text[citation.start : citation.end] == citation.quote == "It snowed."
    assert (citation.article_id, citation.paragraph, citation.paragraph_id) == ("a", 3, "a#p3")
    assert (citation.title, citation.source, citation.via) == ("Title", "IANS", "Xinhua")
    assert citation.published == date(2017, 7, 4)
    assert citation.text == SECOND


def test_no_citations() -> None:
    assert CitationList().all() == ()

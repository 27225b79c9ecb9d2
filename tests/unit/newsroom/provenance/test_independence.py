"""Who copies whom, and the search for who carries a statement."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from evidence_base_samples import article, evidence_base_of

from assistant.newsroom.provenance.independence import carriers, containment, first_sentence, group, in_words, shingles
from assistant.schema.articles import Article
from assistant.util.progress import unseen

LEAD = "Firefighters saved eleven people from a burning hotel in the harbour of Lomsund early on Tuesday morning."
MORE = "The fire began in the kitchen on the ground floor, the chief of the brigade, Tor Eide, told reporters there."
LAST = "Three guests were taken to hospital with smoke in their lungs but none of them is in danger, doctors said."
OWN = "Our reporter saw smoke over the old fish hall and a crowd of tourists in blankets on the pier at dawn."
OTHER = "Eleven guests were brought out alive when a hotel at Lomsund's harbour caught fire on Tuesday."
THIRD = "A blaze that gutted the Harbour Hotel forced a rescue by ladder; the owner blames an old oven of his."
TEXT = (LEAD, MORE, LAST)


def a(key: str, *texts: str, **more: Any) -> Article:
    return article(key, *texts, source=more.pop("source", f"Outlet {key}"), **more)


CASES = {
    "one report alone": ([a("1", *TEXT)], 1, 1),
    "the same text twice": ([a("1", *TEXT), a("2", *TEXT)], 2, 1),
    "the end cut off": ([a("1", *TEXT), a("2", LEAD, MORE)], 2, 1),
    "only the lead": ([a("1", *TEXT), a("2", LEAD)], 2, 1),
    "a paragraph of one's own added": ([a("1", *TEXT), a("2", OWN, *TEXT)], 2, 1),
    "paragraphs in another order": ([a("1", *TEXT), a("2", LAST, LEAD, MORE)], 2, 1),
    "half copied, half one's own": ([a("1", *TEXT), a("2", LEAD, OWN)], 2, 1),
    "case and punctuation changed": ([a("1", *TEXT), a("2", LEAD.upper().replace(",", " -"), MORE)], 2, 1),
    "one paragraph in one": ([a("1", "\n".join(TEXT)), a("2", *TEXT)], 2, 1),
    "two reporters": ([a("1", *TEXT), a("2", OTHER)], 2, 2),
    "three reporters": ([a("1", *TEXT), a("2", OTHER), a("3", THIRD)], 3, 3),
    "two reporters who quote one sentence": (
        [a("1", MORE, OTHER, "“It went very fast,” Eide said."), a("2", OWN, THIRD, "“It went very fast,” Eide said.")],
        2,
        2,
    ),
    "both cite one agency, in words of their own": ([a("1", OTHER, via="Reuters"), a("2", THIRD, via="Reuters")], 2, 1),
    "the agency itself and one that cites it": ([a("1", OTHER, source="AFP"), a("2", THIRD, via="AFP")], 2, 1),
    "a sign-off that stands last": ([a("1", OTHER, "(AFP)"), a("2", THIRD, "AFP")], 2, 1),
    "an agency that is named in the middle is no sign-off": ([a("1", OTHER, "AFP", OWN), a("2", THIRD, "AFP")], 2, 2),
    "two agencies": ([a("1", OTHER, via="Reuters"), a("2", THIRD, via="AFP")], 2, 2),
    "an agency's name as it is written elsewhere": ([a("1", OTHER, via="REUTERS"), a("2", THIRD, via="Reuters")], 2, 1),
    "copies of copies": ([a("1", LEAD, MORE), a("2", OWN, LAST), a("3", *TEXT)], 3, 1),
    "two reports of one outlet": ([a("1", OTHER, source="Post"), a("2", THIRD, source="post")], 1, 1),
    "outlets that are not known": ([a("1", OTHER, source=None), a("2", THIRD, source=None)], 2, 2),
    "one that names the other": (
        [a("1", OTHER, source="The Fjord Post"), a("2", THIRD, "So the Fjord Post has it.")],
        2,
        1,
    ),
    "one that names an outlet that carries the other": (
        [a("1", OTHER, also=("Fjord Post, 2020-01-02",)), a("2", THIRD, "So the Fjord Post has it.")],
        3,
        1,
    ),
    "a word that is an outlet's name too": (
        [a("1", OTHER, source="Metro"), a("2", THIRD, "It is late. Metro trains stopped, and a metro line is shut.")],
        2,
        2,
    ),
    "an outlet of one word": ([a("1", OTHER, source="Metro"), a("2", THIRD, "He told Metro so.")], 2, 1),
    "what the library folded into one article": (
        [a("1", *TEXT, also=("Daily Lom, 2020-01-03", "Fjord Post", "outlet 1, 2020-01-02")), a("2", OTHER)],
        4,
        2,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_outlets_and_independent_sources(case: str) -> None:
    articles, outlets, independent = CASES[case]
    for order in (articles, articles[::-1]):
        found = group(order)
        assert (found.outlets, found.independent) == (outlets, independent)


def test_a_phrase_is_no_copy() -> None:
    assert containment(shingles(a("1", "Eleven people were saved on Tuesday.")), shingles(a("2", *TEXT))) == 0.0


def test_who_carries_it_is_judged_and_copies_are_not(tmp_path: Path, embedder: Any) -> None:
    story = a("1", *TEXT)
    others = [
        a("2", LEAD, MORE),
        a("3", OTHER),
        a("4", "Lund won the cup on Tuesday."),
        a("5", OTHER, day="2020-02-02"),
    ]
    base = evidence_base_of(
        tmp_path, embedder, [story, *others], lambda _name, _text, context: float("Eleven guests" in context)
    )
    found = carriers(base, story, first_sentence(story), unseen(""))
    assert [one.articles for one in found.groups] == [("1", "2"), ("3",)]
    judge: Any = base.judge
    # What is about something else is not asked about.
    assert len(judge.asked) == 1
    base.index.close()


def test_a_report_with_another_figure_does_not_carry_it_whatever_is_copied_and_judged(
    tmp_path: Path, embedder: Any
) -> None:
    told = "The ferry to Skar burned on Friday night and 14 people were hurt, the coast guard said on Saturday."
    story, copy = a("story", told), a("copy", told)
    other = a("other", told.replace("14", "17"))
    base = evidence_base_of(tmp_path, embedder, [story, copy, other], lambda *_: 1.0)
    found = carriers(base, story, told, unseen(""))
    assert {article for group in found.groups for article in group.articles} == {"story", "copy"}
    base.index.close()


def test_the_first_sentence_is_without_its_dateline() -> None:
    assert first_sentence(a("1", *TEXT)) == LEAD
    assert first_sentence(a("1")) == ""
    assert first_sentence(a("1", *TEXT), 2) == MORE
    assert first_sentence(a("1", *TEXT), 4) == ""


def test_it_is_said_in_words() -> None:
    told = {
        "No other outlet carries it.": [a("1", *TEXT)],
        "2 outlets carry it, all from one source: Outlet 1, Outlet 2.": [a("1", *TEXT), a("2", *TEXT)],
        "2 outlets carry it, each independently: Outlet 1; Outlet 2.": [a("1", LEAD), a("2", OTHER)],
        "3 outlets carry it, from 2 independent sources: Outlet 1, Outlet 3 (agency NTB); Outlet 2.": [
            a("1", LEAD, via="NTB"),
            a("2", OTHER),
            a("3", THIRD, via="NTB"),
        ],
    }
    assert {words: in_words(group(articles)) for words, articles in told.items()} == {words: words for words in told}

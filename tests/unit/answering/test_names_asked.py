"""Whether a question has a name of one report that another lacks."""

from __future__ import annotations

import pytest
from answer_samples import context

from assistant.answering.names_asked import has_others_names
from evals.datasets.bundles import load_bundles
from evals.datasets.news import BUNDLES
from training.examples import context as context_of

SIGNED = (
    "The ministers of Chile and Ghana signed in the Skerry hall and left by the door behind it, as the agency Norpress "
    "reported on Monday from a table that had been laid for ten."
)
MET = "The ministers met again; the agency TDI told of it."


@pytest.mark.parametrize(
    ("question", "other", "expected"),
    [
        ("Which agency reported from the Skerry hall?", MET, True),
        ("which agency reported from the skerry hall", MET, True),
        ("Which agency reported from the Skerry hall?", "In the Skerry hall they met again.", False),
        ("Which agency reported it?", MET, False),
        ("Who signed for Ghana?", "The Ghanaians signed again.", False),
        ("Who signed for Ghana’s side?", MET, True),
        # A day's name is no name, nor is a word that a sentence begins with.
        ("Who reported it on Monday?", MET, False),
        ("What did The ministers do?", "They met again.", False),
        # Each has a name that the other lacks.
        ("Who signed in the Skerry hall and who with Tarn council?", "Ministers met with Tarn council members.", False),
        # In the other report the word is what counts, however it is written.
        ("Who signed in the Skerry hall?", "They signed in the skerry.", False),
    ],
)
def test_a_name_is_what_a_report_writes_with_a_capital_alone(question: str, other: str, expected: bool) -> None:
    assert has_others_names(question, context(SIGNED), context(other, article="other")) is expected


def test_headline_and_outlet_have_names_too() -> None:
    question = "Who signed for Norpress?"
    assert has_others_names(question, context(SIGNED), context(MET))
    assert not has_others_names(question, context(SIGNED), context(MET, source="Norpress"))


def test_a_word_that_is_written_small_too_is_no_name() -> None:
    question = "Which sign stood in the Library?"
    assert has_others_names(question, context("They met in the Library of the old town."), context(MET))
    both = context("They met in the Library. The library was full of people.")
    assert not has_others_names(question, both, context(MET))


def test_where_every_noun_has_a_capital_they_tell_nothing() -> None:
    german = "Der Minister hat am Dienstag in Berlin mit der Kanzlerin und ihrem Sprecher über die Preise gesprochen."
    assert not has_others_names("Mit wem sprach der Minister über Preise?", context(german), context(MET))


def test_on_the_bundles_it_leaves_the_second_reports_that_answer() -> None:
    kept = {True: [0, 0], False: [0, 0]}
    for bundle in load_bundles(BUNDLES):
        reports = {article.id: context_of(article.model_dump(mode="json")) for article in bundle.articles}
        for item in bundle.items:
            answering = {answer.article for answer in item.answers}
            for key, other in reports.items():
                firsts = [reports[one] for one in answering if one != key]
                if firsts:
                    set_aside = any(has_others_names(item.asked, first, other) for first in firsts)
                    kept[key in answering][set_aside] += 1
    assert kept == {True: [31, 1], False: [83, 39]}

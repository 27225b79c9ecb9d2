"""Whether a question has a name that one report has and another lacks."""

from __future__ import annotations

import pytest
from answer_samples import context

from assistant.answering.names_asked import other_lacks_asked_name
from evals.datasets.bundles import load_bundles
from evals.datasets.news import BUNDLES
from training.examples import context as context_of

SIGNED = (
    "Police held the door open as the ministers of Chile and Ghana signed in the Skerry hall in April and left again, "
    "the US agency Norpress reported on Monday from a table that had been laid for ten by Anna Berg."
)
MET = "The ministers met again in a room that nobody had laid a table in; the agency TDI told of it."


@pytest.mark.parametrize(
    ("question", "other", "expected"),
    [
        ("Which agency reported from the Skerry hall?", MET, True),
        ("Which agency reported from the Skerry hall?", "In the Skerry hall they met again.", False),
        ("Which agency reported it?", MET, False),
        ("Who signed for Ghana?", "The Ghanaians signed again.", False),
        ("Whom did the Ghanaians meet?", "The people of Ghana met nobody.", False),
        ("Who signed for Ghana’s side?", MET, True),
        # Of a name of several words one is enough.
        ("Did Anna Berg lay the table?", "Ms Berg had laid no table.", False),
        ("Did Anna Berg lay the table?", MET, True),
        # What the question writes small, or begins with, may be any word.
        ("which agency reported from the skerry hall", MET, False),
        ("Police held what open?", MET, False),
        # Days, months and abbreviations.
        ("Who reported it on Monday?", MET, False),
        ("Who signed in April?", MET, False),
        ("Which US agency reported it?", MET, False),
        # What neither has, and what each has alone.
        ("Who signed for Peru?", MET, False),
        ("Who signed in the Skerry hall and who with Tarn council?", "Ministers met with Tarn council members.", False),
        # The other report counts as a whole, however it writes the word.
        ("Who signed in the Skerry hall?", "They signed in the skerry.", False),
    ],
)
def test_a_name_is_what_the_question_writes_with_a_capital(question: str, other: str, expected: bool) -> None:
    assert other_lacks_asked_name(question, context(SIGNED), context(other, article="other")) is expected


def test_headline_and_outlet_have_names_too() -> None:
    question = "Who signed for Norpress?"
    assert other_lacks_asked_name(question, context(SIGNED), context(MET))
    assert not other_lacks_asked_name(question, context(SIGNED), context(MET, source="Norpress"))


def test_where_every_noun_has_a_capital_they_tell_nothing() -> None:
    german = "Der Minister hat am Dienstag in Berlin mit der Kanzlerin und ihrem Sprecher über die Preise gesprochen."
    assert not other_lacks_asked_name("Mit wem sprach der Minister über Preise?", context(german), context(MET))


def test_on_the_bundles_it_leaves_the_second_reports_that_answer() -> None:
    kept = {True: [0, 0], False: [0, 0]}
    for bundle in load_bundles(BUNDLES):
        reports = {article.id: context_of(article.model_dump(mode="json")) for article in bundle.articles}
        for item in bundle.items:
            answering = {answer.article for answer in item.answers}
            for key, other in reports.items():
                firsts = [reports[one] for one in answering if one != key]
                if firsts:
                    set_aside = any(other_lacks_asked_name(item.asked, first, other) for first in firsts)
                    kept[key in answering][set_aside] += 1
    assert kept == {True: [32, 0], False: [99, 23]}

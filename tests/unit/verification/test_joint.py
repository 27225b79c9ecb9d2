"""Sentences over several articles: what each cites, and what is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import pytest
from answer_samples import NEW, OLD, alike, passage

from assistant.retrieval.numbered import NumberedContext
from assistant.retrieval.passages import quotable
from assistant.schema.answers import DraftSentence
from assistant.schema.articles import Passage
from assistant.schema.trace import TogetherOutcome
from assistant.verification.entailment import Judged, Pair, Verdict
from assistant.verification.evidence import EvidenceFinder
from assistant.verification.joint import CheckedSentence, JointVerifier

# Numbers 1, 2 are of 2017, 3 to 5 of 2023.
CONTEXT = NumberedContext.of(
    [
        passage("The mayor opened the north bridge after 14 months of work.", 1, "old", OLD, "Courier"),
        passage("The bridge cost 4.2 million crowns.", 2, "old", OLD, "Courier"),
        passage("The mayor opened the south bridge on Monday.", 1, "new", NEW, "Herald"),
        passage("The bridge cost 6.5 million crowns, a third of it paid by the county.", 2, "new", NEW, "Herald"),
        passage("Buses, trams and bicycles may cross it.", 3, "new", NEW, "Herald"),
    ],
    10_000,
)


class Says:
    """Says of every sentence what it was told, and `otherwise` of one without `stated_by`; keeps what it was asked."""

    most_batches = None

    def __init__(
        self, stated_by: set[str] | None = None, otherwise: Verdict = Verdict.NOT_STATED, **verdicts: Verdict
    ) -> None:
        self.stated_by = stated_by
        self.otherwise = otherwise
        self.verdicts = verdicts
        self.pairs: list[Pair] = []
        self.calls = 0

    def judge(self, pairs: list[Pair], context: NumberedContext) -> list[Judged]:
        self.pairs += pairs
        self.calls += 1
        return [Judged(self._verdict(one)) for one in pairs]

    def _verdict(self, pair: Pair) -> Verdict:
        read = {passage.paragraph.id for passage in pair.passages}
        if self.stated_by is not None and not self.stated_by <= read:
            return self.otherwise
        return next((v for word, v in self.verdicts.items() if word in pair.sentence), Verdict.STATED)


def check(*sentences: tuple[str, tuple[int, ...]], says: Says | None = None) -> list[CheckedSentence]:
    verifier = JointVerifier(EvidenceFinder(alike), says or Says())
    return verifier.verify([DraftSentence(text, numbers) for text, numbers in sentences], CONTEXT)


def cited(checked: CheckedSentence) -> list[str]:
    return [part.passage.paragraph.id for part in checked.evidence]


def test_a_sentence_cites_what_it_names() -> None:
    (one,) = check(("The south bridge was opened by the mayor.", (3,)))
    assert (one.outcome, cited(one)) == (TogetherOutcome.SHOWN, ["new#p1"])


def test_a_comparison_cites_both_reports_the_older_first() -> None:
    (one,) = check(("The bridge cost 4.2 million crowns in 2017 and 6.5 million in 2023.", (4, 2)))
    assert one.outcome is TogetherOutcome.SHOWN
    assert set(cited(one)) == {"old#p2", "new#p2"}
    assert not one.reckoned


def test_a_paragraph_that_adds_nothing_is_not_cited() -> None:
    (one,) = check(("Buses and trams may cross it.", (5, 1)))
    assert cited(one) == ["new#p3"]


@pytest.mark.parametrize("numbers", [(), (99,), (1,)])
def test_wrong_numbers_or_none_are_put_right_where_the_figures_show_where(numbers: tuple[int, ...]) -> None:
    (one,) = check(("The bridge cost 6.5 million crowns, which the county paid a third of.", numbers))
    assert (one.outcome, cited(one)) == (TogetherOutcome.SHOWN, ["new#p2"])


@pytest.mark.parametrize("numbers", [(), (1,), (99,)])
def test_without_figures_what_states_it_best_is_judged_beside_what_is_named(numbers: tuple[int, ...]) -> None:
    says = Says(stated_by={"new#p3"})
    (one,) = check(("Bicycles and trams may cross.", numbers), says=says)
    assert (one.outcome, cited(one)) == (TogetherOutcome.SHOWN, ["new#p3"])
    assert says.calls == 1


def test_what_is_named_goes_first_where_both_state_it() -> None:
    (one,) = check(("The mayor opened the south bridge.", (1,)))
    assert cited(one) == ["old#p1"]


def test_one_that_declines_is_not_saved_by_other_paragraphs() -> None:
    says = Says(stated_by={"new#p3"}, otherwise=Verdict.DECLINES)
    (one,) = check(("That bicycles and trams may cross is not stated.", (1,)), says=says)
    assert one.outcome is TogetherOutcome.DECLINES
    assert len(says.pairs) == 2


def test_a_comparison_without_numbers_finds_each_of_its_figures() -> None:
    (one,) = check(("In 2017 the bridge cost 4.2 million, and in 2023 6.5 million.", ()))
    assert (one.outcome, set(cited(one))) == (TogetherOutcome.SHOWN, {"old#p2", "new#p2"})


@pytest.mark.parametrize(
    "text",
    ["The bridge cost 7.5 million crowns.", "The mayor opened the south bridge in 2019.", "It took 1,400 months."],
)
def test_a_figure_from_nowhere_is_not_shown_nor_judged(text: str) -> None:
    says = Says()
    (one,) = check((text, (3, 4)), says=says)
    assert one.outcome is TogetherOutcome.FIGURES
    assert says.pairs == []


@pytest.mark.parametrize("numbers", [(), (3,)])
def test_a_year_of_the_question_is_no_licence_for_the_other_report(numbers: tuple[int, ...]) -> None:
    (one,) = check(("In 2017 the mayor opened the south bridge.", numbers))
    # What states it best is of 2023: the year is not there.
    assert one.outcome is (TogetherOutcome.FIGURES if numbers else TogetherOutcome.NOTHING_CITED)


def test_a_difference_that_follows_is_marked_as_reckoned() -> None:
    sentence = "The second bridge was 2.3 million crowns dearer."
    (one,) = check((sentence, (2, 4)))
    assert (one.outcome, one.reckoned, cited(one)) == (TogetherOutcome.SHOWN, True, ["old#p2", "new#p2"])


def test_one_that_follows_from_what_is_not_cited_is_not() -> None:
    (one,) = check(("The second bridge was 2.3 million crowns dearer.", (4,)))
    assert one.outcome is TogetherOutcome.FIGURES


def test_the_judge_reads_all_that_is_named_and_decides() -> None:
    says = Says(closed=Verdict.NOT_STATED, price=Verdict.DECLINES)
    made = check(
        ("The mayor closed the south bridge.", (3, 5)),
        ("The paragraphs do not give the price of the trams.", (5,)),
        ("Buses may cross it.", (5,)),
        says=says,
    )
    assert [one.outcome for one in made] == [
        TogetherOutcome.NOT_STATED,
        TogetherOutcome.DECLINES,
        TogetherOutcome.SHOWN,
    ]
    assert [one.paragraph.number for one in says.pairs[0].passages] == [1, 3]


def test_nothing_found_is_nothing_shown() -> None:
    verifier = JointVerifier(EvidenceFinder(alike), Says())
    (one,) = verifier.verify([DraftSentence("They met.")], NumberedContext(()))
    assert (one.outcome, one.evidence) == (TogetherOutcome.NOTHING_CITED, ())


def test_dates_of_the_reports_may_be_said() -> None:
    (one,) = check(("The Herald reported on 22 March 2023 that the mayor opened the south bridge.", (3,)))
    assert one.outcome is TogetherOutcome.SHOWN
    assert date(2023, 3, 22) == NEW


def test_each_paragraph_is_divided_once_for_all_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    divided: Counter[str] = Counter()

    def divide(passage: Passage) -> Sequence[tuple[int, int]]:
        divided[passage.paragraph.id] += 1
        return quotable(passage)

    monkeypatch.setattr("assistant.verification.evidence.quotable", divide)
    verifier = JointVerifier(EvidenceFinder(alike), Says())
    sentences = [DraftSentence(f"The bridge cost {number} million crowns.", (2, 4)) for number in (4.2, 6.5, 7.1)]
    findings = [one.outcome for one in verifier.verify(sentences, CONTEXT)]
    assert findings == [TogetherOutcome.SHOWN, TogetherOutcome.SHOWN, TogetherOutcome.FIGURES]
    assert set(divided.values()) == {1}
    assert len(divided) == 5

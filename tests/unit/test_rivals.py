"""Which of several reports are read, asked, shown, and in which order."""

from dataclasses import replace
from datetime import date

import pytest

from assistant.gate import Verdict, report_signals
from assistant.reports import Report
from assistant.rivals import in_order, in_reading_order, select, stands_beside, worth_reading
from assistant.schema import Paragraph, Passage

OLD, MIDDLE, NEW = date(2017, 7, 4), date(2020, 1, 1), date(2023, 3, 22)
QUESTION = "What did Xi and Putin sign?"
SIGNED = "Xi and Putin signed two joint statements."


def report(published, text=SIGNED, article="a"):
    passage = Passage(Paragraph(f"{article}#p1", 1, text), article, "Talks", "TDI", published, dense_score=0.6)
    return Report((passage,), 0)


def verdict(probability, published, article="a", *, asked=1.0, text=SIGNED):
    own = report(published, text, article)
    return Verdict(own, replace(report_signals(QUESTION, own, probability), asked=asked), probability)


def chosen(question, *verdicts, threshold=0.15):
    return [v.report.published for v in select(question, verdicts, threshold)]


# worth_reading


def test_the_first_report_is_always_read():
    assert worth_reading(QUESTION, report(None, "Nothing of the kind."), [])


@pytest.mark.parametrize("unsure", [0.0, 0.5, 0.79])
def test_while_nothing_is_sure_every_report_is_read(unsure):
    assert worth_reading(QUESTION, report(OLD, "Nothing of the kind.", "b"), [verdict(unsure, NEW)])


@pytest.mark.parametrize(
    ("published", "text", "worth"),
    [
        (OLD, SIGNED, True),
        (OLD, "Xi and Putin met and did sign.", True),
        (OLD, "Xi arrived at the airport.", False),
        (OLD, "A football match was played.", False),
        (NEW, SIGNED, False),
        (None, SIGNED, False),
    ],
)
def test_beside_a_sure_report_only_one_of_another_date_that_has_as_many_words(published, text, worth):
    assert worth_reading(QUESTION, report(published, text, "b"), [verdict(0.95, NEW)]) is worth


def test_the_surest_report_decides_whatever_the_order():
    weak, sure = verdict(0.1, MIDDLE, "c"), verdict(0.95, NEW)
    other = report(OLD, "A football match was played.", "b")
    assert not worth_reading(QUESTION, other, [weak, sure])
    assert not worth_reading(QUESTION, other, [sure, weak])
    assert worth_reading(QUESTION, other, [weak])


def test_a_report_of_a_date_that_was_read_is_not_read_again():
    judged = [verdict(0.95, NEW), verdict(0.3, OLD, "b")]
    assert not worth_reading(QUESTION, report(OLD, SIGNED, "c"), judged)
    assert worth_reading(QUESTION, report(MIDDLE, SIGNED, "c"), judged)


def test_a_report_of_a_time_that_the_question_names_is_read_whatever_its_words():
    question = "What did Xi and Putin sign in 2017 and in 2023?"
    judged = [verdict(0.99, NEW)]
    assert worth_reading(question, report(OLD, "A football match was played.", "b"), judged)
    assert not worth_reading(question, report(MIDDLE, "A football match was played.", "b"), judged)


def test_what_was_passed_over_could_not_have_been_chosen():
    best = verdict(0.95, NEW)
    for text in (SIGNED, "Xi signed.", "Putin spoke.", "Nothing."):
        for published in (OLD, NEW, None):
            own = report(published, text, "b")
            if worth_reading(QUESTION, own, [best]):
                continue
            rival = Verdict(own, report_signals(QUESTION, own, 0.95), 0.95)
            best_own = replace(best, signals=report_signals(QUESTION, best.report, 0.95))
            assert select(QUESTION, [best_own, rival], 0.15) == [best_own]


# select


@pytest.mark.parametrize(
    ("question", "probabilities", "expected"),
    [
        ("When did Xi visit Moscow?", (0.9, 0.92), [NEW, OLD]),
        ("When did Xi visit Moscow?", (0.92, 0.9), [OLD, NEW]),
        ("What is the current state of their ties?", (0.9, 0.92), [NEW, OLD]),
        ("Who signed what?", (0.3, 0.98), [NEW]),
        ("Who signed what?", (0.98, 0.3), [OLD]),
        ("What was said in 2017 and in 2023?", (0.3, 0.98), [NEW, OLD]),
        ("Who signed what?", (0.05, 0.1), []),
    ],
)
def test_the_likeliest_first_and_those_about_as_likely(question, probabilities, expected):
    old, new = verdict(probabilities[0], OLD), verdict(probabilities[1], NEW, "b")
    assert chosen(question, old, new) == expected
    assert chosen(question, new, old) == expected


def test_the_threshold_holds_for_a_time_that_is_named_as_well():
    assert chosen("What was said in 2017 and in 2023?", verdict(0.1, OLD), verdict(0.98, NEW, "b")) == [NEW]


def test_a_probability_at_the_threshold_is_enough():
    assert chosen(QUESTION, verdict(0.15, OLD)) == [OLD]
    assert chosen(QUESTION, verdict(0.1499, OLD)) == []


def test_a_report_that_lacks_the_questions_words_is_no_rival():
    assert chosen(QUESTION, verdict(0.9, NEW), verdict(0.88, OLD, "b", asked=0.5)) == [NEW]


def test_of_two_reports_of_one_day_the_likelier_answers():
    assert chosen(QUESTION, verdict(0.9, NEW), verdict(0.95, NEW, "b")) == [NEW]


def test_two_reports_without_a_date_are_not_set_side_by_side():
    assert chosen(QUESTION, verdict(0.9, None), verdict(0.9, None, "b")) == [None]


def test_one_without_a_date_is_no_rival_but_may_have_one():
    assert chosen(QUESTION, verdict(0.95, None), verdict(0.94, NEW, "b")) == [None, NEW]
    assert chosen(QUESTION, verdict(0.94, None), verdict(0.95, NEW, "b")) == [NEW]


def test_three_dates_may_answer():
    assert chosen(QUESTION, verdict(0.8, OLD), verdict(0.9, MIDDLE, "b"), verdict(0.85, NEW, "c")) == [
        MIDDLE,
        NEW,
        OLD,
    ]


def test_nothing_judged_nothing_chosen():
    assert select(QUESTION, [], 0.0) == []


@pytest.mark.parametrize("certain", [0.0, 1.0])
def test_certainty_is_no_error(certain):
    assert len(chosen(QUESTION, verdict(certain, OLD), verdict(certain, NEW, "b"), threshold=0.0)) == 2


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the latest on their ties?", [NEW]),
        ("When did they last meet?", [NEW]),
        ("What came of their last meeting?", [NEW]),
        ("What did they sign recently?", [NEW]),
        ("What do they oppose now?", [NEW, OLD]),
    ],
)
@pytest.mark.parametrize("probabilities", [(0.9, 0.92), (0.92, 0.9)])
def test_where_the_latest_is_asked_for_the_newest_answers_alone(question, expected, probabilities):
    old, new = verdict(probabilities[0], OLD), verdict(probabilities[1], NEW, "b")
    assert sorted(chosen(question, old, new), reverse=True) == expected


def test_the_newest_that_does_not_say_leaves_it_to_the_older():
    assert chosen("What is the latest on their ties?", verdict(0.98, OLD), verdict(0.3, NEW, "b")) == [OLD]


def test_of_the_present_a_newer_report_need_not_have_the_words():
    now = "What is the state of their ties now?"
    assert chosen(now, verdict(0.95, OLD), verdict(0.9, NEW, "b", asked=0.4)) == [OLD, NEW]
    assert chosen(now, verdict(0.95, NEW), verdict(0.9, OLD, "b", asked=0.4)) == [NEW]
    latest = "What was the latest they said of head-of-state diplomacy?"
    assert chosen(latest, verdict(0.95, OLD), verdict(0.9, NEW, "b", asked=0.4)) == [OLD]


# stands_beside: (confidence, share of the question's words in the quoted words)


@pytest.mark.parametrize(
    ("sentence", "best", "shown"),
    [
        ((0.9, 1.0), (0.9, 1.0), True),
        ((0.95, 1.0), (0.9, 0.9), True),
        ((0.7, 1.0), (0.9, 1.0), True),
        ((0.5, 1.0), (0.9, 1.0), False),
        ((0.9, 0.86), (0.9, 1.0), True),
        ((0.9, 0.64), (0.9, 1.0), False),
        ((0.6, 1.0), (0.999, 1.0), False),
        ((0.0, 0.0), (1.0, 1.0), False),
    ],
)
def test_a_second_reports_sentence_must_answer_about_as_well(sentence, best, shown):
    assert stands_beside(QUESTION, report(OLD), sentence, report(NEW), best) is shown


def test_a_time_that_the_question_names_needs_no_comparison():
    question = "What did they sign in 2017 and in 2023?"
    assert stands_beside(question, report(OLD), (0.5, 0.1), report(NEW), (0.99, 1.0))
    assert not stands_beside(question, report(MIDDLE), (0.5, 0.1), report(NEW), (0.99, 1.0))
    assert not stands_beside(question, report(None), (0.5, 0.1), report(NEW), (0.99, 1.0))


def test_naming_one_time_compares_nothing():
    assert not stands_beside("What did they sign in 2017?", report(OLD), (0.5, 0.1), report(NEW), (0.99, 1.0))


@pytest.mark.parametrize(
    ("published", "best", "shown"),
    [(NEW, OLD, True), (OLD, NEW, False), (NEW, NEW, False), (NEW, None, False), (None, OLD, False)],
)
def test_of_the_present_a_newer_report_is_shown_beside_an_older_that_answers_better(published, best, shown):
    question = "What is the state of their ties now?"
    assert stands_beside(question, report(published), (0.5, 0.1), report(best), (0.99, 1.0)) is shown
    assert not stands_beside("What were their ties?", report(published), (0.5, 0.1), report(best), (0.99, 1.0))


# in_order


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When did Xi visit Moscow?", [OLD, MIDDLE, NEW, None]),
        ("Where is Xi now?", [NEW, MIDDLE, OLD, None]),
        ("What is the current state of their ties?", [NEW, MIDDLE, OLD, None]),
        ("What do they currently oppose?", [NEW, MIDDLE, OLD, None]),
        ("What was the latest visit?", [NEW, MIDDLE, OLD, None]),
        ("When did they meet most recently?", [NEW, MIDDLE, OLD, None]),
        ("When did they meet for the last time?", [NEW, MIDDLE, OLD, None]),
        ("What is known of the visit?", [OLD, MIDDLE, NEW, None]),
        ("Which currents run there?", [OLD, MIDDLE, NEW, None]),
    ],
)
def test_oldest_first_or_newest_first_and_undated_last(question, expected):
    for days in ([OLD, MIDDLE, NEW, None], [None, NEW, OLD, MIDDLE]):
        assert sorted(days, key=lambda day: in_order(question, day)) == expected


def test_reports_are_read_as_found_or_newest_first_where_the_present_is_asked():
    found = [report(OLD), report(None), report(NEW)]
    assert [r.published for r in in_reading_order("What did they sign?", found)] == [OLD, None, NEW]
    assert [r.published for r in in_reading_order("What is the latest news?", found)] == [NEW, OLD, None]

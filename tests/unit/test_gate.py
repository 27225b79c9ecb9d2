from dataclasses import replace
from datetime import date

import pytest

from assistant.gate import Gate, Verdict, Written, report_signals, select, sentence_signals
from assistant.prompts import Prompts
from assistant.reports import Report, group, put_to
from assistant.schema import Paragraph, Passage, Quote
from assistant.settings import PROJECT
from assistant.support import Evidence


class YesModel:
    """Says yes with a fixed probability and remembers what it was asked."""

    def __init__(self, p):
        self.p = p
        self.asked = []

    def probability_yes(self, messages):
        self.asked.append(messages)
        return self.p


def passage(text="Xi and Putin signed two joint statements.", published=date(2023, 3, 22), article="a", number=1):
    return Passage(
        Paragraph(f"{article}#p{number}", number, text), article, "A title", "TDI", published, dense_score=0.6
    )


def verdict(probability, published, article="a"):
    report = Report((passage(published=published, article=article),), 0)
    return Verdict(report, report_signals("q", report, probability), probability)


def test_the_models_probability_moves_the_verdict():
    prompts = Prompts(PROJECT / "prompts")
    report = Report((passage(),), 0)
    low = Gate(YesModel(0.05), prompts).judge("What did Xi and Putin sign?", report)
    high = Gate(YesModel(0.97), prompts).judge("What did Xi and Putin sign?", report)
    assert low.probability < high.probability


def test_the_gate_reads_outlet_date_and_paragraphs():
    model = YesModel(0.9)
    Gate(model, Prompts(PROJECT / "prompts")).judge("What?", Report((passage(),), 0))
    shown = model.asked[0][-1]["content"]
    assert "TDI, 22 March 2023" in shown
    assert "signed two joint statements" in shown


def test_names_that_the_report_lacks_are_counted():
    signals = report_signals("What did Xi say about Ukraine and Taiwan in 1999?", Report((passage(),), 0), 0.5)
    assert signals.unknown_names == 3
    assert signals.asked < 0.5


def test_the_date_over_a_report_counts_as_known():
    signals = report_signals("What did Xi and Putin sign in March 2023?", Report((passage(),), 0), 0.5)
    assert signals.unknown_names == 0
    assert signals.asked == 1.0


def test_certainty_is_finite():
    report = Report((passage(),), 0)
    assert abs(report_signals("q", report, 0.0).yes) < 20
    assert abs(report_signals("q", report, 1.0).yes) < 20


def test_a_quote_that_lacks_what_was_asked_about_says_so():
    own = passage("They discussed Syria. They signed two statements.")
    report = report_signals("What did they sign on Syria?", Report((own,), 0), 0.9)
    evidence = (Evidence(own, Quote("They signed two statements.", 22, 49), 1.0),)
    written = Written("They signed two statements.", evidence, evidence)
    signals = sentence_signals("What did they sign on Syria?", report, written)
    assert signals.unknown_names == 0
    assert signals.unquoted_names == 1
    assert signals.quoted < 1


OLD, NEW = date(2017, 7, 4), date(2023, 3, 22)


@pytest.mark.parametrize(
    ("question", "probabilities", "expected"),
    [
        ("When did Xi visit Moscow?", (0.9, 0.92), [OLD, NEW]),
        ("What is the current state of their ties?", (0.9, 0.92), [NEW, OLD]),
        ("Who signed what?", (0.3, 0.98), [NEW]),
        ("What was said in 2017 and in 2023?", (0.3, 0.98), [OLD, NEW]),
        ("Who signed what?", (0.05, 0.1), []),
    ],
)
def test_reports_are_chosen_by_probability_and_ordered_by_date(question, probabilities, expected):
    verdicts = [verdict(probabilities[0], OLD), verdict(probabilities[1], NEW, "b")]
    assert [v.report.published for v in select(question, verdicts, 0.2)] == expected


def test_a_report_that_lacks_the_questions_words_is_no_rival():
    likely, lacking = verdict(0.9, NEW), verdict(0.88, OLD, "b")
    likely = replace(likely, signals=replace(likely.signals, asked=1.0))
    lacking = replace(lacking, signals=replace(lacking.signals, asked=0.5))
    assert select("Who signed what?", [likely, lacking], 0.2) == [likely]


def test_two_reports_without_a_date_are_not_set_side_by_side():
    verdicts = [verdict(0.9, None), verdict(0.9, None, "b")]
    assert len(select("Who?", verdicts, 0.2)) == 1


def test_passages_are_grouped_by_article_in_reading_order():
    found = [passage(article="b", number=3), passage(article="a", number=2), passage(article="b", number=1)]
    reports = group(found)
    assert [report.passages[0].article_id for report in reports] == ["b", "a"]
    assert [p.paragraph.number for p in reports[0].passages] == [1, 3]


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("who opposed it", "Who opposed it?"),
        ("Who opposed it?", "Who opposed it?"),
        ("State their position.", "State their position."),
        (
            "What was agreed in 2017 and what in 2023?",
            "What was agreed in 2017 and what in 2023? (Only the part about 2023.)",
        ),
    ],
)
def test_a_report_is_asked_a_whole_question_about_its_own_time(question, asked):
    assert put_to(question, Report((passage(),), 0)) == asked

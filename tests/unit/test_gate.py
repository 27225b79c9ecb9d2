from datetime import date

import pytest

from assistant.gate import Gate, Written, coverage, report_signals, sentence_signals
from assistant.prompts import Prompts
from assistant.reports import Report, group, put_to
from assistant.schema import Paragraph, Passage, Quote
from assistant.settings import PROJECT
from assistant.support import Evidence
from assistant.words import stems


class YesModel:
    """Says yes with a fixed probability and remembers what it was asked."""

    def __init__(self, p):
        self.p = p
        self.asked = []
        self.prefixes = []

    def probability_yes(self, messages, *, prefix=None):
        self.prefixes.append(prefix)
        self.asked.append(messages)
        return self.p


def passage(text="Xi and Putin signed two joint statements.", published=date(2023, 3, 22), article="a", number=1):
    return Passage(
        Paragraph(f"{article}#p{number}", number, text), article, "A title", "TDI", published, dense_score=0.6
    )


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


def test_a_report_that_is_read_whole_begins_every_prompt_the_same():
    model, prompts = YesModel(0.9), Prompts(PROJECT / "prompts")
    report = Report((passage(),), 0, whole=True)
    for question in ("What did they sign?", "Where?"):
        Gate(model, prompts).judge(question, report)
    assert len(set(model.prefixes)) == 1
    prefix = model.prefixes[0]
    assert all(asked[-1]["content"].startswith(prefix) for asked in model.asked)
    assert "signed two joint statements" in prefix
    assert "Where" not in prefix
    assert prefix == report.prefix(prompts, "answer")


def test_a_report_of_excerpts_has_no_beginning_to_keep():
    model = YesModel(0.9)
    Gate(model, Prompts(PROJECT / "prompts")).judge("What?", Report((passage(),), 0))
    assert model.prefixes == [None]


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


def test_passages_are_grouped_by_article_in_reading_order():
    found = [passage(article="b", number=3), passage(article="a", number=2), passage(article="b", number=1)]
    reports = group(found)
    assert [report.passages[0].article_id for report in reports] == ["b", "a"]
    assert [p.paragraph.number for p in reports[0].passages] == [1, 3]


@pytest.mark.parametrize(
    ("question", "text", "share", "unknown"),
    [
        ("What did Xi and Putin sign?", "Xi and Putin signed it.", 1.0, 0),
        ("What did Xi and Putin sign?", "Xi signed it.", 2 / 3, 1),
        ("What did Xi and Putin sign?", "", 0.0, 2),
        ("Did the United Nations sign?", "The UN signed.", 1 / 3, 0),
        ("Who signed seven papers?", "He signed 7 papers.", 1.0, 0),
        ("Who signed in 2017 and in 2023?", "He signed.", 1 / 3, 0),
        ("Who signed in 2017?", "He signed.", 1 / 2, 1),
        ("Why?", "anything", 1.0, 0),
    ],
)
def test_coverage_is_the_share_of_words_and_the_number_of_names_missing(question, text, share, unknown):
    assert coverage(question, stems(text)) == (pytest.approx(share), unknown)


def test_a_sentence_is_judged_by_what_is_shown_and_by_what_was_written():
    report = report_signals("How many statements did Xi sign?", Report((passage(),), 0), 0.9)
    own = passage()
    text = own.paragraph.text
    failed = (Evidence(own, Quote(text, 0, len(text)), 0.0, ("'seven' is not stated",)),)
    shown = (Evidence(own, Quote(text, 0, len(text)), 1.0),)
    signals = sentence_signals(
        "How many statements did Xi sign?", report, Written("Xi signed seven statements.", failed, shown, verbatim=True)
    )
    assert (signals.support, signals.inventions, signals.verbatim) == (0.0, 1.0, 1.0)
    assert signals.quoted == pytest.approx(1.0 - 1 / 4)
    assert signals.misfit == 0.0


def test_confidence_falls_with_what_was_invented_and_with_a_doubting_model():
    question = "How many statements did Xi sign?"
    own = passage()
    text = own.paragraph.text
    good = (Evidence(own, Quote(text, 0, len(text)), 1.0),)
    bad = (Evidence(own, Quote(text, 0, len(text)), 0.0, ("'seven' is not stated", "'Oslo' is not named")),)
    sure, doubting = (Gate(YesModel(p), Prompts(PROJECT / "prompts")) for p in (0.97, 0.2))
    report = Report((own,), 0)
    held = Written("Xi signed two statements.", good, good)
    replaced = Written("Xi signed seven statements in Oslo.", bad, good, verbatim=True)
    confidence = {
        (gate is sure, written is held): gate.confirm(question, gate.judge(question, report), written)[0]
        for gate in (sure, doubting)
        for written in (held, replaced)
    }
    assert all(0 < value < 1 for value in confidence.values())
    assert confidence[True, True] > confidence[True, False] > confidence[False, False]
    assert confidence[True, True] > confidence[False, True]


def test_the_model_is_asked_once_a_report_and_never_for_a_sentence():
    model = YesModel(0.9)
    gate = Gate(model, Prompts(PROJECT / "prompts"))
    verdict = gate.judge("What did Xi sign?", Report((passage(),), 0))
    gate.confirm("What did Xi sign?", verdict, Written("Xi signed two statements.", (), ()))
    assert len(model.asked) == 1


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

"""The record of how an answer came about."""

import json
from datetime import date

import pytest

from assistant.gate import SentenceSignals, Verdict, Written, report_signals
from assistant.reports import Report
from assistant.schema import Paragraph, Passage, Quote
from assistant.support import Evidence
from assistant.trail import BETTER, NOT_SUPPORTED, REPEATED, SHOWN, UNLIKELY, Trail

DAY = date(2023, 3, 22)
SIGNALS = SentenceSignals(**dict.fromkeys(SentenceSignals.__slots__, 0.5) | {"yes": 1.23456})


def passage(number=9, text="Xi and Putin signed two joint statements.", published=DAY, source="TDI"):
    return Passage(
        Paragraph(f"tdi#p{number}", number, text), "tdi", "Talks", source, published, "Xinhua", 0.03, 0.61234, None
    )


def evidence(*problems, support=1.0):
    own = passage()
    return Evidence(own, Quote(own.paragraph.text[:20], 0, 20), support, problems)


def plain(value):
    """True for what JSON holds without help: no dates, tuples or objects."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(plain, value))
    return value is None or type(value) in (str, int, float, bool)


@pytest.fixture
def full():
    trail = Trail()
    trail.part("What did Xi sign?")
    trail.retrieved([passage(), passage(1, "He came.", None, None)])
    report = Report((passage(1), passage(9)), 0, frozenset({"xi"}))
    trail.judged(Verdict(report, report_signals("What did Xi sign?", report, 0.9), 0.876543))
    trail.checked(Written("Xi signed seven.", (evidence("'seven' is not stated", support=0.0),), (evidence(),)))
    trail.checked(
        Written("“Xi signed.”", (evidence(support=0.98765),), (evidence(support=0.98765),), verbatim=True),
        confidence=0.912345,
        signals=SIGNALS,
    )["outcome"] = SHOWN
    trail.part("Where?")
    return trail


def test_it_is_plain_json_and_survives_a_round_trip(full):
    record = full.to_dict(0.5)
    assert plain(record)
    assert json.loads(json.dumps(record, allow_nan=False)) == record


def test_parts_come_in_order_each_with_its_own(full):
    record = full.to_dict(0.5)
    assert record["threshold"] == 0.5
    assert [part["question"] for part in record["parts"]] == ["What did Xi sign?", "Where?"]
    first, second = record["parts"]
    assert (len(first["passages"]), len(first["reports"]), len(first["sentences"])) == (2, 1, 2)
    assert (second["passages"], second["reports"], second["sentences"]) == ([], [], [])


def test_passages_have_both_scores_or_none(full):
    found, undated = full.to_dict(0.5)["parts"][0]["passages"]
    assert (found["paragraph_id"], found["published"], found["via"]) == ("tdi#p9", "2023-03-22", "Xinhua")
    assert (found["dense_score"], found["bm25_score"]) == (0.6123, None)
    assert (undated["published"], undated["source"]) == (None, None)


def test_a_verdict_names_the_report_and_every_signal(full):
    (report,) = full.to_dict(0.5)["parts"][0]["reports"]
    assert (report["article_id"], report["title"], report["source"]) == ("tdi", "Talks", "TDI")
    assert (report["published"], report["paragraphs"], report["probability"]) == ("2023-03-22", [1, 9], 0.8765)
    assert set(report["signals"]) == {"yes", "asked", "unknown_names", "similarity"}
    assert report["signals"]["yes"] == pytest.approx(2.1972)


def test_an_undated_report_is_no_error():
    trail = Trail()
    trail.part("q")
    report = Report((passage(published=None, source=None),), 0)
    trail.judged(Verdict(report, report_signals("q", report, 0.5), 0.5))
    (entry,) = trail.to_dict(0.5)["parts"][0]["reports"]
    assert (entry["published"], entry["source"]) == (None, None)


def test_a_draft_is_unsupported_until_its_outcome_is_known(full):
    failed, shown = full.to_dict(0.5)["parts"][0]["sentences"]
    assert failed["outcome"] == NOT_SUPPORTED
    assert (failed["confidence"], failed["signals"], failed["quotation"]) == (None, {}, False)
    assert shown["outcome"] == SHOWN
    assert (shown["confidence"], shown["quotation"]) == (0.9123, True)
    assert set(shown["signals"]) == set(SentenceSignals.__slots__)
    assert shown["signals"]["yes"] == 1.2346
    assert shown["evidence"] == [
        {"paragraph_id": "tdi#p9", "quote": passage().paragraph.text[:20], "support": 0.9877, "problems": []}
    ]


def test_the_problems_of_a_failed_draft_are_told():
    trail = Trail()
    trail.part("q")
    bad = (evidence("'seven' is not stated", "'Oslo' is not named", support=0.0),)
    entry = trail.checked(Written("Xi signed seven in Oslo.", bad, bad))
    assert entry["evidence"][0]["problems"] == ["'seven' is not stated", "'Oslo' is not named"]
    assert entry["draft"] == "Xi signed seven in Oslo."


def test_a_draft_with_no_evidence_at_all_is_no_error():
    trail = Trail()
    trail.part("q")
    assert trail.checked(Written("Xi signed.", (), ()))["evidence"] == []


def test_the_outcomes_are_words_for_a_reader_and_differ():
    outcomes = [SHOWN, NOT_SUPPORTED, UNLIKELY, REPEATED, BETTER]
    assert len(set(outcomes)) == 5
    assert all(outcome == outcome.strip() and outcome[0].islower() for outcome in outcomes)

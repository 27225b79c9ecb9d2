"""What is measured of answers to bundles, with answers that must pass beside answers that must not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bundle_builders import given, small, write_bundle

from evals.datasets.bundle_cases import cases_of
from evals.datasets.bundles import Bundle, Item, load_bundle, load_bundles
from evals.datasets.news import BUNDLES, LONG
from evals.schema import Case, GoldQuote, Result, Score
from evals.scorers import score
from evals.scorers.citations_state import citations_state
from evals.scorers.common import said
from evals.scorers.date_confusion import date_confusion
from evals.scorers.right import right
from evals.scorers.right_and_direct import indirectness, right_and_direct
from evals.scorers.rightly_refused import rightly_refused
from evals.scorers.support_rate import support_rate

Asked = tuple[Case, Item, Bundle]


@pytest.fixture
def asked(tmp_path: Path) -> dict[str, Asked]:
    bundle = load_bundle(write_bundle(tmp_path, small()))
    return {case.category: (case, item, bundle) for case, item in zip(cases_of([bundle]), bundle.items, strict=True)}


def value(found: Score | None) -> float | None:
    return None if found is None else found.value


def answer(asked: Asked, *chosen: int, **changes: Any) -> Result:
    case, item, bundle = asked
    return given(case, bundle, [item.answers[place] for place in chosen], **changes)


def saying(asked: Asked, text: str, **row: Any) -> Result:
    """The first answer's citations under another text."""
    result = answer(asked, 0)
    assert result.answer is not None
    (first,) = result.answer["sentences"]
    return replace(result, answer={**result.answer, "sentences": [{**first, "text": text, **row}]})


@pytest.mark.parametrize(
    ("kind", "chosen", "expected"),
    [
        ("who", [0], 1),
        ("both", [0], 0),
        ("both", [1], 0),
        ("both", [0, 1], 1),
        ("latest", [0], 1),
        ("latest", [1], 0),
        ("number", [0], 1),
        ("number", [1], 0),
    ],
)
def test_which_answers_a_type_needs(asked: dict[str, Asked], kind: str, chosen: list[int], expected: float) -> None:
    assert value(right(answer(asked[kind], *chosen))) == expected


def test_an_alternative_needs_all_of_its_points(asked: dict[str, Asked]) -> None:
    assert value(right(saying(asked["number"], "It failed, it was said on Friday."))) == 1
    assert value(right(saying(asked["number"], "It has failed."))) == 0


def bundled() -> list[tuple[Case, Item, Bundle]]:
    return [
        (case, item, bundle)
        for bundle in [*load_bundles(BUNDLES), *load_bundles(LONG)]
        for case, item in zip(cases_of([bundle]), bundle.items, strict=True)
        if item.answerable
    ]


def test_every_good_answer_of_the_bundles_passes() -> None:
    names = ("right", "right_and_direct", "citations_state", "support_rate", "citation_precision", "citation_recall")
    failed = []
    for case, item, bundle in bundled():
        answers = item.answers if item.type == "both" else item.answers[:1]
        scores = score(given(case, bundle, answers))
        failed += [(case.id, name, scores[name]) for name in names if value(scores.get(name)) != 1]
    assert failed == []


def test_no_unsupported_sentence_of_the_bundles_passes() -> None:
    passed = []
    for case, item, bundle in bundled():
        for told in item.unsupported:
            wrong = given(case, bundle, [item.answers[0].model_copy(update={"text": told.text})])
            passed += [(case.id, told.text)] if value(right(wrong)) else []
    assert passed == []


def test_what_a_good_answer_denies_may_be_denied(asked: dict[str, Asked]) -> None:
    case, *rest = asked["who"]
    no_torch = replace(case, answers=(("torch",),), references=("He had been given no torch.",))
    with_torch = replace(case, answers=(("torch",),), references=("He had been given a torch.",))
    text = "The lawyer said he had no torch."
    assert value(right(saying((no_torch, *rest), text))) == 1
    assert value(right(saying((with_torch, *rest), text))) == 0


def test_a_figure_stands_for_its_millions_in_bundles_alone(asked: dict[str, Asked]) -> None:
    case, *rest = asked["who"]
    priced = replace(case, answers=(("38.4",),), rejects=("navy bears 80",), references=())
    for text, expected in (
        ("It costs 38.4 million euros.", 1),
        ("It costs €38.4m.", 1),
        ("It costs 38 million euros.", 0),
        ("It costs 138.4 million euros.", 0),
        ("It costs 38.4 million, of which the navy bears 80 million.", 0),
    ):
        assert value(right(saying((priced, *rest), text))) == expected, text
    assert value(right(saying((replace(priced, by_figure=False), *rest), "It costs 38.4 million euros."))) == 0


def test_bylines_and_marks_are_no_part_of_what_is_matched(asked: dict[str, Asked]) -> None:
    case, *rest = asked["who"]
    counted = replace(case, answers=(("1", "one"),), rejects=("2021",), references=())
    result = saying((counted, *rest), "Ada Brown lit it.", byline="Coast Weekly, 4 March 2021")
    assert result.answer is not None
    shown = replace(result, answer={**result.answer, "answer": "Coast Weekly, 4 March 2021: Ada Brown lit it [1]."})
    assert said(shown.answer or {}) == "Ada Brown lit it."
    found = right(shown)
    assert found is not None
    assert (found.value, "does not state '1'" in found.explanation) == (0, True)


def test_an_answer_without_sentences_is_read_without_its_marks() -> None:
    assert said({"answer": "Two [1] of them [12]."}) == "Two of them."


@pytest.mark.parametrize(
    ("text", "row", "fault"),
    [
        pytest.param("Ada Brown lit the lamp again.", {}, None, id="short"),
        pytest.param("Ada Brown " + "lit it " * 21 + "again", {}, None, id="45 words"),
        pytest.param("Ada Brown " + "lit it " * 22, {}, "46 words", id="46 words"),
        pytest.param("“It was Ada Brown.”", {"quoted": True}, "shows a sentence of the article", id="a quotation"),
        pytest.param("Ada Brown “lit it with one match on a Monday”.", {}, None, id="8 words quoted"),
        pytest.param("Ada Brown “lit it with one match on a dark Monday”.", {}, "9 words in quot", id="9 words quoted"),
        pytest.param('Ada Brown "lit it with one match on a dark Monday".', {}, "9 words in quot", id="straight marks"),
        pytest.param("Ada Brown ‘lit it with one match on a dark Monday’.", {}, "9 words in quot", id="single marks"),
        pytest.param(
            "Ada Brown’s lamp was lit and the office’s boat, the keepers’ own, came.", {}, None, id="apostrophes"
        ),
        pytest.param("“One” and Ada Brown lit the lamp of Skerry once again “two”.", {}, None, id="between quotations"),
    ],
)
def test_what_is_direct(asked: dict[str, Asked], text: str, row: Mapping[str, Any], fault: str | None) -> None:
    case, item, bundle = asked["who"]
    result = saying((case, item, bundle), text, **row)
    assert result.answer is not None
    found = indirectness(result.answer)
    assert (found is None) if fault is None else (found is not None and found.startswith(fault))
    both = right_and_direct(result)
    assert value(both) == float(fault is None)


def test_directness_counts_for_right_answers_with_something_to_compare(asked: dict[str, Asked]) -> None:
    case, *rest = asked["who"]
    assert value(right_and_direct(saying((case, *rest), "Tom Reed lit it."))) == 0
    assert value(right_and_direct(given(case, rest[1], []))) == 0, "a refusal"
    assert right_and_direct(saying((replace(case, references=()), *rest), "Ada Brown.")) is None
    assert right_and_direct(given(asked["follow_up_outside"][0], rest[1], [])) is None
    assert value(right_and_direct(Result(case, None, error="lost"))) is None


@pytest.mark.parametrize(
    ("start", "end", "paragraph", "expected"),
    [
        pytest.param(0, 23, "s-01/a1#p1", 0, id="ends where the gold quote begins"),
        pytest.param(0, 24, "s-01/a1#p1", 1, id="its first character"),
        pytest.param(54, 56, "s-01/a1#p1", 1, id="its last character"),
        pytest.param(55, 56, "s-01/a1#p1", 0, id="begins where it ends"),
        pytest.param(23, 55, "s-01/a1#p2", 0, id="the same place of another paragraph"),
    ],
)
def test_a_quote_must_share_a_character_with_a_gold_quote(
    asked: dict[str, Asked], start: int, end: int, paragraph: str, expected: float
) -> None:
    case, _, bundle = asked["who"]
    text = bundle.article("a1").paragraphs[0]
    assert (text.index(case.quotes[0].text), text.index(".")) == (23, 55)
    result = answer(asked["who"], 0)
    assert result.answer is not None
    result.answer["citations"][0].update(start=start, end=end, paragraph_id=paragraph)
    assert value(citations_state(result)) == expected
    assert value(support_rate(result)) == expected


def test_every_place_of_a_repeated_gold_quote_counts(asked: dict[str, Asked]) -> None:
    case, *rest = asked["who"]
    result = answer((replace(case, quotes=(GoldQuote("s-01/a1#p1", "lamp"),)), *rest), 0)
    assert result.answer is not None
    result.answer["citations"][0].update(text="The lamp, the lamp.", start=14, end=18, quote="lamp")
    assert value(citations_state(result)) == 1


def test_citations_are_judged_of_right_answers_alone(asked: dict[str, Asked]) -> None:
    case, *rest = asked["who"]
    assert citations_state(saying((case, *rest), "Tom Reed lit it.")) is None
    assert citations_state(given(case, rest[1], [])) is None
    assert citations_state(answer((replace(case, quotes=()), *rest), 0)) is None
    assert value(citations_state(answer(asked["who"], 0, citations=[]))) == 0


def test_support_is_a_share_of_the_shown_sentences(asked: dict[str, Asked]) -> None:
    assert value(support_rate(answer(asked["both"], 0, 1))) == 1
    # of the latest the older report's words are not what states it
    assert value(support_rate(answer(asked["latest"], 0, 1))) == 0.5
    uncited = answer(asked["both"], 0, 1)
    assert uncited.answer is not None
    uncited.answer["sentences"][0]["citations"] = []
    assert value(support_rate(uncited)) == 0.5


def test_support_is_not_the_products_own_number(asked: dict[str, Asked]) -> None:
    result = answer(asked["who"], 0)
    assert result.answer is not None
    result.answer["sentences"][0]["support"] = 0.0
    assert value(support_rate(result)) == 1
    assert support_rate(given(asked["who"][0], asked["who"][2], [])) is None
    assert support_rate(given(asked["follow_up_outside"][0], asked["who"][2], [])) is None


def test_the_other_reports_value_is_a_confusion_unless_the_answer_is_right(asked: dict[str, Asked]) -> None:
    assert value(date_confusion(answer(asked["latest"], 1))) == 1
    assert value(date_confusion(answer(asked["latest"], 0, 1))) == 0
    assert value(date_confusion(saying(asked["latest"], "It is still burning."))) == 1
    assert value(date_confusion(saying(asked["latest"], "Nobody knows."))) == 0
    assert date_confusion(given(asked["latest"][0], asked["latest"][2], [])) is None


def test_a_refusal_that_names_what_is_rejected(asked: dict[str, Asked]) -> None:
    case, _, bundle = asked["follow_up_outside"]
    assert value(rightly_refused(given(case, bundle, []))) == 1
    assert value(rightly_refused(given(case, bundle, [], answer="Not said, but nine pounds."))) == 0

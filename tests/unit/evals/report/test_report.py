"""The HTML report: says the numbers, fetches nothing, and treats all that it shows as text."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from assistant.answering.confidence import label
from assistant.errors import UsageError
from assistant.schema.answers import Turn
from evals.report.page import render_report, write_json, write_report
from evals.runs.records import read_run, run_to_dict
from evals.schema import DEVELOPMENT, HELD_OUT, Case, Result, Run, Score, split_of

HOSTILE = "</title></style><script src=https://evil.test/x.js></script><img src=//evil.test onerror=x()>\"'{{7*7}}"
TEXT = "Moscow: Xi & Putin signed two joint statements on Wednesday."
QUOTE = "Xi & Putin signed two joint statements"
VOID = {"meta", "br", "img", "link", "input"}


class Page(HTMLParser):
    """Elements with their attributes; asserts on the way that every element is closed in turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.marks: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.text.append(data)
            if self._open[-1] == "mark":
                self.marks.append(data)

    def having(self, tag: str, name: str, value: str) -> list[dict[str, str | None]]:
        return [found for each, found in self.elements if each == tag and value in (found.get(name) or "").split()]


def identifier(split: str, number: int = 0) -> str:
    return [name for name in (f"case-{n}" for n in range(100)) if split_of(name) == split][number]


def answered(case: Case, right: float, *, text: str = TEXT, quote: str = QUOTE, **extra: Any) -> Result:
    start = max(0, text.find(quote))
    citation = {
        "number": 1,
        "article_id": "a",
        "title": "Talks",
        "source": "TDI",
        "via": None,
        "published": "2023-03-22",
        "paragraph": 9,
        "paragraph_id": "a#p9",
        "text": text,
        "quote": quote,
        "start": start,
        "end": start + len(quote),
    }
    answer = {
        "question": case.question,
        "standalone_question": case.question,
        "answer": "Two [1].",
        "refused": False,
        "refusal_reason": None,
        "confidence": 0.87,
        "closest": [],
        "model": "embedded",
        "sentences": [{"text": "Two.", "citations": [1], "support": 0.9}],
        "citations": [citation],
        "timings_ms": {"first_token": 400, "total": 1250},
        **extra,
    }
    scores = {
        "right": Score(right, "states 'two'"),
        "citation_precision": Score(1.0, "every citation"),
        "seconds_first_token": Score(0.4),
        "seconds_total": Score(1.25),
    }
    return Result(case, answer, passages=({**citation, "score": 0.1},), scores=scores)


def case(split: str = HELD_OUT, number: int = 0, **changes: Any) -> Case:
    values: dict[str, Any] = {
        "question": "How many statements?",
        "category": "plain",
        "answers": (("two", "2"),),
        "gold": (("a#p9",),),
    }
    return Case(identifier(split, number), **{**values, **changes})


def run_of(*results: Result, model: str = "embedded", **provenance: Any) -> Run:
    made_with = {
        "date": "2026-11-22T01:00:00+00:00",
        "model": {"name": model, "sha256": "cc32"},
        "git": None,
    }
    return Run(results, {**made_with, **provenance})


def assert_harmless(html: str) -> Page:
    page = Page(html)
    assert not {"script", "iframe", "object", "link", "base", "form"} & {tag for tag, _ in page.elements}
    for tag, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes), (tag, attributes)
        for name in ("src", "href", "srcset", "action", "data"):
            assert (attributes.get(name) or "#").startswith("#"), (tag, attributes)
    style = html[html.index("<style>") : html.index("</style>")]
    assert not re.search(r"url\(|@import|https?:|//", style)
    return page


def test_the_page_says_the_numbers_with_interval_and_n() -> None:
    results = [answered(case(HELD_OUT, n), float(n > 0)) for n in range(4)]
    page = assert_harmless(render_report(run_of(*results)))
    text = " ".join(" ".join(page.text).split())
    assert "right answers 0.75 0.30–0.95 n 4" in text
    assert "seconds to answer (median, quartiles) 1.25 s" in text
    assert "model embedded · 4 answers · 1 failing · 2026-11-22" in text
    assert "held-out" in text
    assert DEVELOPMENT not in [part.strip() for part in page.text], "a half without cases has no column"
    assert "model · sha256" in text
    assert "cc32" in text


def test_a_policy_forbids_every_fetch() -> None:
    page = Page(render_report(run_of(answered(case(), 1.0))))
    (policy,) = [found["content"] for tag, found in page.elements if found.get("http-equiv")]
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_failing_cases_come_first_and_can_be_shown_alone() -> None:
    results = [
        answered(case(HELD_OUT, n, category=name), right)
        for n, (name, right) in enumerate([("plain", 1.0), ("date", 0.0), ("plain", 1.0)])
    ]
    html = render_report(run_of(*results))
    page = Page(html)
    shown = page.having("details", "class", "case")
    assert [("failing" in (each["class"] or "")) for each in shown] == [True, False, False]
    links = {found.get("href") for tag, found in page.elements if tag == "a"}
    assert {"#all", "#failing", "#category-0", "#category-1"} <= links
    ids = [found["id"] for _, found in page.elements if "id" in found]
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in links if link} <= set(ids)
    assert "#failing:target ~ .case:not(.failing) { display: none; }" in html


def test_a_case_shows_its_quote_in_the_whole_paragraph() -> None:
    asked = case(history=(Turn("user", "What happened in Moscow?"),), rejects=("three",))
    page = Page(render_report(run_of(answered(asked, 1.0))))
    text = " ".join(" ".join(page.text).split())
    assert page.marks == [QUOTE]
    for part in (
        "user: What happened in Moscow?",
        "Two. [1]",
        "two / 2",
        "Wrong if it says: three",
        "[1] TDI · 2023-03-22 · Talks · a#p9",
        "on Wednesday.",
        "★ TDI",
        "states 'two'",
        "confidence 0.87",
        "total 1.25 s",
    ):
        assert part in text
    assert page.having("figure", "id", "case-0-1")
    assert page.having("a", "href", "#case-0-1")


@pytest.mark.parametrize(("start", "end"), [(0, 5), (-40, -2), (10, 9999), (20, 10)])
def test_a_quote_that_is_not_there_is_not_highlighted(start: int, end: int) -> None:
    made = answered(case(), 1.0)
    assert made.answer is not None
    made.answer["citations"][0].update(start=start, end=end)
    page = Page(render_report(run_of(made)))
    assert page.marks == []
    assert any("does not stand there" in part for part in page.text)
    assert TEXT in "".join(page.text)


def test_refusals_errors_and_missed_paragraphs_are_told() -> None:
    refused = answered(case(HELD_OUT, 1), 0.0, refused=True, refusal_reason="Not said.", sentences=[], citations=[])
    broken = Result(case(HELD_OUT, 2, gold=(("b#p1",),)), None, error="timed out", scores={})
    due = Result(case(HELD_OUT, 3, answers=(), gold=(), unanswerable=True), None, scores={})
    text = " ".join(" ".join(Page(render_report(run_of(refused, broken, due))).text).split())
    for part in (
        "Refused. Not said.",
        "Error: timed out",
        "Stated in, but not found: b#p1",
        "A refusal: the articles",
    ):
        assert part in text
    assert "✗ not judged" in text
    assert "✗ wrong" in text


def test_other_runs_stand_beside_ours() -> None:
    theirs = run_of(answered(case(), 0.0, answer="Three."), model="CitationQueryEngine")
    page = assert_harmless(render_report(run_of(answered(case(), 1.0)), others={"baseline": theirs}))
    heads = [found.get("scope") for tag, found in page.elements if tag == "th"]
    assert "colgroup" in heads
    text = " ".join(" ".join(page.text).split())
    assert "ours baseline" in text
    assert "right answers 1.00 0.21–1.00 n 1 0.00 0.00–0.79 n 1" in text
    assert "baseline ✗ wrong Three." in text
    assert "CitationQueryEngine" in text


def test_another_run_may_bear_our_name() -> None:
    page = Page(render_report(run_of(answered(case(), 1.0)), others={"ours": run_of(answered(case(), 0.0))}))
    assert {"this run", "ours"} <= {part.strip() for part in page.text}


def test_hostile_text_stays_text_everywhere() -> None:
    quoted = f"before {HOSTILE} after"
    asked = Case(
        HOSTILE,
        HOSTILE,
        HOSTILE,
        history=(Turn(HOSTILE, HOSTILE),),
        answers=((HOSTILE,),),
        rejects=(HOSTILE,),
        gold=((HOSTILE,), ("a#p9",)),
    )
    made = answered(
        asked,
        0.0,
        text=quoted,
        quote=HOSTILE,
        answer=HOSTILE,
        standalone_question=f"{HOSTILE}?",
        refused=True,
        refusal_reason=HOSTILE,
        model=HOSTILE,
    )
    assert made.answer is not None
    made.answer["sentences"][0]["text"] = HOSTILE
    made.answer["timings_ms"][HOSTILE] = 5
    passage = dict(made.passages[0])
    for place in (made.answer["citations"][0], passage):
        place.update(title=HOSTILE, source=HOSTILE, via=HOSTILE, published=HOSTILE, paragraph_id=HOSTILE)
    scores = {"right": Score(0.0, HOSTILE), HOSTILE: Score(0.5, HOSTILE)}
    hostile = Result(asked, made.answer, (passage,), error=HOSTILE, scores=scores)
    run = run_of(hostile, model=HOSTILE, **{HOSTILE: HOSTILE})
    html = render_report(run, others={HOSTILE: run})
    page = assert_harmless(html)
    assert page.marks == [HOSTILE]
    assert "{{7*7}}" in html, "text is never taken for a template"
    assert "<script" not in html
    assert "<img" not in html


def test_the_pictures_are_well_formed() -> None:
    results = [answered(case(split, n), float(n > 0)) for split in (HELD_OUT, DEVELOPMENT) for n in range(3)]
    pictures = re.findall(r"<svg.*?</svg>", render_report(run_of(*results)), flags=re.DOTALL)
    titles = [ET.fromstring(picture)[0].text for picture in pictures]
    assert titles == [
        "right or rightly refused",
        "citation precision",
        "Risk by coverage",
        "Calibration: is there an answer?",
        "Calibration: is the answer right?",
        "Seconds until ready",
    ]


def test_an_empty_run_makes_a_page_that_says_so() -> None:
    run = Run(())
    page = assert_harmless(render_report(run, others={"baseline": run}))
    assert "No results: nothing was measured." in "".join(page.text)
    assert not page.having("details", "class", "case")


def test_files_are_replaced_whole(tmp_path: Path) -> None:
    html, data = tmp_path / "deep" / "report.html", tmp_path / "deep" / "run.json"
    html.parent.mkdir()
    html.write_text("old")
    broken = answered(case(), 1.0, answer="half a character: \ud83d")
    write_report(html, run_of(broken))
    write_json(data, run_to_dict(run_of(broken)))
    assert html.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert read_run(data) == run_of(broken), "half a character too"
    assert sorted(path.name for path in html.parent.iterdir()) == ["report.html", "run.json"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "run.json"
    target.write_text("old")
    with pytest.raises(TypeError):
        write_json(target, {"results": object()})
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(UsageError, match=r"folder\.json: cannot be written"):
        write_json(tmp_path / "folder.json", {})
    assert target.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.json", "run.json"]


def test_news_has_no_halves_and_says_how_far_the_labels_hold() -> None:
    asked = [case(HELD_OUT, n, halved=False, category="who") for n in range(4)]
    results = [answered(each, float(n > 0)) for n, each in enumerate(asked)]
    html = render_report(run_of(*results))
    page = assert_harmless(html)
    text = " ".join(" ".join(page.text).split())
    parts = [part.strip() for part in page.text]
    assert "right answers 0.75 0.30–0.95 n 4" in text
    assert "All cases:" in parts
    assert HELD_OUT not in parts
    assert DEVELOPMENT not in parts
    assert "for tuning" not in text
    assert "What the page says of an answer" in text
    assert f"{label(0.87)} 0.75 0.30–0.95 n 4" in text
    assert "Risk by coverage" in text


def test_a_byline_stands_before_its_sentence() -> None:
    sentence = {"text": "Two.", "citations": [1], "support": 0.9, "quoted": False, "byline": "TDI, 22 March 2023"}
    text = " ".join(" ".join(Page(render_report(run_of(answered(case(), 1.0, sentences=[sentence])))).text).split())
    assert "TDI, 22 March 2023: Two. [1]" in text


def test_no_confidence_no_labels() -> None:
    html = render_report(run_of(answered(case(), 1.0, confidence=None)))
    assert "What the page says of an answer" not in "".join(Page(html).text)

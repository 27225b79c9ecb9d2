"""A draft against a library, with a judge that says what the test says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from evidence_base_samples import FakeJudge, article, evidence_base_of, shares_words

from assistant.newsroom.drafts.check import (
    CheckedSentence,
    DraftChecker,
    Signals,
    Thresholds,
    Verdict,
    decide,
    overall,
)
from assistant.newsroom.drafts.sentences import sentences_of
from assistant.util.progress import unseen

AT = Thresholds(stated=0.4, answered=0.5, near=0.5)
FERRY = article("ferry", "The ferry to Skar stops on Friday.", "Mayor Berg gave 4,100 kroner for a new bus.")
FISH = article("fish", "The fish market in Lund was sold for 12 million.", source="Lund Echo")


@pytest.mark.parametrize(
    ("signals", "verdict"),
    [
        (Signals(0.4, 0.0, 0.0, False), Verdict.STATED),
        (Signals(0.9, 0.9, 0.9, True), Verdict.OTHERWISE),
        (Signals(0.39, 0.5, 0.5, False), Verdict.OTHERWISE),
        (Signals(0.39, 0.49, 0.9, False), Verdict.NOT_STATED),
        (Signals(0.0, 0.9, 0.49, True), Verdict.NOT_STATED),
    ],
)
def test_the_decision(signals: Signals, verdict: Verdict) -> None:
    assert decide(signals, AT) is verdict


def test_one_article_that_states_it_is_enough() -> None:
    assert overall([Verdict.NOT_STATED, Verdict.OTHERWISE, Verdict.STATED]) is Verdict.STATED
    assert overall([Verdict.NOT_STATED, Verdict.OTHERWISE]) is Verdict.OTHERWISE
    assert overall([]) is Verdict.NOT_STATED


def check(folder: Path, embedder: Any, draft: str, says: Any = shares_words) -> list[CheckedSentence]:
    base = evidence_base_of(folder, embedder, [FERRY, FISH], says)
    checker = DraftChecker(base, AT)
    checked = list(checker.check(sentences_of(draft, "draft", markdown=False), unseen("")))
    base.index.close()
    return checked


def test_each_sentence_is_quoted_from_the_article_that_says_so(tmp_path: Path, embedder: Any) -> None:
    draft = "The ferry to Skar stops on Friday. Berg gave 9,100 kroner for a bus. Whales sing."
    stated, otherwise, absent = check(tmp_path, embedder, draft)
    assert stated.verdict is Verdict.STATED
    assert [part.quote.text for one in stated.readings for part in one.evidence] == [FERRY.paragraphs[0].text]
    assert otherwise.verdict is Verdict.OTHERWISE
    assert [part.quote.text for one in otherwise.readings for part in one.evidence] == [FERRY.paragraphs[1].text]
    assert (absent.verdict, absent.readings) == (Verdict.NOT_STATED, ())


def test_a_figure_that_follows_is_no_other_figure(tmp_path: Path, embedder: Any) -> None:
    story = article("sum", "Berg gave 4,100 kroner and Lind gave 2,000 kroner.")
    base = evidence_base_of(tmp_path, embedder, [story], lambda *_: 1.0)
    (sentence,) = sentences_of("Together they gave 6,100 kroner.", "draft", markdown=False)
    (reading,) = DraftChecker(base, AT).read(sentence)
    assert not reading.signals.figure
    base.index.close()


def test_the_sentence_before_helps_to_find_and_is_not_judged(tmp_path: Path, embedder: Any) -> None:
    crowd = [article(f"a{n}", f"She was sorry about case {n}.") for n in range(30)]
    wanted = article("z", "Astrid Quill closed the harbour.", "She wept.")
    base = evidence_base_of(tmp_path, embedder, [*crowd, wanted], shares_words)
    sentences = sentences_of("Astrid Quill closed the harbour. She was sorry.", "draft", markdown=False)
    found = {part.passage.article_id for one in DraftChecker(base, AT).read(sentences[1]) for part in one.evidence}
    assert "z" in found
    judge: Any = base.judge
    assert isinstance(judge, FakeJudge)
    assert {text for name, text in judge.asked if name == "stated"} == {"She was sorry."}
    base.index.close()

"""Counting who carries what is cited, over a library."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from evidence_base_samples import article, evidence_base_of, shares_words
from newsroom_samples import citation

from assistant.newsroom.answers.file import SavedAnswer, SavedSentence, of_citation
from assistant.newsroom.export.carriers import count_carriers
from assistant.newsroom.provenance.independence import in_words
from assistant.schema.articles import Article, Passage

TEXT = "The tram line 14 was closed in Lund by the mayor after a long night of talks with the drivers' union there."
TRAM = article("tram", TEXT, "It snowed.")
OTHERS = [
    article("copy", TEXT, "From us.", source="Mail"),
    article("own", "Lund has closed its tram line 14, said the mayor.", source="Times"),
]


def answer(*cited: tuple[Article, int]) -> SavedAnswer:
    citations = [
        of_citation(citation(number, of, paragraph, of.paragraphs[paragraph - 1].text))
        for number, (of, paragraph) in enumerate(cited, 1)
    ]
    sentence = SavedSentence(text="It was closed.", citations=tuple(one.number for one in citations))
    return SavedAnswer(question="?", answer="!", refused=False, sentences=(sentence,), citations=tuple(citations))


def test_each_quote_of_an_article_is_counted_once(
    tmp_path: Path, embedder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = evidence_base_of(tmp_path, embedder, [TRAM, *OTHERS], lambda _name, _text, said: float("Lund" in said))
    searched: list[str] = []
    search = base.search

    def watched(text: str) -> tuple[Passage, ...]:
        searched.append(text)
        return search(text)

    monkeypatch.setattr(base, "search", watched)
    steps: list[tuple[int, int]] = []
    # The other numbers of a later answer make no other quotes of them.
    answers = [answer((TRAM, 1)), *[answer((TRAM, 2), (TRAM, 1))] * 25]
    carriage_of = count_carriers(base, answers, lambda done, total: steps.append((done, total)))
    assert searched == [TEXT, "It snowed."]
    assert steps == [(0, 2), (1, 2), (2, 2)]
    last = answers[-1].citations[1]
    found = carriage_of(last)
    assert found is not None
    assert in_words(found) == "3 outlets carry it, from 2 independent sources: Post, Mail; Times."
    assert searched == [TEXT, "It snowed."]
    base.index.close()


def test_of_what_is_gone_nothing_is_counted(tmp_path: Path, embedder: Any) -> None:
    base = evidence_base_of(tmp_path, embedder, OTHERS, shares_words)
    gone = answer((TRAM, 1))
    assert count_carriers(base, [gone], lambda _done, _total: None)(gone.citations[0]) is None
    base.index.close()

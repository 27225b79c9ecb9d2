"""What is shown of a strong model's drafts: the rows, and with a verifier that says what is so the exact checks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.embeddings.minilm import MiniLM, similarities
from assistant.errors import UsageError
from assistant.generation.draft import parse_draft
from assistant.retrieval.numbered import NumberedContext
from assistant.verification.entailment import Entailment, Judged, NoEntailment, Pair, Verdict
from assistant.verification.evidence import EvidenceFinder
from evals.strong.drafts import SEEDS, ArticleSets, WrittenDraft, as_written, load_drafts
from evals.strong.measure import Outcome, Perfect, explanations, measure, metrics, outcome

DRAFTS = load_drafts()
FURTHER = [draft for draft in DRAFTS if draft.set != SEEDS]
ROW: dict[str, Any] = {
    "id": "one",
    "set": "b-20",
    "question": "What will the depot cost?",
    "sentences": [{"text": "It costs nine million euros.", "cites": [["a1", 7]]}],
}


class Refuses:
    """Says that nothing is stated."""

    most_batches = None

    def judge(self, pairs: Sequence[Pair], context: NumberedContext) -> list[Judged]:
        return [Judged(Verdict.NOT_STATED) for _ in pairs]


@pytest.fixture(scope="module")
def sets() -> ArticleSets:
    return ArticleSets()


@pytest.fixture(scope="module")
def finder() -> EvidenceFinder:
    return EvidenceFinder(similarities(MiniLM(threads=1)))


@pytest.fixture(scope="module")
def outcomes(sets: ArticleSets, finder: EvidenceFinder) -> list[Outcome]:
    return measure(DRAFTS, sets, finder, lambda draft: Perfect(draft, sets))


def draft_of(**changed: Any) -> WrittenDraft:
    return WrittenDraft.model_validate_json(json.dumps(ROW | changed))


def test_there_are_as_many_of_each_kind_as_the_figures_are_of() -> None:
    assert (len(DRAFTS) - len(FURTHER), len(FURTHER)) == (16, 40)
    assert len({draft.set for draft in FURTHER}) >= 10
    planted = [sum(sentence.planted is not None for sentence in draft.sentences) for draft in FURTHER]
    assert (sum(planted), max(planted)) == (10, 1)
    assert not any(draft.planted for draft in DRAFTS if draft.set == SEEDS)
    written = [[one.written for one in draft.sentences if one.written is not None] for draft in FURTHER]
    assert sum(any(own) for own in written) == 3
    assert sum(bool(own) and not any(own) for own in written) == 3


@pytest.mark.parametrize("draft", DRAFTS, ids=lambda draft: draft.id)
def test_what_a_draft_cites_is_there_and_it_is_read_as_it_was_written(draft: WrittenDraft, sets: ArticleSets) -> None:
    for sentence in draft.sentences:
        assert sets.paragraphs(draft, [*sentence.cites, *(sentence.written or ())])
    read = parse_draft(as_written(draft, sets))
    assert [one.claim for one in read.sentences] == [one.claim for one in draft.sentences]
    assert read.missing == draft.missing


def test_what_was_written_is_shown_and_what_was_planted_is_not(outcomes: list[Outcome]) -> None:
    told = "\n".join(explanations(outcomes))
    of_seeds = {one.name: one.value for one in metrics(outcomes[:16])}
    further = {one.name: one.value for one in metrics(outcomes[16:])}
    assert (of_seeds["shown_as_written,_citations_right"] or 0) >= 13, told
    assert of_seeds["refusals_right"] == 3, told
    assert (further["right_sentences_lost"] or 0) <= 2, told
    assert further["planted_errors_shown"] == 0, told


def test_without_a_verifier_planted_errors_are_counted_as_shown(sets: ArticleSets, finder: EvidenceFinder) -> None:
    draft = draft_of(sentences=[{"text": "It costs 9 million.", "cites": [["a1", 7]], "planted": "no"}])
    found = outcome(draft, sets, finder, NoEntailment())
    assert [one.text for one in found.let_through] == ["It costs 9 million."]
    assert explanations([found]) == ["one: shown (no): It costs 9 million."]
    assert {one.name: (one.value, one.n) for one in metrics([found])}["planted_errors_shown"] == (1, 1)


@pytest.mark.parametrize(
    ("entailment", "sentence", "told"),
    [
        (NoEntailment(), {"text": "It costs ten million.", "cites": [["a1", 7]]}, "lost (a figure"),
        (Refuses(), {"text": "It costs nine million.", "cites": [["a1", 7]]}, "lost (what it cites"),
        (
            NoEntailment(),
            {"text": "The depot must be fitted.", "cites": [["a1", 7]], "written": [["a1", 6]]},
            "wrongly",
        ),
        (NoEntailment(), {"text": "It costs 9 million. It is big.", "cites": [["a1", 7]]}, "not read as one"),
    ],
)
def test_what_comes_out_otherwise_is_told(
    entailment: Entailment, sentence: dict[str, Any], told: str, sets: ArticleSets, finder: EvidenceFinder
) -> None:
    found = outcome(draft_of(sentences=[sentence]), sets, finder, entailment)
    assert not found.as_written
    (line,) = explanations([found])
    assert told in line


def test_a_refusal_is_right_only_where_nothing_is_shown(sets: ArticleSets, finder: EvidenceFinder) -> None:
    refused = outcome(draft_of(sentences=[], missing=[""], unanswerable=True), sets, finder, NoEntailment())
    assert refused.as_written
    assert as_written(refused.draft, sets) == "NOT STATED"


def test_a_perfect_verifier_wants_all_that_is_needed(sets: ArticleSets) -> None:
    both = {"text": "The one costs more than the other.", "cites": [["a1", 1], ["a2", 3]]}
    draft = draft_of(sentences=[both])
    context = sets.context(draft)
    one, two = (context.cited([number]) for number, passage in context.passages if passage.paragraph.id in
                sets.paragraphs(draft, [("a1", 1), ("a2", 3)]))  # fmt: skip
    judged = Perfect(draft, sets).judge([Pair(both["text"], one), Pair(both["text"], one + two)], context)
    assert [each.verdict for each in judged] == [Verdict.NOT_STATED, Verdict.STATED]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "drafts.jsonl:2: not JSON"),
        (json.dumps(ROW), "drafts.jsonl:2: the id 'one' is there twice"),
        (json.dumps(ROW | {"id": "two", "sentences": []}), "drafts.jsonl:2: has no sentence"),
        (json.dumps(ROW | {"id": "two", "unanswerable": True}), "drafts.jsonl:2: unanswerable"),
        (
            json.dumps(ROW | {"id": "two", "sentences": [{"text": "So.", "cites": []}]}),
            "drafts.jsonl:2: sentences 1: cites",
        ),
        (json.dumps(ROW | {"id": "two", "set": None}), "drafts.jsonl:2: set"),
    ],
)
def test_a_bad_row_is_told_with_its_line(line: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "drafts.jsonl"
    path.write_text(f"{json.dumps(ROW)}\n{line}\n")
    with pytest.raises(UsageError, match=r"drafts\.jsonl:2: ") as error:
        load_drafts(path)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"set": "z-99"}, "draft one: there is no bundle 'z-99'"),
        ({"sentences": [{"text": "So.", "cites": [["a1", 8]]}]}, "draft one: b-20 has no paragraph 8 of 'a1'"),
        ({"sentences": [{"text": "So.", "cites": [["a9", 1]]}]}, "draft one: b-20 has no paragraph 1 of 'a9'"),
    ],
)
def test_what_is_not_there_is_told(changed: dict[str, Any], told: str, sets: ArticleSets) -> None:
    with pytest.raises(UsageError, match="correct") as error:
        as_written(draft_of(**changed), sets)
    assert told in str(error.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_drafts(tmp_path / "none.jsonl")

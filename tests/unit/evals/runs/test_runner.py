"""Runs that stop, resume, belong to something else, or meet an error."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import ModelConnectionError, ModelError, UsageError
from assistant.schema.answers import Answer, Question, Turn
from assistant.schema.articles import Article, Paragraph, Passage
from assistant.schema.events import Done, Event, Retrieved, Token
from evals.datasets.public import EvalSet
from evals.runs.askers import AssistantAsker, Reply, asker_for
from evals.runs.results_file import load_results
from evals.runs.runner import run, select
from evals.schema import Case, Result, Score

CASES = [
    Case("a", "Who?", "plain", answers=(("Ada",),)),
    Case("b", "When?", "date", answers=(("1851",),)),
    Case("c", "Where?", "plain", answers=(("Skerry",),)),
]


class FakeAsker:
    """Keeps what it was asked; `errors` are raised, once each, at the case of that id."""

    def __init__(self, errors: Mapping[str, Exception] | None = None) -> None:
        self.asked: list[str] = []
        self.errors = dict(errors or {})

    def ask(self, case: Case) -> Reply:
        self.asked.append(case.id)
        if case.id in self.errors:
            raise self.errors.pop(case.id)
        return {"answer": f"to {case.question}", "refused": False}, ({"paragraph_id": f"{case.id}#p1"},)


def go(asker: FakeAsker, output: Path, **options: Any) -> list[Result]:
    return run(asker, options.pop("cases", CASES), output, progress=False, **options)


def records(output: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "results.jsonl"


def test_each_case_is_answered_once_a_run(output: Path) -> None:
    asker = FakeAsker()
    results = go(asker, output, runs=2)

    assert asker.asked == ["a", "b", "c", "a", "b", "c"]
    assert [(result.case.id, result.run) for result in results] == [
        (identifier, number) for number in (1, 2) for identifier in "abc"
    ]
    assert results[0].answer == {"answer": "to Who?", "refused": False}
    assert results[0].passages == ({"paragraph_id": "a#p1"},)
    assert load_results(output) == results


def test_limit_and_category_select(output: Path) -> None:
    asker = FakeAsker()
    assert [result.case.id for result in go(asker, output, selected=select(CASES, category="plain"))] == ["a", "c"]
    assert [result.case.id for result in go(asker, output, selected=select(CASES, category="plain", limit=1))] == ["a"]
    assert [result.case.id for result in go(asker, output, selected=select(CASES, limit=2))] == ["a", "b"]
    assert asker.asked == ["a", "c", "b"]  # a short trial is extended, not repeated


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"runs": 0}, "runs 0"),
        ({"cases": []}, "no cases to run"),
        ({"cases": [CASES[0], CASES[0]]}, "case id 'a' is used twice"),
    ],
)
def test_an_impossible_selection_writes_nothing(output: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        go(FakeAsker(), output, **options)
    assert not output.exists()


def test_a_result_is_on_disk_before_the_next_question(output: Path) -> None:
    class Watching(FakeAsker):
        def ask(self, case: Case) -> Reply:
            assert [result.case.id for result in load_results(output)] == self.asked
            return super().ask(case)

    asker = Watching()
    go(asker, output)
    assert asker.asked == ["a", "b", "c"]


@pytest.mark.parametrize("cut", [1, 20, -1])
def test_a_killed_run_resumes_at_the_case_in_hand(output: Path, cut: int) -> None:
    whole = go(FakeAsker(), output)
    *kept, last = output.read_bytes().splitlines(keepends=True)
    output.write_bytes(b"".join(kept) + last[:cut])

    asker = FakeAsker()
    assert go(asker, output) == whole
    assert asker.asked == ["c"]
    assert [record["case"]["id"] for record in records(output)[1:]] == ["a", "b", "c"]


def test_a_cut_inside_a_character_resumes(output: Path) -> None:
    case = Case("é", "Où?", "plain", answers=(("là",),))
    go(FakeAsker(), output, cases=[case])
    content = output.read_bytes()
    output.write_bytes(content[: content.index("é".encode()) + 1])

    assert go(FakeAsker(), output, cases=[case])[0].case == case


def test_a_finished_run_asks_nothing(output: Path) -> None:
    go(FakeAsker(), output)
    before = output.read_bytes()
    asker = FakeAsker()
    go(asker, output)
    assert asker.asked == []
    assert output.read_bytes() == before


def test_other_questions_are_refused(output: Path) -> None:
    go(FakeAsker(), output)
    before = output.read_bytes()
    with pytest.raises(UsageError, match=r"holds answers to other questions; delete it .* or write to another"):
        go(FakeAsker(), output, cases=[*CASES, Case("d", "Why?", "plain", unanswerable=True)])
    assert output.read_bytes() == before


def test_another_configuration_is_refused_and_named(output: Path) -> None:
    go(FakeAsker(), output, configuration={"model": "small", "passages": 5})
    with pytest.raises(UsageError, match=r"configuration \(model: 'small' there, 'large' here\)"):
        go(FakeAsker(), output, configuration={"model": "large", "passages": 5})
    go(FakeAsker(), output, configuration={"passages": 5, "model": "small"})


@pytest.mark.parametrize("content", ["notes of mine\n", '{"id": 1}\n', "no end of line", "\n"])
def test_a_file_of_something_else_is_left_alone(output: Path, content: str) -> None:
    output.parent.mkdir()
    output.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match="not the results of an eval run"):
        go(FakeAsker(), output)
    assert output.read_text(encoding="utf-8") == content


def test_a_damaged_line_is_named(output: Path) -> None:
    go(FakeAsker(), output)
    lines = output.read_text(encoding="utf-8").splitlines()
    output.write_text("\n".join([lines[0], '{"case": 1}', *lines[2:]]) + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"results\.jsonl:2: not a result"):
        go(FakeAsker(), output)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written"):
        go(FakeAsker(), tmp_path / "file" / "results.jsonl")


def test_an_error_is_a_result_and_is_asked_again_on_resuming(output: Path) -> None:
    asker = FakeAsker({"b": ModelError("context too long")})
    results = go(asker, output)
    assert [(result.error, result.answer is None) for result in results] == [
        (None, False),
        ("context too long", True),
        (None, False),
    ]
    assert load_results(output) == results

    again = FakeAsker()
    assert [result.error for result in go(again, output)] == [None] * 3
    assert again.asked == ["b"]
    assert sorted(result.case.id for result in load_results(output)) == ["a", "b", "c"]


def test_a_model_out_of_reach_stops_the_run_and_keeps_the_rest(output: Path) -> None:
    with pytest.raises(ModelConnectionError, match=r"nothing answers .*results\.jsonl"):
        go(FakeAsker({"b": ModelConnectionError("nothing answers")}), output)
    assert [result.case.id for result in load_results(output)] == ["a"]

    asker = FakeAsker()
    go(asker, output)
    assert asker.asked == ["b", "c"]


def test_a_bug_is_not_hidden(output: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        go(FakeAsker({"a": ZeroDivisionError()}), output)


def test_scores_are_stored_and_worked_out_anew(output: Path) -> None:
    def score(value: float) -> Any:
        def scorer(result: Result) -> dict[str, Score]:
            return {"accuracy": Score(None if result.error else value)}

        return scorer

    first = go(FakeAsker({"c": ModelError("no")}), output, score=score(0.0))
    assert [result.scores["accuracy"].value for result in first] == [0.0, 0.0, None]
    assert [result.scores["accuracy"].value for result in load_results(output)] == [0.0, 0.0, None]
    second = go(FakeAsker(), output, score=score(1.0))
    assert {result.scores["accuracy"].value for result in second} == {1.0}


def test_a_lone_surrogate_survives(output: Path) -> None:
    class Odd(FakeAsker):
        def ask(self, case: Case) -> Reply:
            return {"answer": "half \ud83d \u2028 line"}, ()

    results = go(Odd(), output, selected=CASES[:1])
    assert load_results(output) == results


def test_progress_goes_to_stderr(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(FakeAsker(), CASES, output)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "3/3" in captured.err


def passage(identifier: str) -> Passage:
    return Passage(Paragraph(identifier, 1, "Text."), "d0", "Title", None, None, score=0.5)


class FakeAssistant:
    """Plays its events and keeps the questions."""

    def __init__(self, *events: Event) -> None:
        self.events = events
        self.questions: list[Question] = []
        self.closed = False

    def stream(self, question: Question) -> Iterator[Event]:
        self.questions.append(question)
        yield from self.events

    def close(self) -> None:
        self.closed = True


def done(text: str = "Ada.") -> Done:
    return Done(Answer("Who?", "Who?", text, False, None, 0.9, (), (), (), "fake", timings_ms={"total": 3}, id="a"))


def test_the_assistant_s_events_become_a_reply() -> None:
    assistant = FakeAssistant(
        Retrieved((passage("p1"), passage("p2"))),
        Token("Ada"),
        Retrieved((passage("p2"), passage("p3"))),
        done(),
    )
    case = Case("a", "Who?", "plain", history=(Turn("user", "Hello"), Turn("assistant", "Yes?")))
    answer, passages = AssistantAsker(assistant).ask(case)

    assert assistant.questions == [Question("Who?", id="a", history=case.history)]
    assert answer == done().answer.to_dict()
    assert [found["paragraph_id"] for found in passages] == ["p1", "p2", "p3"]
    assert passages[0]["score"] == 0.5


def test_an_assistant_that_stops_short_is_an_error() -> None:
    with pytest.raises(ModelError, match="case a: the assistant stopped without an answer"):
        AssistantAsker(FakeAssistant(Retrieved(()))).ask(CASES[0])


def article(identifier: str) -> Article:
    return Article(identifier, "Title", None, None, (Paragraph(f"{identifier}-p", 1, "Text."),))


class Opener:
    """Opens fake assistants and keeps them with their articles."""

    def __init__(self) -> None:
        self.opened: list[tuple[list[str], FakeAssistant]] = []

    def __call__(self, articles: Sequence[Article]) -> AssistantAsker:
        assistant = FakeAssistant(done())
        self.opened.append(([item.id for item in articles], assistant))
        return AssistantAsker(assistant)


@pytest.mark.parametrize(
    ("chosen", "message"), [({"limit": 0}, "limit 0"), ({"category": "speaker"}, "choose one of date, plain")]
)
def test_a_selection_of_nothing(chosen: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        select(CASES, **chosen)


def test_a_corpus_is_opened_once() -> None:
    opener = Opener()
    asker = asker_for(EvalSet("squad2", CASES, [article("d0"), article("d1")]), opener)
    for case in CASES:
        asker.ask(case)
    ((articles, assistant),) = opener.opened
    assert articles == ["d0", "d1"]
    assert len(assistant.questions) == 3


def test_candidates_are_opened_and_closed_a_case() -> None:
    opener = Opener()
    own = {case.id: (article(f"own-{case.id}"),) for case in CASES}
    asker = asker_for(EvalSet("clapnq", CASES, None, own), opener)
    for case in CASES:
        asker.ask(case)
    assert [articles for articles, _ in opener.opened] == [["own-a"], ["own-b"], ["own-c"]]
    assert all(assistant.closed for _, assistant in opener.opened)


def test_a_row_s_own_paragraphs_win_over_the_corpus() -> None:
    opener = Opener()
    mixed = EvalSet("squad2", CASES, [article("d0")], {"b": (article("own-b"),)})
    asker = asker_for(mixed, opener)
    for case in CASES:
        asker.ask(case)
    assert [(articles, len(fake.questions)) for articles, fake in opener.opened] == [
        (["d0"], 2),
        (["own-b"], 1),
    ]

"""Facts files: what a line may be, and what each mistake is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import UsageError
from assistant.schema.answers import Turn
from evals.datasets.facts import check_gold, load_cases
from evals.schema import Case

GOOD: dict[str, Any] = {"id": "a", "question": "How many?", "answers": [["two", "2"]]}


def write(path: Path, *rows: Any) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_minimal_line_gets_the_defaults(tmp_path: Path) -> None:
    (case,) = load_cases(write(tmp_path / "f.jsonl", GOOD))
    assert case == Case("a", "How many?", "uncategorised", answers=(("two", "2"),))


def test_a_full_line(tmp_path: Path) -> None:
    row = {
        "id": "b",
        "question": "And then?",
        "category": "followup",
        "history": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "Xi."}],
        "answers": ["two", ["2023"]],
        "rejects": ["2017"],
        "gold": [["x#p1"], []],
        "unanswerable": False,
        "long_form": True,
        "standalone": "What did Xi do then?",
        "other_answers": ["three"],
    }
    (case,) = load_cases(write(tmp_path / "f.jsonl", row))
    assert case == Case(
        "b",
        "And then?",
        "followup",
        history=(Turn("user", "Who?"), Turn("assistant", "Xi.")),
        answers=(("two",), ("2023",)),
        rejects=("2017",),
        gold=(("x#p1",), ()),
        long_form=True,
        standalone="What did Xi do then?",
        other_answers=("three",),
    )


def test_an_unanswerable_line_needs_no_answers(tmp_path: Path) -> None:
    (case,) = load_cases(write(tmp_path / "f.jsonl", {"id": "a", "question": "Why?", "unanswerable": True}))
    assert case.unanswerable
    assert case.answers == ()


def test_a_folder_is_read_file_by_file_and_blank_lines_are_skipped(tmp_path: Path) -> None:
    write(tmp_path / "b.jsonl", {**GOOD, "id": "2"})
    write(tmp_path / "a.jsonl", {**GOOD, "id": "1"}, "")
    write(tmp_path / "notes.txt", "not read")
    assert [case.id for case in load_cases(tmp_path)] == ["1", "2"]


def test_a_line_separator_inside_a_text_is_no_new_line(tmp_path: Path) -> None:
    (case,) = load_cases(write(tmp_path / "f.jsonl", {**GOOD, "question": "How\u2028many?"}))
    assert case.question == "How\u2028many?"


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ('{"id": "a", "id": "b", "question": "?", "answers": ["x"]}', "'id' is given twice"),
        ({**GOOD, "answer": "x"}, "unknown key 'answer'; known are answers, category"),
        ({"question": "Why?", "answers": ["x"]}, "no id; add it"),
        ({"id": "a", "answers": ["x"]}, "no question"),
        ({**GOOD, "question": "  "}, "question: is blank"),
        ({**GOOD, "id": 7}, "id: write a text, not 7"),
        ({**GOOD, "category": 7}, "category: write a text, not 7"),
        ({"id": "a", "question": "Why?"}, 'neither answers nor "unanswerable": true'),
        ({**GOOD, "answers": []}, "neither answers"),
        ({**GOOD, "answers": "two"}, 'answers: write a list, not "two"'),
        ({**GOOD, "answers": [[]]}, "point 1 of answers is empty"),
        ({**GOOD, "answers": [["two", ""]]}, "answers 1 2: is blank"),
        ({**GOOD, "unanswerable": True}, "unanswerable but has answers"),
        ({**GOOD, "unanswerable": "no"}, 'unanswerable: write true or false, not "no"'),
        ({**GOOD, "gold": [["p"], ["q"]]}, "1 points in answers but 2 in gold"),
        ({**GOOD, "gold": [[1]]}, "gold 1 1: write a text, not 1"),
        ({**GOOD, "rejects": "three"}, "rejects: write a list"),
        ({**GOOD, "history": "Who?"}, "history: write a list"),
        ({**GOOD, "history": [{"role": "user", "text": "Who?"}]}, "history 1: no content; add it"),
        (
            {**GOOD, "history": [{"role": "system", "content": "x"}]},
            "history 1: role: input should be 'user'",
        ),
        ({**GOOD, "history": [{"role": "user", "content": ""}]}, "history 1: content: is blank"),
    ],
)
def test_a_bad_line_names_its_place_and_the_mistake(tmp_path: Path, row: Any, complaint: str) -> None:
    path = write(tmp_path / "f.jsonl", {**GOOD, "id": "good"}, "", row)
    with pytest.raises(UsageError) as caught:
        load_cases(path)
    assert str(caught.value).startswith(f"{path}:3: ")
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_id_may_not_come_twice_even_in_two_files(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a.jsonl", GOOD), write(tmp_path / "b.jsonl", GOOD)
    with pytest.raises(UsageError, match="id 'a' is taken") as caught:
        load_cases(tmp_path)
    assert str(caught.value).startswith(f"{second}:1:")
    assert f"{first}:1" in str(caught.value)


@pytest.mark.parametrize("name", ["missing.jsonl", "facts.txt", "empty.jsonl", "folder"])
def test_nothing_to_read_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "facts.txt").write_text("{}")
    (tmp_path / "empty.jsonl").write_text("\n")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match=name):
        load_cases(tmp_path / name)


def test_gold_must_be_indexed() -> None:
    case = Case("a", "?", "c", answers=(("x",),), gold=(("p1", "p9"),))
    check_gold([case], {"p1", "p9"})
    with pytest.raises(UsageError, match="case 'a': gold paragraph 'p9'"):
        check_gold([case], {"p1"})


def test_the_projects_own_facts_are_sound() -> None:
    cases = load_cases(Path(__file__).parents[4] / "evals" / "facts")
    assert len(cases) >= 120
    assert sum(case.unanswerable for case in cases) >= 40
    assert all(case.gold for case in cases if not case.unanswerable)

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.cli.batch import answer_all, parse_question, read_questions, remaining
from assistant.errors import AssistantError, ModelConnectionError, ModelError, QuestionError
from assistant.schema.answers import Answer, Question, Turn
from assistant.schema.articles import ArticleFilter

QUESTIONS = [Question("Who?", id="a"), Question("When – wo?", id=2), Question("Who?"), Question("Why?", id="2")]


def answer(question: Question) -> Answer:
    text = f"To “{question.text}”"
    return Answer(question.text, question.text, text, False, None, 1.0, (), (), (), "fake", id=question.id)


def nothing() -> None:
    pass


def unheard(line: str) -> None:
    raise AssertionError(f"nothing should be told: {line}")


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "out.jsonl"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def make(content: str | bytes) -> Path:
        path = tmp_path / "questions.jsonl"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


def rows(output: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]


def test_rows_become_questions(write: Callable[..., Path]) -> None:
    path = write(
        '{"id": "a", "question": "Who?"}\r\n\n'
        '{"question": "Größe?", "since": "2017-01-01", "until": "2017-12-31", "as_of": "2017-07-05", "id": 7}\n'
        '{"id": null, "question": "And he?", "history": [{"role": "system", "content": "s"},'
        '{"role": "user", "content": "u"}, {"role": "assistant", "content": "a", "articles": ["x", "y"]}]}'
    )
    assert read_questions(path) == [
        Question("Who?", id="a"),
        Question(
            "Größe?",
            id=7,
            articles=ArticleFilter(since=date(2017, 1, 1), until=date(2017, 12, 31), as_of=date(2017, 7, 5)),
        ),
        Question("And he?", history=(Turn("user", "u"), Turn("assistant", "a", ("x", "y")))),
    ]


def test_a_byte_order_mark_and_a_line_separator_in_a_text_are_no_matter(write: Callable[..., Path]) -> None:
    path = write(b"\xef\xbb\xbf" + '{"question": "One\u2028two?"}\n'.encode())
    assert read_questions(path) == [Question("One\u2028two?")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{broken", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("9" * 5000, "not JSON"),
        ('["a"]', "not an object"),
        ('"text"', "not an object"),
        ("null", "not an object"),
        ("{}", "no question; add it"),
        ('{"question": null}', "question: write a text, not null"),
        ('{"question": 5}', "question: write a text, not 5"),
        ('{"question": ""}', "the question is empty"),
        ('{"question": " \\n"}', "the question is empty"),
        ('{"question": "%s"}' % ("x" * 5000), "5,000 characters"),
        ('{"question": "Who?", "answer": "x"}', "unknown key 'answer'"),
        ('{"question": "Who?", "id": [1]}', "id: is neither"),
        ('{"question": "Who?", "id": 1.5}', "id: is neither"),
        ('{"question": "Who?", "history": "x"}', "history: write a list"),
        ('{"question": "Who?", "history": ["x"]}', "history 1: write an object"),
        (
            '{"question": "Who?", "history": [{"role": "tool", "content": "x"}]}',
            "history 1: role: input should be 'user'",
        ),
        ('{"question": "Who?", "history": [{"role": "user"}]}', "history 1: no content"),
        ('{"question": "Who?", "history": [{"role": "user", "content": ["x"]}]}', "history 1: content: write a text"),
        ('{"question": "Who?", "since": "soon"}', "since: 'soon' is not a date"),
        ('{"question": "Who?", "since": 1700006400}', "since: 1700006400 is not a date"),
        ('{"question": "Who?", "since": "2024-01-02", "until": "2024-01-01"}', "is after until 2024-01-01; swap them"),
        ('{"question": "Who?", "since": "2024-01-02", "as_of": "2024-01-01"}', "is after as of 2024-01-01; swap them"),
        ('{"question": "Who?", "until": 2017}', "until: 2017 is not a date"),
        ('{"question": "Who?", "until": 20170705}', "until: 20170705 is not a date"),
        ('{"question": "\\ud800?"}', "lone surrogate"),
        ('{"question": "Who?", "id": "\\udfff"}', "lone surrogate"),
    ],
)
def test_a_bad_row_names_its_line_and_what_is_wrong(write: Callable[..., Path], row: str, reason: str) -> None:
    path = write(f'{{"question": "Who?"}}\n\n{row}\n')
    with pytest.raises(QuestionError) as caught:
        read_questions(path)
    message = str(caught.value)
    assert message.startswith(f"{path}, line 3: ")
    assert reason in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_an_empty_file_is_named(write: Callable[..., Path], content: str) -> None:
    with pytest.raises(QuestionError, match=r"questions\.jsonl is empty; write one"):
        read_questions(write(content))


def test_files_that_cannot_be_read_are_named(write: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match=r"none\.jsonl does not exist"):
        read_questions(tmp_path / "none.jsonl")
    with pytest.raises(QuestionError, match="cannot be read"):
        read_questions(tmp_path)
    with pytest.raises(QuestionError, match=r"cannot be read .* save it as UTF-8 JSON lines"):
        read_questions(write(b'{"question": "\xff"}'))


def test_a_row_from_elsewhere_names_where() -> None:
    with pytest.raises(
        QuestionError, match=r"^request: unknown key 'x'; known are as_of, history, id, question, since, until$"
    ):
        parse_question({"question": "Who?", "x": 1}, "request")


def test_answers_in_order_with_their_ids(output: Path) -> None:
    done: list[None] = []
    answer_all(QUESTIONS, output, answer, lambda: done.append(None), unheard)
    assert [(row["id"], row["question"]) for row in rows(output)] == [(q.id, q.text) for q in QUESTIONS]
    assert "When – wo?" in output.read_text(encoding="utf-8")
    assert len(done) == 4
    assert remaining(QUESTIONS, output) == []


def test_an_answer_is_on_disk_before_the_next_is_asked(output: Path) -> None:
    known: list[int] = []

    def ask(question: Question) -> Answer:
        known.append(len(rows(output)) if output.exists() else 0)
        return answer(question)

    answer_all(QUESTIONS, output, ask, nothing, unheard)
    assert known == [0, 1, 2, 3]


def test_a_row_that_fails_is_told_and_the_others_are_answered(output: Path) -> None:
    def ask(question: Question) -> Answer:
        if question.text == "Why?":
            raise ModelError("filtered")
        return answer(question)

    told: list[str] = []
    assert answer_all(QUESTIONS, output, ask, nothing, told.append) == 1
    assert ["filtered" in line for line in told] == [True]
    assert [row.get("error") for row in rows(output)].count("filtered") == 1
    assert [row["id"] for row in rows(output)] == ["a", 2, None, "2"]
    # It is asked again, and its line taken by the answer.
    left = remaining(QUESTIONS, output)
    assert [question.text for question in left] == ["Why?"]
    assert answer_all(left, output, answer, nothing, unheard) == 0
    assert [row["id"] for row in rows(output)] == ["a", 2, None, "2"]
    assert not any("error" in row for row in rows(output))


def test_where_no_model_is_found_three_times_it_stops_and_is_resumed(output: Path) -> None:
    asked: list[str] = []

    def ask(question: Question) -> Answer:
        asked.append(question.text)
        raise ModelConnectionError("nothing answers there")

    with pytest.raises(ModelConnectionError):
        answer_all(QUESTIONS, output, ask, nothing, lambda _: None)
    assert len(asked) == 3
    left = remaining(QUESTIONS, output)
    assert len(left) == len(QUESTIONS)
    answer_all(left, output, answer, nothing, unheard)
    assert [row["id"] for row in rows(output)] == ["a", 2, None, "2"]


def test_without_an_output_everything_remains(output: Path) -> None:
    assert remaining(QUESTIONS, output) == QUESTIONS
    output.parent.mkdir()
    output.write_text("")
    assert remaining(QUESTIONS, output) == QUESTIONS


@pytest.mark.parametrize("cut", [1, 2, 20, 80])
def test_a_half_written_last_line_is_cut_off_and_asked_again(output: Path, cut: int) -> None:
    answer_all(QUESTIONS[:2], output, answer, nothing, unheard)
    whole = output.read_bytes()
    output.write_bytes(whole[:-cut])
    left = remaining(QUESTIONS, output)
    assert left == QUESTIONS[1:]
    answer_all(left, output, answer, nothing, unheard)
    assert output.read_bytes().startswith(whole)
    assert [row["id"] for row in rows(output)] == ["a", 2, None, "2"]


@pytest.mark.parametrize(
    ("line", "row"),
    [
        (1, {"id": "b", "question": "Who?"}),
        (1, {"id": "a", "question": "Whom?"}),
        (2, {"id": "2", "question": "When – wo?"}),
        (3, {"id": 3, "question": "Who?"}),
    ],
)
def test_answers_to_other_questions_are_refused_and_kept(output: Path, line: int, row: dict[str, Any]) -> None:
    answer_all(QUESTIONS, output, answer, nothing, unheard)
    lines = output.read_text(encoding="utf-8").splitlines()
    lines[line - 1] = json.dumps(row)
    output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    before = output.read_bytes()
    with pytest.raises(QuestionError, match=rf"out\.jsonl, line {line}: holds the answer to another question"):
        remaining(QUESTIONS, output)
    assert output.read_bytes() == before


def test_the_questions_are_no_answers(output: Path) -> None:
    output.parent.mkdir()
    output.write_text('{"id": "a", "question": "Who?"}\n')
    with pytest.raises(QuestionError, match="line 1: holds a question without an answer"):
        remaining([Question("Who?", "a")], output)


def test_more_answers_than_questions_are_refused(output: Path) -> None:
    answer_all(QUESTIONS, output, answer, nothing, unheard)
    with pytest.raises(QuestionError, match="line 4: holds the answer to another question"):
        remaining(QUESTIONS[:3], output)


def test_a_broken_line_in_the_middle_is_named(output: Path) -> None:
    answer_all(QUESTIONS[:1], output, answer, nothing, unheard)
    output.write_bytes(output.read_bytes() + b"{broken\n" + output.read_bytes())
    with pytest.raises(QuestionError, match="line 2: not an answer; delete the file"):
        remaining(QUESTIONS, output)


def test_an_output_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssistantError, match=r"cannot be read \(Is a directory\)"):
        answer_all(QUESTIONS, tmp_path, answer, nothing, unheard)

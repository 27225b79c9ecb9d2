"""Files of answers, and what is no answer."""

from __future__ import annotations

import json

import pytest
from newsroom_samples import ANSWER, REFUSAL, saved

from assistant.errors import UsageError
from assistant.newsroom.answers.file import parse_answers


def test_one_object_over_several_lines_or_one_a_line() -> None:
    (one,) = parse_answers(json.dumps(ANSWER.to_dict(), indent=2), "a.json")
    both = parse_answers(saved(ANSWER, REFUSAL), "a.jsonl")
    assert [one.question, REFUSAL.question] == [answer.question for answer in both]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "a.jsonl is empty"),
        (saved(ANSWER) + "{", "a.jsonl, line 2: not JSON"),
        (saved(ANSWER) + '{"id": 1}', "a.jsonl, line 2: not an answer: no question"),
        ("[1]", "a.jsonl: not an answer"),
        ("1" * 5000, "a.jsonl, line 1: not JSON"),
        (saved(ANSWER).replace('"citations": [2]', '"citations": [7]'), r"cites \[7\], which is not among"),
        (saved(ANSWER).replace('"quote": "=1+1', '"quote": "=1+2'), "quote of citation 2 does not stand"),
    ],
)
def test_what_is_no_answer_is_named(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        parse_answers(text, "a.jsonl")

"""What stands in quotation marks."""

from __future__ import annotations

import pytest

from assistant.text.quotations import quotations


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("“One,” he said. “Two.”", ["“One,”", "“Two.”"]),
        ("„Eins“, sagte er. „Zwei.“", ["„Eins“", "„Zwei.“"]),
        ("« Un » et « deux »", ["« Un »", "« deux »"]),
        ("»Eins« und »zwei«", ["»Eins«", "»zwei«"]),
        ("「一」と『二』", ["「一」"]),
        ('"One," he said. "Two."', ['"One,"', '"Two."']),
        ("‘It’s the workers’ day,’ he said.", ["‘It’s the workers’ day,’"]),
        ("“He said ‘no’ twice.”", ["“He said ‘no’ twice.”"]),
        ("None.", []),
    ],
)
def test_marks_of_every_kind(text: str, found: list[str]) -> None:
    assert [text[one.start : one.end] for one in quotations(text)] == found


@pytest.mark.parametrize("text", ["“One, he said.", "“One “two” three.”", '"One, he said.', 'A 5"x7" card', "One”"])
def test_marks_without_a_partner_quote_nothing(text: str) -> None:
    assert quotations(text) == []

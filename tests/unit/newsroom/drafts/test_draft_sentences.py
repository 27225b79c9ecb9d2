"""A draft's sentences."""

from __future__ import annotations

import pytest

from assistant.errors import UsageError
from assistant.newsroom.drafts.sentences import sentences_of

MARKDOWN = """# The ferry *stops*

It stops on [Friday](http://skar.example), says **Berg**.
She is sorry. \\* * *

- A bus runs.

| day | bus |
|---|---|
| Friday | No bus. |

```
not = this
```
"""


def texts(text: str, *, markdown: bool = True) -> list[str]:
    return [one.text for one in sentences_of(text, "draft", markdown=markdown)]


def test_headings_lists_and_tables_are_read_without_their_marks_and_code_is_not() -> None:
    found = texts(MARKDOWN.replace(" \\* * *", ""))
    assert found[:4] == ["The ferry stops", "It stops on Friday, says Berg.", "She is sorry.", "A bus runs."]
    assert "No bus." in found
    assert not any("this" in text for text in found)


def test_a_sentence_knows_its_line_and_the_one_before_it() -> None:
    _, second, third, fourth, *_ = sentences_of(MARKDOWN, "draft", markdown=True)
    assert (second.line, second.before) == (3, "")
    assert third.before == second.text
    assert (fourth.line, fourth.before) == (6, "")


def test_plain_text_keeps_its_signs_and_lines_are_joined() -> None:
    assert texts("Two * three\nis six.\n\n# 5 is it.", markdown=False) == ["Two * three is six.", "# 5 is it."]


@pytest.mark.parametrize("text", ["", " \n\n", "***\n", "```\ncode\n```"])
def test_a_draft_without_a_sentence_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="draft has no sentence"):
        texts(text)

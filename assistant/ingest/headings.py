"""Classification of headings between the paragraphs of a story: which of them state something themselves."""

from __future__ import annotations

from assistant.text.sentences import ends_a_clause

_LONG_CHARS = 80


def carries_content(heading: str) -> bool:
    """True for a heading that a reader would miss: a question, a sentence, one with a figure, a lead.

    A label ("What was agreed", "Background") states nothing that the text below it does not.
    """
    text = heading.strip()
    return len(text) >= _LONG_CHARS or ends_a_clause(text) or any(map(str.isdigit, text))

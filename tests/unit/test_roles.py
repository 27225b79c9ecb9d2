"""Who did it to whom."""

from __future__ import annotations

import pytest

from assistant.roles import is_reversed

CONGRATULATED = "Putin, on his part, congratulated his Chinese counterpart on becoming the President."


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Why did Xi congratulate Putin in 2023?", CONGRATULATED),
        ("On what did Xi Jinping congratulate Vladimir Putin?", "Vladimir Putin congratulated Xi Jinping on it."),
        ("What did Xi ask Putin?", "Putin asked reporters about it."),
        ("Has Anna Berg also thanked Ole Vik?", "On Sunday Ole Vik thanked the mayor."),
    ],
)
def test_the_other_one_did_it(question: str, quote: str) -> None:
    assert is_reversed(question, quote)


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Why did Putin congratulate Xi in 2023?", CONGRATULATED),
        ("On what did Putin congratulate his counterpart?", CONGRATULATED),
        ("Why did Xi congratulate Putin?", "Xi and Putin congratulated each other."),
        ("Why did Xi congratulate Putin?", "Putin was congratulated on his election."),
        ("Why did Xi congratulate Putin?", "Putin, congratulated by Xi, smiled."),
        ("Why did Xi congratulate Putin?", "After Putin won he sent a telegram."),
        ("When did Xi meet Putin?", "The Kremlin said that Xi met Putin."),
        ("Where did Xi meet Putin?", "Putin meets his guest in the Kremlin."),
        ("Who congratulated Putin?", CONGRATULATED),
        ("why did xi congratulate putin", CONGRATULATED),
        ("", ""),
    ],
)
def test_or_nothing_says_so(question: str, quote: str) -> None:
    assert not is_reversed(question, quote)

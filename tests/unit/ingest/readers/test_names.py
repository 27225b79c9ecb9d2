"""A title is told without the outlet that stands behind it, whatever parts the two."""

from __future__ import annotations

import pytest

from assistant.ingest.readers.names import headline


@pytest.mark.parametrize(
    ("title", "source", "expected"),
    [
        ("Lock opens - Vessen Post", "Vessen Post", "Lock opens"),
        ("Lock opens | VESSEN POST ", " Vessen Post", "Lock opens"),
        ("Lock opens – Berg: no – Post – Courier", "Post – Courier", "Lock opens – Berg: no"),
        ("Lock opens", "Vessen Post", "Lock opens"),
        ("Vessen Post", "Vessen Post", "Vessen Post"),
        ("- Vessen Post", "Vessen Post", "- Vessen Post"),
        ("Minister visits Vessen Post", "Vessen Post", "Minister visits Vessen Post"),
        ("Lock-opens-Post", "Post", "Lock-opens-Post"),
        ("Lock opens -", "", "Lock opens -"),
        ("Lock opens - Post", None, "Lock opens - Post"),
        (None, "Post", None),
    ],
)
def test_a_headline_is_without_its_outlet(title: str | None, source: str | None, expected: str | None) -> None:
    assert headline(title, source) == expected

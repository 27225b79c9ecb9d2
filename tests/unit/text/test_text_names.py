"""Names by capitals and by how the same words are written elsewhere."""

from __future__ import annotations

import pytest

from assistant.text.names import FullNames, NameStatistics, Unit

LIBRARY = "The president spoke. A mayor, the mayor and the ministry said so in the end. He may come. They said it."


@pytest.fixture
def statistics() -> NameStatistics:
    made = NameStatistics()
    made.read(LIBRARY)
    made.read("Anna Berg met Xi Jinping in Lund.")
    return made


def told(units: list[Unit]) -> list[str]:
    return [f"<{unit.text}>{'*' if unit.possessive else ''}" if unit.is_name else unit.text for unit in units]


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("said President Xi Jinping", ["said", "<Xi Jinping>"]),
        ("The Mayor said", ["The", "Mayor", "said"]),
        ("Anna Berg’s deputy said", ["<Anna Berg>*", "deputy", "said"]),
        ("said Ursula von der Leyen in Lund", ["said", "<Ursula von der Leyen>", "in", "<Lund>"]),
        ("In Lund, Anna J. Berg", ["<Lund>", "<Anna J. Berg>"]),
        ("May came", ["May", "came"]),
        ("der Berg", ["der", "<Berg>"]),
    ],
)
def test_what_is_a_name(statistics: NameStatistics, text: str, units: list[str]) -> None:
    assert told(statistics.units(text)) == units


def test_a_word_stands_for_the_only_full_name_that_has_it() -> None:
    names = FullNames(["Anna Berg", "Xi Jinping", "Carl Stone", "Ola Stone", "Lund"])
    assert [names.of(name) for name in ("Berg", "Xi", "Stone", "Lund", "Eva Stone")] == [
        "Anna Berg",
        "Xi Jinping",
        None,
        None,
        "Eva Stone",
    ]

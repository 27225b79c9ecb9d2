"""Names by capitals and by how the same words are written elsewhere."""

from __future__ import annotations

import pytest

from assistant.text.names import FullNames, NameStatistics, Unit, capitals_tell, has_word, names_within
from assistant.text.tokens import words

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


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Did Anna Berg meet Xi?", ["Anna Berg", "Xi"]),
        ("Petr V. Putin spoke.", ["Petr V Putin"]),
        ("Petr Putin spoke to J. K. Berg.", ["Petr Putin", "J K Berg"]),
        ("Police spoke to Berg. Officers left.", ["Berg"]),
        ("The Kremlin spoke; Berg, Dahl and “Skar” left.", ["Kremlin", "Berg", "Dahl"]),
        ("In March Berg left on Monday, 4 April.", ["Berg"]),
        ("OSLO, May 1 (NTB) - Police left.", ["NTB"]),
        ("who met berg", []),
        ("谁在莫斯科?", []),
    ],
)
def test_names_are_what_has_a_capital_within_a_sentence(text: str, names: list[str]) -> None:
    assert [" ".join(word.written for word in name) for name in names_within(text)] == names


@pytest.mark.parametrize(
    ("word", "text", "there"),
    [
        ("Russian", "in russia", True),
        ("Mongolians", "of mongolia", True),
        ("Mongolia", "the mongolians", True),
        ("Berg", "the bergs", True),
        ("Berg", "bernd", False),
        ("Xi", "exit", False),
        ("Putins", "putty", False),
    ],
)
def test_a_form_of_a_name_will_do(word: str, text: str, there: bool) -> None:
    (given,) = words(word)
    assert has_word(text.split(), given) is there


def test_capitals_tell_no_names_where_every_noun_has_one() -> None:
    assert capitals_tell(["The minister spoke to Anna Berg in the old hall of Lund on the last day of the year."])
    assert not capitals_tell(["Der Minister sprach am letzten Tag des Jahres in der Halle mit der Kanzlerin."])

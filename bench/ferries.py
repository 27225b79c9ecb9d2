"""A library of one article a client, each with a number of its own: whose number an answer has tells whose it is."""

from __future__ import annotations

import re
from pathlib import Path

_FIRST = 1000
# Far apart: a small language model takes Baboville and Bacoville for the same town.
_NAMES = (
    "Amber Boulder Cinder Dragon Eagle Falcon Granite Harvest Ivory Jasper Kettle Lantern Marble Nettle Orchard Pepper "
    "Quarry Raven Silver Thistle"
).split()
_ENDS = (
    "ton ford bury ham wick mouth dale port field gate minster cross bridge haven moor stead well worth pool ness"
).split()


def write_articles(folder: Path, many: int) -> None:
    """Make the folder with `many` articles in it."""
    folder.mkdir()
    for number in range(many):
        name = town(number)
        said = f"The council of {name} said on Monday that {sentence(name, cars(number), first='the')}"
        (folder / f"{name}.txt").write_text(f"The {name} ferry\n\n{said}\n", encoding="utf-8")


def town(number: int) -> str:
    """The town that client `number` (0 to 399) asks about."""
    return f"{_NAMES[number % 20]}{_ENDS[number // 20]}"


def cars(number: int) -> int:
    """What its article states."""
    return _FIRST + number


def question(number: int) -> str:
    """What it asks."""
    return f"How many cars does the {town(number)} ferry carry?"


def sentence(name: str, carried: int, first: str = "The") -> str:
    """What answers it."""
    return f"{first} {name} ferry carries {carried} cars."


def asked_about(text: str) -> str | None:
    """The town of the last question in a text."""
    found = re.findall(r"How many cars does the (\w+) ferry carry", text)
    return found[-1] if found else None


def stated_in(text: str) -> list[tuple[str, int]]:
    """Towns and numbers that a text's articles state."""
    return [(name, int(carried)) for name, carried in re.findall(r"the (\w+) ferry carries (\d+) cars", text)]


def numbers_in(text: str, many: int) -> set[int]:
    """Which of `many` clients' numbers occur in a text, in whatever words: "1,007", "1007"."""
    found = {
        int(thousands + rest) for thousands, rest in re.findall(r"(?<![\d.,])(1)[,.\u00a0\u202f]?(\d{3})(?!\d)", text)
    }
    return {number - _FIRST for number in found if _FIRST <= number < _FIRST + many}

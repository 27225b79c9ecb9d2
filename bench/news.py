"""Made-up news in any amount, the same for the same seed: what `bench/library.py` measures with."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from assistant.text.months import MONTH_NAMES

_PARTS = (
    "The {adjective} {noun} of {place} {verb} the {noun} on {day}, the {noun} {name} said.",
    "{name}, who leads the {noun}, told {outlet} that {place} would {base} its {adjective} {noun} in {month}.",
    "Some {number} {nouns} were {verb} after the {noun} in {place}, officials said.",
    "Talks between {place} and {place} about the {adjective} {noun} {verb} without a {noun}.",
    "According to {outlet}, {number} per cent of the {nouns} in {place} {verb} a {adjective} {noun}.",
    "“We will {base} every {noun},” {name} said in {place} on {day}.",
    "It was the {adjective} {noun} since {year}, when {name} {verb} the {noun}.",
    "The {noun} is to {base} {number} million for a {noun} and a {adjective} {noun}.",
)
_SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu bra cle dri flo gru pla ste tri".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_NOUNS = """
government minister parliament court budget treaty election strike storm flood harvest bridge railway airport
hospital school university factory bank currency loan tax export import border embassy summit ceasefire army
police investigation trial verdict appeal protest union wage pension price inflation market shareholder merger
satellite rocket telescope vaccine virus hospital doctor patient drought wildfire earthquake volcano reservoir
pipeline refinery reactor turbine battery mine port ferry canal stadium tournament champion referee orchestra
museum festival film novel archive newspaper broadcaster cable network server hacker password election ballot
coalition opposition mayor governor senator ambassador envoy sanction tariff subsidy regulator licence patent
fishery forest glacier coastline river island village suburb landlord tenant mortgage insurer auditor
""".split()
_ADJECTIVES = """
new largest joint national regional disputed controversial secret costly peaceful violent sudden early late annual
unexpected historic temporary permanent foreign domestic military civilian independent public private modern ancient
northern southern eastern western offshore rural urban legal illegal financial industrial digital solar nuclear
""".split()
_VERBS = """
approved rejected postponed opened closed signed delayed cancelled announced confirmed denied praised criticised
rescued evacuated repaired damaged expanded reduced doubled halved renewed suspended launched completed abandoned
""".split()
_BASES = (
    "approve reject postpone open close sign delay cancel fund expand reduce renew suspend launch finish leave".split()
)
_OUTLETS = "IANS|TDI|Reuters|Xinhua|The Daily Ledger|Northern Post|Harbour Times".split("|")
_PLACES = """
Moscow Berlin Paris London Madrid Rome Vienna Warsaw Prague Athens Lisbon Dublin Oslo Stockholm Helsinki Copenhagen
Brussels Geneva Zurich Kiev Ankara Istanbul Cairo Tunis Nairobi Lagos Accra Dakar Johannesburg Delhi Mumbai Kolkata
Dhaka Karachi Kabul Tehran Baghdad Damascus Beirut Jerusalem Riyadh Doha Dubai Beijing Shanghai Tokyo Osaka Seoul Manila
Jakarta Singapore Bangkok Hanoi Sydney Melbourne Auckland Toronto Montreal Chicago Boston Houston Denver Seattle Miami
Havana Lima Bogota Quito Santiago Brasilia Iceland Norway Poland Spain Italy Greece Turkey Egypt Kenya Nigeria India
""".split()
_NAMES = """
Smith Jones Brown Miller Davis Wilson Moore Taylor Clark Lewis Walker Hall Young King Wright Scott Green Baker Adams
Nelson Carter Mitchell Roberts Turner Phillips Campbell Parker Evans Edwards Collins Stewart Morris Rogers Reed Cook
Morgan Bell Murphy Bailey Rivera Cooper Richardson Cox Howard Ward Peterson Gray James Watson Brooks Kelly Sanders Price
Bennett Wood Barnes Ross Henderson Coleman Jenkins Perry Powell Long Patterson Hughes Flores Washington Butler Foster
Anna Maria John Peter David Robert Thomas George Michael Laura Emma Sarah Daniel Martin Paul Victor Oscar Ivan Elena
""".split()
_FIRST_DAY = date(2010, 1, 1)
_DAYS_COVERED = 5_000


class News:
    """Articles of a few paragraphs, each about its own places, people and nouns; or of given sentences."""

    def __init__(self, seed: int, sentences: Sequence[str] = ()) -> None:
        self._random = random.Random(seed)
        self._sentences = sentences
        # As with real names, a few are in very many articles and most in few.
        self._names = _NAMES + [self._made_up() for _ in range(20_000)]
        self._places = _PLACES + [self._made_up() for _ in range(5_000)]

    @classmethod
    def from_files(cls, seed: int, files: Sequence[Path]) -> News:
        """Of the sentences in JSON lines with `text`, or `paragraphs` that have it."""
        found: dict[str, None] = {}
        for path in files:
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                for part in row.get("paragraphs") or [row]:
                    sentences = re.split(r"(?<=[.!?])\s+", part["text"])
                    found |= dict.fromkeys(sentence for sentence in sentences if 25 < len(sentence) < 300)
        return cls(seed, list(found))

    def articles(self, paragraphs: int, *, short: bool = False) -> Iterator[tuple[str, date, str, list[str]]]:
        """(title, date, outlet, paragraphs) until there are so many paragraphs; `short`: of one sentence each."""
        while paragraphs > 0:
            size = min(paragraphs, self._random.randint(4, 14))
            paragraphs -= size
            day = _FIRST_DAY + timedelta(days=self._random.randrange(_DAYS_COVERED))
            topic = self._topic()
            title = self._fill("{place} {noun}: {adjective} {noun}", topic)
            yield title, day, self._random.choice(_OUTLETS), [self._paragraph(topic, short) for _ in range(size)]

    def question(self, paragraph: str) -> str:
        """A question that this paragraph may answer, with most of its rarer words."""
        words = [word for word in re.findall(r"\w{4,}", paragraph) if word.lower() not in {"said", "that", "were"}]
        chosen = sorted(self._random.sample(range(len(words)), min(len(words), 5)))
        start = self._random.choice(["What did", "When was the", "Who said that", "How many of the", "Why was"])
        return f"{start} {' '.join(words[place] for place in chosen)}?"

    def _paragraph(self, topic: dict[str, list[str]], short: bool) -> str:
        size = 1 if short else self._random.choice([1, 2, 2, 3])
        if self._sentences:
            return " ".join(self._random.choice(self._sentences) for _ in range(size))
        return " ".join(self._fill(self._random.choice(_PARTS), topic) for _ in range(size))

    def _topic(self) -> dict[str, list[str]]:
        return {
            "noun": self._random.sample(_NOUNS, 9),
            "adjective": self._random.sample(_ADJECTIVES, 5),
            "verb": self._random.sample(_VERBS, 5),
            "base": self._random.sample(_BASES, 3),
            "name": [f"{self._one(self._names)} {self._one(self._names)}" for _ in range(3)],
            "place": [self._one(self._places) for _ in range(3)],
        }

    def _fill(self, pattern: str, topic: dict[str, list[str]]) -> str:
        def word(match: re.Match[str]) -> str:
            kind = match[1]
            if kind == "nouns":
                return f"{self._random.choice(topic['noun'])}s"
            if kind in topic:
                return self._random.choice(topic[kind])
            return {
                "day": self._random.choice(_DAYS),
                "month": self._random.choice(MONTH_NAMES),
                "outlet": self._random.choice(_OUTLETS),
                "number": str(self._random.randint(2, 990)),
                "year": str(self._random.randint(1950, 2023)),
            }[kind]

        return re.sub(r"\{(\w+)\}", word, pattern)

    def _one(self, words: Sequence[str]) -> str:
        return words[min(len(words) - 1, int(len(words) ** self._random.random()) - 1)]

    def _made_up(self) -> str:
        return "".join(self._random.choice(_SYLLABLES) for _ in range(self._random.randint(2, 4))).capitalize()

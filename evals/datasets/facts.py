"""Facts files: JSONL, one case a line, checked before anything runs.

A line needs `id`, `question`, and either `answers` or `"unanswerable": true`. The rest has
defaults: `category` "uncategorised", `history` [], `rejects` [], `gold` [] (unknown),
`long_form` false, `standalone` null, `other_answers` []. A point of `answers` or `gold` may be
written as a single text instead of a list of one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, StrictBool, model_validator

from assistant.errors import UsageError
from assistant.schema.answers import Turn
from assistant.util.validation import Strict
from evals.datasets.rows import Text, read_rows
from evals.schema import Case

DEFAULT_CATEGORY = "uncategorised"


def _listed(point: object) -> object:
    return [point] if isinstance(point, str) else point


_Point = Annotated[tuple[Text, ...], BeforeValidator(_listed)]


class Message(Strict):
    """One message of the conversation before a question; `articles`: the ids of those that it cites."""

    role: Literal["user", "assistant"]
    content: Text
    articles: tuple[Text, ...] = ()

    def as_turn(self) -> Turn:
        """What was said."""
        return Turn(self.role, self.content, self.articles)


class Fact(Strict):
    """A line of a facts file; null stands for what is left out."""

    id: Text
    question: Text
    category: Text | None = None
    history: tuple[Message, ...] | None = None
    answers: tuple[_Point, ...] | None = None
    rejects: tuple[Text, ...] | None = None
    gold: tuple[_Point, ...] | None = None
    unanswerable: StrictBool | None = None
    long_form: StrictBool | None = None
    standalone: Text | None = None
    other_answers: tuple[Text, ...] | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Fact:
        answers, gold = self.answers or (), self.gold or ()
        if not answers and not self.unanswerable:
            raise ValueError(
                'neither answers nor "unanswerable": true; list the acceptable answers, or mark it unanswerable'
            )
        if answers and self.unanswerable:
            raise ValueError(
                "unanswerable but has answers; remove the answers (wordings that must not be stated go in rejects),"
                " or set unanswerable to false"
            )
        for number, point in enumerate(answers, start=1):
            if not point:
                raise ValueError(f"point {number} of answers is empty; list at least one acceptable wording")
        if gold and len(gold) != len(answers):
            raise ValueError(
                f"{len(answers)} points in answers but {len(gold)} in gold; give one list of paragraph ids for each"
                " point, or leave gold out where it is unknown"
            )
        return self

    def case(self) -> Case:
        """The case it states."""
        return Case(
            id=self.id,
            question=self.question,
            category=self.category or DEFAULT_CATEGORY,
            history=tuple(message.as_turn() for message in self.history or ()),
            answers=self.answers or (),
            rejects=self.rejects or (),
            gold=self.gold or (),
            unanswerable=bool(self.unanswerable),
            long_form=bool(self.long_form),
            standalone=self.standalone,
            other_answers=self.other_answers or (),
        )


def load_cases(path: Path) -> list[Case]:
    """The cases of a `.jsonl` file, or of every `.jsonl` file of a folder, by file name and line.

    Raises `UsageError` "file:line: what is wrong; how to mend it" at the first bad line, and
    where there is no file or no case at all.
    """
    cases: list[Case] = []
    places: dict[str, str] = {}
    for file in _files(path):
        for place, fact in read_rows(file, Fact, "save it as UTF-8 text"):
            if fact.id in places:
                raise UsageError(f"{place}: id {fact.id!r} is taken by {places[fact.id]}; give one another id")
            places[fact.id] = place
            cases.append(fact.case())
    if not cases:
        raise UsageError(f"{path}: holds no cases; add one JSON object a line")
    return cases


def check_gold(cases: Sequence[Case], paragraph_ids: Collection[str]) -> None:
    """Raise `UsageError` where a gold id is not a paragraph that was indexed.

    A wrong id would count every right citation as a wrong one, without anyone noticing.
    """
    known = frozenset(paragraph_ids)
    for case in cases:
        for point in case.gold:
            for gold in point:
                if gold not in known:
                    raise UsageError(
                        f"case {case.id!r}: gold paragraph {gold!r} is not among the {len(known)} indexed"
                        " paragraphs; correct the id, or add the article to the articles folder"
                    )


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(path.glob("*.jsonl"))
        if not files:
            raise UsageError(f"{path}: no .jsonl file in this folder; add one, or name a file")
        return files
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder; name a .jsonl file or a folder of them")
    if path.suffix != ".jsonl":
        raise UsageError(f"{path}: not a .jsonl file; facts are one JSON object a line in a .jsonl file")
    return [path]

"""Two answers to one question: what a later one says of an earlier one, report by report."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from answer_samples import ScriptedModel, prompts_in

from assistant.newsroom.answers.comparison import Difference, compare
from assistant.newsroom.answers.file import SavedAnswer, SavedCitation, SavedSentence
from assistant.verification.judge import Judge

OLD = ("The storm killed 12 people.", date(2024, 3, 1))
NEW = ("The storm killed 15 people.", date(2024, 3, 4))
ROOF = ("The storm took 12 roofs, the town said.", date(2024, 3, 4))


def answer(*told: tuple[str, date]) -> SavedAnswer:
    """Each sentence is its report's own."""
    citations = tuple(
        SavedCitation(
            number=number,
            article_id=text,
            title="Storm",
            source="Post",
            published=day,
            paragraph=1,
            paragraph_id=f"{text}#p1",
            text=text,
            quote=text,
        )
        for number, (text, day) in enumerate(told, 1)
    )
    sentences = tuple(SavedSentence(text=text, citations=(number,)) for number, (text, _) in enumerate(told, 1))
    return SavedAnswer(question="How many died?", answer="", refused=False, sentences=sentences, citations=citations)


@pytest.mark.parametrize(
    ("later", "model", "difference"),
    [
        (answer(OLD), ScriptedModel(), Difference.SAME),
        (answer(NEW), ScriptedModel(), Difference.OTHERWISE),
        (answer(OLD, NEW), ScriptedModel(), Difference.OTHERWISE),
        (answer(ROOF), ScriptedModel(), Difference.SAME),
        (answer(ROOF), ScriptedModel(right=0.4), Difference.OTHERWISE),
        (answer(OLD, ROOF), ScriptedModel(stated={"roofs": 0.1}), Difference.MORE),
    ],
    ids=["the same", "another figure", "beside the old one", "no other figure", "not right by it", "more"],
)
def test_a_later_answer_is_held_against_an_earlier_one(
    tmp_path: Path, later: SavedAnswer, model: ScriptedModel, difference: Difference
) -> None:
    assert compare(Judge(model, prompts_in(tmp_path)), answer(OLD), later) is difference  # type: ignore[arg-type]

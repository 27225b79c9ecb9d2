"""Each judgement is one call with its own prompt, which begins with the article as every other does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from answer_samples import context, prompts_in

from assistant.generation.generator import DraftGenerator
from assistant.llm.prompts import Prompts
from assistant.retrieval.context import ArticleContext
from assistant.verification.judge import Judge

ARTICLE = context("They signed two statements.")
CONTEXT = "Articles:\n[TDI, 22 March 2023: Title new]\nThey signed two statements."


def judge_all(judge: Judge, article: ArticleContext = ARTICLE) -> list[float]:
    return [
        judge.answered("What?", article),
        judge.stated("They signed two.", article),
        judge.right("What?", "They signed two.", article),
    ]


@pytest.mark.parametrize("taught", [True, False])
def test_each_judgement_has_its_prompt_with_its_variables(tmp_path: Path, fake_model: Any, taught: bool) -> None:
    model = fake_model(yes=0.7)
    assert judge_all(Judge(model, prompts_in(tmp_path, taught=taught))) == [0.7] * 3
    check = "Check: " if taught else ""
    assert [asked.messages[-1]["content"].removeprefix(f"{CONTEXT}\n") for asked in model.judged] == [
        f"{check}ANSWERED What?",
        f"{check}STATED They signed two.",
        f"{check}RIGHT What? = They signed two.",
    ]
    assert {asked.messages[0]["content"] for asked in model.judged} == {"Be brief."}
    assert model.asked == []


@pytest.mark.parametrize("whole", [True, False])
def test_a_draft_and_all_judgements_share_their_beginning(tmp_path: Path, fake_model: Any, whole: bool) -> None:
    """It is what the engine reads once; only a whole article is worth keeping on disk."""
    model, prompts = fake_model("They signed."), prompts_in(tmp_path)
    article = ArticleContext(ARTICLE.passages, 0, whole=whole)
    judge_all(Judge(model, prompts), article)
    list(DraftGenerator(model, prompts).write("What?", article))
    calls = [*model.judged, *model.asked]
    assert {asked.prefix for asked in calls} == {CONTEXT}
    assert {asked.keep_prefix for asked in calls} == {whole}


def test_the_answer_is_the_models_own_probability_of_that_prompt(tmp_path: Path, fake_model: Any) -> None:
    chances = {"ANSWERED": 0.1, "STATED": 0.2, "RIGHT": 0.3}
    model = fake_model(yes=lambda prompt: next(p for kind, p in chances.items() if f"\n{kind}" in prompt))
    assert judge_all(Judge(model, prompts_in(tmp_path))) == [0.1, 0.2, 0.3]


@pytest.mark.parametrize("taught", [True, False])
def test_the_projects_own_prompts_can_be_put(project: Path, fake_model: Any, taught: bool) -> None:
    model = fake_model(yes=0.5)
    judge_all(Judge(model, Prompts.of(project / "prompts", taught=taught)))
    tails = [asked.messages[-1]["content"].removeprefix(asked.prefix) for asked in model.judged]
    assert len(set(tails)) == 3
    assert {tail.startswith("\n\nCheck: ") for tail in tails} == {taught}

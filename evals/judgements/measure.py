"""The judge's probabilities beside what is so: no retrieval, no writing."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from tqdm import tqdm

from assistant.llm.open import open_model
from assistant.llm.prompts import Prompts
from assistant.retrieval.context import ArticleContext
from assistant.settings import PROJECT, Settings
from assistant.util.redact import public_settings
from assistant.verification.judge import Judge as ProductJudge
from evals.datasets.bundles import load_bundles
from evals.datasets.news import BUNDLES
from evals.datasets.sampling import thin
from evals.judgements.items import (
    ANSWERED,
    CONTRADICTIONS,
    RIGHT,
    TASKS,
    Ask,
    bundle_asks,
    contradiction_asks,
    load_contradictions,
)
from evals.judgements.metrics import Judged, by_kind, summarise
from evals.report.table import render_grid, render_table
from evals.runs.measure import code_digest
from evals.runs.provenance import git_revision
from evals.runs.records import metric_to_dict
from evals.schema import Metric


class Judge(Protocol):
    """What is measured: probabilities in [0, 1] about one article."""

    def answered(self, question: str, report: ArticleContext) -> float:
        """P(the article states the answer)."""
        ...

    def stated(self, sentence: str, report: ArticleContext) -> float:
        """P(the article states the sentence)."""
        ...

    def right(self, question: str, sentence: str, report: ArticleContext) -> float:
        """P(the sentence answers the question rightly by the article)."""
        ...


def asks_of(bundles: Path = BUNDLES, tasks: Sequence[str] = TASKS, every: int = 1) -> list[Ask]:
    """What is asked: every `every`-th of each kind from the bundles, and of the contradictions. Raises `UsageError`."""
    own = bundle_asks(load_bundles(bundles), tasks) if set(tasks) - {CONTRADICTIONS} else []
    pairs = contradiction_asks(load_contradictions()[::every]) if CONTRADICTIONS in tasks else []
    return thin(own, every, lambda ask: f"{ask.task} {ask.kind}") + pairs


def judge_all(judge: Judge, asks: Sequence[Ask], *, progress: bool = True) -> list[Judged]:
    """Every judgement, in the order given. Raises `ModelError`."""
    shown = tqdm(
        asks,
        file=sys.stderr,
        disable=not progress,
        unit="judgement",
        mininterval=0.5 if sys.stderr.isatty() else 30.0,
    )
    return [
        Judged(
            ask.task, ask.group, ask.kind, ask.article, ask.question, ask.sentence, ask.label, _probability(judge, ask)
        )
        for ask in shown
    ]


def _probability(judge: Judge, ask: Ask) -> float:
    if ask.task == ANSWERED:
        return judge.answered(ask.question, ask.report)
    if ask.task == RIGHT:
        return judge.right(ask.question, ask.sentence, ask.report)
    return judge.stated(ask.sentence, ask.report)


@contextmanager
def open_judge(settings: Settings) -> Iterator[Judge]:
    """The product's judge on the model that the settings name, without a library."""
    model = open_model(settings)
    try:
        yield ProductJudge(model, Prompts.of(settings.prompts, taught=model.taught))
    finally:
        model.close()


def record_of(rows: Sequence[Judged], settings: Settings, threshold: float) -> dict[str, Any]:
    """The run as JSON: what it was made with, the metrics and every row."""
    revision = git_revision(PROJECT)
    return {
        "provenance": {
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "git": {"commit": revision.commit, "dirty": revision.dirty},
            "code_sha256": code_digest(),
            "settings": public_settings(settings),
            "threshold": threshold,
        },
        "metrics": [metric_to_dict(metric) for metric in summarise(rows, threshold)],
        "rows": [asdict(row) for row in rows],
    }


def judgement_tables(rows: Sequence[Judged], threshold: float) -> str:
    """The metrics of what was asked, and the contradictions by kind."""
    metrics = [metric for metric in summarise(rows, threshold) if metric.n]
    parts = [render_table({f"threshold {threshold:g}": metrics})]
    kinds = by_kind(rows, CONTRADICTIONS, threshold)
    if kinds:
        columns: dict[str, list[Metric | None]] = {
            "contradicted, passed": [passed for passed, _ in kinds.values()],
            "stated, refused": [refused for _, refused in kinds.values()],
        }
        parts.append(render_grid("contradictions", list(kinds), columns))
    return "\n\n".join(parts)

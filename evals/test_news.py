"""The gates: invented news that nothing was tuned on, against thresholds.toml."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.verification.verifier import SURELY_STATED
from evals.gates import check, check_metrics, load_thresholds
from evals.judgements.metrics import Judged, summarise
from evals.metrics.aggregate import aggregate
from evals.schema import Run

HERE = Path(__file__).parent


def _failures(section: str, run: Run) -> list[str]:
    return check(aggregate(run.results), load_thresholds(HERE / "thresholds.toml")[section], run.results)


def test_each_bundle_as_its_own_library(news_run: Run) -> None:
    """Every metric is within its limits, and enough could be judged."""
    failures = _failures("news", news_run)
    assert not failures, "\n".join(failures)


def test_all_bundles_as_one_library(together_run: Run) -> None:
    """As above, where the article has to be found first."""
    failures = _failures("news-together", together_run)
    assert not failures, "\n".join(failures)


def test_the_judge_alone(judged: Sequence[Judged]) -> None:
    """The judge passes what an article states and not what it contradicts."""
    metrics = summarise(judged, SURELY_STATED)
    failures = check_metrics(metrics, load_thresholds(HERE / "thresholds.toml")["judgements"])
    assert not failures, "\n".join(failures)

"""What is to be measured: facts about articles, a public set, or bundles of news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.library.open import open_library
from assistant.settings import Settings
from evals.datasets.facts import check_gold, load_cases
from evals.datasets.news import BUNDLES, NEWS, TOGETHER, NewsSet, load_news
from evals.datasets.public import EvalSet, load_set
from evals.datasets.sampling import spread
from evals.schema import Case

BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure. `cases` are asked of a public `question_set`, of `news`, or else of `settings.articles`."""

    name: str
    cases: Sequence[Case]
    settings: Settings
    output: Path
    question_set: EvalSet | None = None
    news: NewsSet | None = None
    baseline: bool = False
    runs: int = 1
    limit: int | None = None
    category: str | None = None
    split: str | None = None
    judge: str | None = None

    @property
    def folder(self) -> Path:
        """Where this plan's files go."""
        return self.output / "-".join(filter(None, (self.name, self.split, BASELINE if self.baseline else None)))

    @property
    def asked(self) -> list[Case]:
        """The cases of the chosen half, or all."""
        return [case for case in self.cases if self.split in (None, case.split)]


def plan_facts(facts: Path, settings: Settings, output: Path, sample: int | None = None, **more: Any) -> Plan:
    """A plan for a facts file or folder; of `sample` facts, where given, spread evenly over all.

    Raises `UsageError` for a bad line or an unknown gold id.
    """
    cases = load_cases(facts)
    index = open_library(settings)[0].index
    check_gold(cases, {paragraph.id for article in index.articles() for paragraph in article.paragraphs})
    index.close()
    chosen = cases if sample is None else spread(cases, sample)
    return Plan(facts.stem if facts.is_file() else facts.name, chosen, settings, output, **more)


def plan_set(name: str, folder: Path, settings: Settings, output: Path, **more: Any) -> Plan:
    """A plan for one of the public sets."""
    question_set = load_set(name, folder)
    return Plan(name, question_set.cases, settings, output, question_set=question_set, **more)


def plan_news(
    settings: Settings,
    output: Path,
    *,
    bundles: Path = BUNDLES,
    together: bool = False,
    every: int = 1,
    **more: Any,
) -> Plan:
    """A plan for the questions of a folder of bundles, or every `every`-th of them. Raises `UsageError`."""
    news = load_news(bundles, together=together, every=every)
    return Plan(TOGETHER if together else NEWS, news.cases, settings, output, news=news, **more)

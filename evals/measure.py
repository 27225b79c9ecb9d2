"""Measure an assistant, or the baseline, on cases: ask, score, aggregate, write the report."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.endpoint import resolve_endpoint
from assistant.index import ArticleIndex
from assistant.library import Assistant, open_index
from assistant.llm import ChatModel
from assistant.model_files import EMBEDDED_MODEL
from assistant.opening import open_embedder
from assistant.prompts import Prompts
from assistant.schema import Article
from assistant.settings import PROJECT, Settings
from evals.adapters import EvalSet, load_set
from evals.baseline import CitationBaseline
from evals.cases import check_gold, load_cases
from evals.judge import SCORE_NAME, Judge, agreement
from evals.provenance import git_revision, hash_cases, provenance
from evals.report import write_json, write_report
from evals.results_io import metric_to_dict, result_to_dict
from evals.runner import Asker, AssistantAsker, asker_for, load_results, run
from evals.schema import Case, Result
from evals.scorers import score
from evals.stats import aggregate

BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure. `question_set` is a public set; without one, `cases` are asked of `settings.articles`."""

    name: str
    cases: Sequence[Case]
    settings: Settings
    output: Path
    question_set: EvalSet | None = None
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


def plan_facts(facts: Path, settings: Settings, output: Path, **more: Any) -> Plan:
    """A plan for a facts file or folder. Raises `UsageError` for a bad line or an unknown gold id."""
    cases = load_cases(facts)
    index, _ = open_index(settings)
    check_gold(cases, {paragraph.id for article in index.articles() for paragraph in article.paragraphs})
    index.close()
    return Plan(facts.stem if facts.is_file() else facts.name, cases, settings, output, **more)


def plan_set(name: str, folder: Path, settings: Settings, output: Path, **more: Any) -> Plan:
    """A plan for one of the public sets."""
    question_set = load_set(name, folder)
    return Plan(name, question_set.cases, settings, output, question_set=question_set, **more)


def measure(plan: Plan, progress: bool = True) -> dict[str, Any]:
    """Ask every case, write `results…jsonl`, `run.json` and `report.html`, return the run.

    A stopped run resumes where it was, as long as code, prompts, settings and cases are the
    same; a finished one is measured anew. Raises `UsageError` and `ModelError`.
    """
    started = datetime.now(UTC)
    configuration = {"code": code_digest(), "model": plan.settings.model, "passages": plan.settings.passages}
    digest = hashlib.sha256(repr((configuration, hash_cases(plan.asked), plan.baseline)).encode()).hexdigest()[:12]
    results_path = plan.folder / f"results-{digest}.jsonl"
    _forget_finished(results_path, plan)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        model = ChatModel(resolve_endpoint(plan.settings), plan.settings)
        stack.callback(model.close)
        model.start()
        asker = _asker(plan, model, scratch)
        results = run(
            asker,
            plan.asked,
            results_path,
            runs=plan.runs,
            limit=plan.limit,
            category=plan.category,
            configuration=configuration,
            score=score,
            progress=progress,
        )
    record = _record(plan, results, started)
    write_json(plan.folder / "run.json", record)
    return record


def write_html(plan: Plan, record: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]) -> Path:
    """Write the report beside the run's other files."""
    path = plan.folder / "report.html"
    write_report(path, record, others=others)
    return path


def code_digest() -> str:
    """SHA-256 over everything that shapes an answer: code, coefficients, prompts."""
    total = hashlib.sha256()
    files = [*(PROJECT / "assistant").rglob("*.py"), *(PROJECT / "assistant").glob("*.json")]
    for path in sorted([*files, *(PROJECT / "prompts").glob("*.md")]):
        total.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def _forget_finished(path: Path, plan: Plan) -> None:
    if path.exists() and len(load_results(path)) >= min(len(plan.asked), plan.limit or len(plan.asked)) * plan.runs:
        path.unlink()


def _record(plan: Plan, results: Sequence[Result], started: datetime) -> dict[str, Any]:
    embedded = resolve_endpoint(plan.settings).url is None and plan.settings.model == "embedded"
    record: dict[str, Any] = {
        "provenance": provenance(
            model=f"{plan.settings.model}{', CitationQueryEngine' if plan.baseline else ''}",
            model_sha256=EMBEDDED_MODEL.sha256 if embedded else None,
            prompts_sha256=Prompts(plan.settings.prompts).digest(),
            settings=plan.settings,
            cases=plan.asked,
            started=started,
            duration=(datetime.now(UTC) - started).total_seconds(),
            revision=git_revision(PROJECT),
        ),
        "metrics": [metric_to_dict(metric) for metric in aggregate(results)],
        "results": [result_to_dict(result) for result in results],
    }
    if plan.judge:
        record["judge"] = _judge(plan, results)
    return record


def _judge(plan: Plan, results: Sequence[Result]) -> dict[str, Any]:
    settings = plan.settings.model_copy(update={"model": plan.judge})
    model = ChatModel(resolve_endpoint(settings), settings)
    try:
        judge = Judge(model)
        verdicts = ((result, judge.score(result)) for result in results)
        found = agreement(
            [
                replace(result, scores={**result.scores, SCORE_NAME: verdict}) if verdict else result
                for result, verdict in verdicts
            ]
        )
    finally:
        model.close()
    return {"model": plan.judge, "n": found.n, "agreement": found.raw, "kappa": found.kappa}


def _asker(plan: Plan, model: ChatModel, scratch: Path) -> Asker:
    embedder = open_embedder(plan.settings)
    opener: Callable[[Sequence[Article]], Asker]
    if plan.baseline:

        def opener(articles: Sequence[Article]) -> Asker:
            return CitationBaseline(articles, embedder=embedder, model=model, model_name=model.name)
    else:

        def opener(articles: Sequence[Article]) -> Asker:
            path = Path(tempfile.mkdtemp(dir=scratch)) / "index.sqlite3"
            index = ArticleIndex(path, embedder)
            index.add(articles)
            return _Borrowed(Assistant(index, model, plan.settings))

    if plan.question_set is not None:
        return asker_for(plan.question_set, opener)
    index, _ = open_index(plan.settings)
    articles = index.articles()
    index.close()
    return opener(articles)


class _Borrowed(AssistantAsker):
    """An asker whose model outlives it: closing it closes its index alone."""

    def __init__(self, assistant: Assistant) -> None:
        super().__init__(assistant)
        self._index = assistant.index

    def close(self) -> None:
        """Close the index."""
        self._index.close()

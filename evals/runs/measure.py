"""Measure an assistant, or the baseline, on cases: ask, score, aggregate, write the report."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.llm.endpoint import resolve_endpoint
from assistant.llm.llamacpp.model_file import EMBEDDED_MODEL
from assistant.llm.open import open_model
from assistant.llm.prompts import Prompts
from assistant.settings import PROJECT
from assistant.util.files import file_sha256
from assistant.util.redact import public_settings, public_text
from evals.report.page import write_json, write_report
from evals.runs.opening import open_asker
from evals.runs.plans import Plan
from evals.runs.provenance import git_revision, hash_cases, provenance
from evals.runs.records import run_to_dict
from evals.runs.results_file import load_results
from evals.runs.runner import run, select
from evals.schema import Case, Result, Run
from evals.scorers import score
from evals.scorers.llm_judge import SCORE_NAME, Judge, agreement


def measure(plan: Plan, progress: bool = True) -> Run:
    """Ask every case, write `results…jsonl`, `run.json` and `report.html`, return the run.

    A stopped run resumes where it was, as long as code, prompts, settings and cases are the
    same; a finished one is measured anew. Raises `UsageError` and `ModelError`.
    """
    started = datetime.now(UTC)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        model = open_model(plan.settings)
        stack.callback(model.close)
        configuration = {
            "code": code_digest(),
            "adapter": file_sha256(model.adapter) if model.adapter and model.adapter.is_file() else None,
            "prompts": Prompts(plan.settings.prompts).digest(),
            "settings": public_settings(plan.settings),
        }
        asked_of = plan.news.together if plan.news else None
        # Of the settings as they are: two models whose names are masked alike are two.
        told = (configuration, dict(plan.settings), hash_cases(plan.asked), plan.baseline, asked_of)
        digest = hashlib.sha256(repr(told).encode())
        results_path = plan.folder / f"results-{digest.hexdigest()[:12]}.jsonl"
        selected = select(plan.asked, limit=plan.limit, category=plan.category)
        _forget_finished(results_path, selected, plan.runs)
        model.start()
        results = run(
            open_asker(plan, model, scratch),
            plan.asked,
            results_path,
            runs=plan.runs,
            selected=selected,
            configuration=configuration,
            score=score,
            progress=progress,
        )
    measured = _run(plan, results, started, configuration)
    write_json(plan.folder / "run.json", run_to_dict(measured))
    return measured


def write_html(plan: Plan, measured: Run, others: Mapping[str, Run]) -> Path:
    """Write the report beside the run's other files."""
    path = plan.folder / "report.html"
    write_report(path, measured, others=others)
    return path


def code_digest() -> str:
    """SHA-256 over everything that shapes an answer: code, coefficients, prompts."""
    total = hashlib.sha256()
    code = PROJECT / "assistant"
    for path in sorted([*code.rglob("*.py"), *code.rglob("*.json"), *(PROJECT / "prompts").rglob("*.md")]):
        total.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def _forget_finished(path: Path, selected: Sequence[Case], runs: int) -> None:
    """Delete a file of exactly what is to be asked. One of more is a longer run's, which goes on from there."""
    wanted = {(case.id, number) for case in selected for number in range(1, runs + 1)}
    if path.exists() and {(result.case.id, result.run) for result in load_results(path)} == wanted:
        path.unlink()


def _run(plan: Plan, results: Sequence[Result], started: datetime, configuration: Mapping[str, Any]) -> Run:
    embedded = resolve_endpoint(plan.settings).url is None and plan.settings.model == "embedded"
    found = provenance(
        model=f"{plan.settings.model}{', CitationQueryEngine' if plan.baseline else ''}",
        model_sha256=EMBEDDED_MODEL.sha256 if embedded else None,
        prompts_sha256=configuration["prompts"],
        settings=plan.settings,
        cases=plan.asked,
        started=started,
        duration=(datetime.now(UTC) - started).total_seconds(),
        revision=git_revision(PROJECT),
    )
    made_with = {**found, "adapter_sha256": configuration["adapter"], "code_sha256": configuration["code"]}
    return Run(tuple(results), made_with, _judge(plan, results) if plan.judge else None)


def _judge(plan: Plan, results: Sequence[Result]) -> dict[str, Any]:
    settings = plan.settings.model_copy(update={"model": plan.judge})
    model = open_model(settings)
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
    return {"model": public_text(settings.model), "n": found.n, "agreement": found.raw, "kappa": found.kappa}

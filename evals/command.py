"""`assistant eval`: measure any facts or a public set, or compare two runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.settings import Settings
from evals.adapters import SETS
from evals.compare import compare, render
from evals.measure import Plan, measure, plan_facts, plan_set, write_html
from evals.results_io import read_run, result_from_dict
from evals.stats import aggregate, by_split
from evals.table import render_failures, render_table


def run_eval(arguments: argparse.Namespace) -> int:
    """Run what `arguments` ask for; the exit code. Raises `AssistantError`."""
    what = list(arguments.what)
    if what[:1] == ["compare"]:
        if len(what) != 3:
            raise UsageError("compare takes two runs: assistant eval compare A.json B.json")
        print(render(compare(read_run(Path(what[1])), read_run(Path(what[2])))))
        return 0
    plan = _plan(what, arguments)
    record = measure(plan)
    others = {}
    if arguments.baseline:
        others["baseline"] = measure(_with_baseline(plan))
    print(tables(record, others))
    print(f"report: {write_html(plan, record, others)}", file=sys.stderr)
    return 0


def tables(record: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]) -> str:
    """The metric table and the failing cases, for the terminal."""
    results = [result_from_dict(row) for row in record["results"]]
    columns = {}
    if others:
        columns["ours"] = aggregate(results)
        for name, other in others.items():
            columns[name] = aggregate([result_from_dict(row) for row in other["results"]])
    else:
        columns = {**by_split(results), "all": aggregate(results)}
    lines = [render_table(columns)]
    if judged := record.get("judge"):
        lines.append(
            f"judge {judged['model']}: agrees with the gold labels in {judged['agreement']:.2f} of "
            f"{judged['n']} answers (kappa {judged['kappa'] or float('nan'):.2f})"
        )
    return "\n\n".join([*lines, render_failures(results)])


def _plan(what: list[str], arguments: argparse.Namespace) -> Plan:
    settings = Settings.load(
        articles=arguments.articles, index=getattr(arguments, "index", None), model=arguments.model
    )
    more = {
        "runs": arguments.runs,
        "limit": arguments.limit,
        "category": arguments.category,
        "split": arguments.split,
        "judge": arguments.judge,
    }
    if arguments.set:
        if what:
            raise UsageError("give either a facts file or --set, not both")
        if arguments.evaldata is None:
            raise UsageError(f"--set {arguments.set} needs --evaldata DIR, the folder of the question sets")
        return plan_set(arguments.set, arguments.evaldata, settings, arguments.output, **more)
    if len(what) != 1:
        raise UsageError(f"give one facts file or folder, --set {'|'.join(SETS)}, or compare A.json B.json")
    return plan_facts(Path(what[0]), settings, arguments.output, **more)


def _with_baseline(plan: Plan) -> Plan:
    from dataclasses import replace

    return replace(plan, baseline=True, judge=None)

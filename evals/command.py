"""`assistant eval`: measure any facts, bundles of news or a public set, or compare two runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.settings import Settings
from evals.adapters import SETS
from evals.compare import compare, render
from evals.measure import measure, write_html
from evals.news_set import BUNDLES, NEWS, TOGETHER
from evals.plans import Plan, plan_facts, plan_news, plan_set
from evals.results_io import read_run
from evals.run_tables import tables


def run_eval(arguments: argparse.Namespace) -> int:
    """Run what `arguments` ask for; the exit code. Raises `AssistantError`."""
    what = list(arguments.what)
    if what[:1] == ["compare"]:
        if len(what) != 3:
            raise UsageError("compare takes two runs: assistant eval compare A.json B.json")
        print(render(compare(read_run(Path(what[1])), read_run(Path(what[2])))))
        return 0
    plan = make_plan(what, arguments)
    record = measure(plan)
    others: dict[str, Mapping[str, Any]] = {}
    if arguments.baseline:
        others["baseline"] = measure(replace(plan, baseline=True, judge=None))
    print(tables(record, others))
    print(f"report: {write_html(plan, record, others)}", file=sys.stderr)
    return 0


def make_plan(what: list[str], arguments: argparse.Namespace) -> Plan:
    """The plan that the arguments name. Raises `UsageError` where they do not fit together."""
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
    bundles = getattr(arguments, "bundles", None)
    if bundles is not None and arguments.set not in (NEWS, TOGETHER):
        raise UsageError(f"--bundles is for --set {NEWS} and --set {TOGETHER}")
    if not arguments.set:
        if len(what) != 1:
            known = "|".join((NEWS, TOGETHER, *SETS))
            raise UsageError(f"give one facts file or folder, --set {known}, or compare A.json B.json")
        return plan_facts(Path(what[0]), settings, arguments.output, **more)
    if what:
        raise UsageError("give either a facts file or --set, not both")
    if arguments.set in (NEWS, TOGETHER):
        if arguments.split:
            raise UsageError("bundles of news have no halves; leave out --split")
        together = arguments.set == TOGETHER
        return plan_news(settings, arguments.output, bundles=bundles or BUNDLES, together=together, **more)
    if arguments.evaldata is None:
        raise UsageError(f"--set {arguments.set} needs --evaldata DIR, the folder of the question sets")
    return plan_set(arguments.set, arguments.evaldata, settings, arguments.output, **more)

"""What the commands of `python -m evals` do."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from assistant.cli.commands.feedback import read_feedback
from assistant.errors import UsageError
from assistant.settings import Settings
from assistant.text.unicode import one_line
from assistant.util.files import replace_file
from evals.datasets.feedback import to_facts, to_lines
from evals.datasets.news import BUNDLES, NEWS, TOGETHER
from evals.datasets.public import SETS
from evals.report.compare import compare, render
from evals.report.run_tables import tables
from evals.runs.measure import measure, write_html
from evals.runs.plans import Plan, plan_facts, plan_news, plan_set
from evals.runs.records import read_run
from evals.schema import Run

_DRAFTS = ".todo"


def run_eval(arguments: argparse.Namespace) -> int:
    """Measure what `arguments` name and print the tables; the exit code. Raises `AssistantError`."""
    plan = make_plan(arguments)
    measured = measure(plan)
    others: dict[str, Run] = {}
    if arguments.baseline:
        others["baseline"] = measure(replace(plan, baseline=True, judge=None))
    print(tables(measured, others))
    print(f"report: {write_html(plan, measured, others)}", file=sys.stderr)
    return 0


def run_compare(arguments: argparse.Namespace) -> int:
    """Print two runs side by side; the exit code. Raises `UsageError`."""
    print(render(compare(read_run(arguments.before), read_run(arguments.after))))
    return 0


def run_feedback(arguments: argparse.Namespace) -> int:
    """Write or print the facts that readers' verdicts give; the exit code. Raises `AssistantError`."""
    made = to_facts(read_feedback(Settings.load().home))
    facts = () if arguments.verdict == "down" else made.facts
    drafts = () if arguments.verdict == "up" else made.drafts
    if arguments.output is None:
        shown = drafts if arguments.verdict == "down" else facts
        sys.stdout.write(to_lines(shown))
        if drafts and shown is not drafts:
            _say(
                f"{len(drafts)} more must be completed by a person; see them with --verdict down, or give --output FILE"
            )
        return 0
    aside = arguments.output.with_name(arguments.output.name + _DRAFTS)
    for path in (arguments.output, aside):
        # What a person completed in it must not be written over.
        if path.exists():
            raise UsageError(f"{path}: is there already; name another file, or move it away")
    written = []
    if arguments.verdict != "down":
        written.append(_write(arguments.output, to_lines(facts), f"{len(facts)} facts"))
    if drafts:
        written.append(_write(aside, to_lines(drafts), f"{len(drafts)} to complete by a person"))
    _say("; ".join(written) or "nothing to write")
    return 0


def _write(path: Path, text: str, what: str) -> str:
    try:
        replace_file(path, text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); name another file with --output") from error
    return f"{what} in {path}"


def _say(line: str) -> None:
    print(f"evals: {one_line(line)}", file=sys.stderr)


def make_plan(arguments: argparse.Namespace) -> Plan:
    """The plan that the arguments name. Raises `UsageError` where they do not fit together."""
    settings = Settings.load(
        articles=arguments.articles, index=arguments.index, model=arguments.model, read=arguments.read
    )
    more = {
        "runs": arguments.runs,
        "limit": arguments.limit,
        "category": arguments.category,
        "split": arguments.split,
        "judge": arguments.judge,
    }
    bundles = arguments.bundles
    if bundles is not None and arguments.set not in (NEWS, TOGETHER):
        raise UsageError(f"--bundles is for --set {NEWS} and --set {TOGETHER}")
    if not arguments.set:
        if arguments.facts is None:
            raise UsageError(f"give one facts file or folder, or --set {'|'.join((NEWS, TOGETHER, *SETS))}")
        return plan_facts(arguments.facts, settings, arguments.output, **more)
    if arguments.facts is not None:
        raise UsageError("give either a facts file or --set, not both")
    if arguments.set in (NEWS, TOGETHER):
        if arguments.split:
            raise UsageError("bundles of news have no halves; leave out --split")
        together = arguments.set == TOGETHER
        return plan_news(settings, arguments.output, bundles=bundles or BUNDLES, together=together, **more)
    if arguments.evaldata is None:
        raise UsageError(f"--set {arguments.set} needs --evaldata DIR, the folder of the question sets")
    return plan_set(arguments.set, arguments.evaldata, settings, arguments.output, **more)

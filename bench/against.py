"""How fast beside another checkout: `python -m bench.against CHECKOUT [--questions N] [--rounds N]`.

Both answer the same facts about the two articles on the embedded model, in turns, each round in a process
of its own with a first question that is not counted. What counts is `timings_ms.total` of each question, warm;
compared are the medians of the questions that a version answers, and of those that it refuses.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from assistant.settings import PROJECT
from evals.datasets.facts import load_cases
from evals.schema import Case

_RESAMPLED = 2000


def main() -> None:
    """Print medians, their ratio, and its 95 % interval by resampling questions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("checkout", type=Path, help="the other version's folder (git worktree add DIR COMMIT)")
    parser.add_argument("--questions", type=int, default=24, help="of each kind, answerable and not")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    cases = [case for case in load_cases(PROJECT / "evals" / "facts") if not case.history]
    chosen = [case.question for case in _spread([case for case in cases if not case.unanswerable], options.questions)]
    chosen += [case.question for case in _spread([case for case in cases if case.unanswerable], options.questions)]
    taken: dict[str, dict[str, list[float]]] = {"this": defaultdict(list), "other": defaultdict(list)}
    refused: dict[str, dict[str, bool]] = {"this": {}, "other": {}}
    for _ in range(options.rounds):
        for name, folder in (("other", options.checkout.resolve()), ("this", PROJECT)):
            for row in _ask(folder, chosen):
                taken[name][row["question"]].append(row["timings_ms"]["total"] / 1000)
                refused[name][row["question"]] = row["refused"]
    for what, wanted in (("answered", False), ("refused", True)):
        medians = {
            name: [median(times) for question, times in own.items() if refused[name][question] is wanted]
            for name, own in taken.items()
        }
        if not all(medians.values()):
            print(f"{what}: not by both")
            continue
        low, high = _interval(medians["this"], medians["other"])
        this, other = median(medians["this"]), median(medians["other"])
        print(
            f"{what}: {this:.2f} s (n {len(medians['this'])}), the other {other:.2f} s (n {len(medians['other'])}), "
            f"ratio {this / other:.2f} [{low:.2f}, {high:.2f}]"
        )


def _spread(cases: Sequence[Case], wanted: int) -> list[Case]:
    step = max(1, len(cases) // wanted)
    return list(cases[::step])[:wanted]


def _ask(checkout: Path, questions: Sequence[str]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as scratch:
        asked, answers = Path(scratch) / "in.jsonl", Path(scratch) / "out.jsonl"
        rows = ["Who wrote these reports?", *questions]
        asked.write_text("".join(json.dumps({"id": n, "question": text}) + "\n" for n, text in enumerate(rows)))
        command = [sys.executable, "-m", "assistant", "ask", "--articles", str(checkout / "seeds")]
        subprocess.run(
            [*command, "--questions", str(asked), "--output", str(answers)],
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": str(checkout)},
            check=True,
        )
        return [row for row in map(json.loads, answers.read_text().splitlines()) if row["id"] != 0]


def _interval(this: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    chance = random.Random(7)
    ratios = sorted(
        median(chance.choices(this, k=len(this))) / median(chance.choices(other, k=len(other)))
        for _ in range(_RESAMPLED)
    )
    return ratios[int(0.025 * _RESAMPLED)], ratios[int(0.975 * _RESAMPLED)]


if __name__ == "__main__":
    main()

"""Measure the assistant on facts of your own: python examples/own_facts.py

The same on the command line: python -m evals run FACTS.jsonl --articles FOLDER. Run it from the checkout, to which
the evals belong; CONTRIBUTING.md says what a fact may hold.
"""

import json
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from assistant import Settings  # noqa: E402
from evals.metrics.aggregate import aggregate  # noqa: E402
from evals.runs.measure import measure  # noqa: E402
from evals.runs.plans import plan_facts  # noqa: E402

FACTS = [
    {
        "id": "signed",
        "category": "plain",
        "question": "What did Xi and Putin sign in Moscow in 2023?",
        "answers": [["two joint statements"]],
        "gold": [["002_d120cbaaada3c47b#p9"]],
    },
    {"id": "capital", "category": "refuse", "question": "What is the capital of Australia?", "unanswerable": True},
]

with tempfile.TemporaryDirectory() as name:
    path = Path(name) / "facts.jsonl"
    path.write_text("".join(json.dumps(fact) + "\n" for fact in FACTS), encoding="utf-8")
    settings = Settings.load(articles=PROJECT / "seeds")
    run = measure(plan_facts(path, settings, Path(name)), progress=False)
    for result in run.results:
        answer = result.answer["answer"] if result.answer else "no answer"
        print(result.case.question, "→", answer)
    for metric in aggregate(run.results):
        if metric.name in ("right", "rightly_refused"):
            print(f"{metric.label}: {metric.value} of {metric.n}")

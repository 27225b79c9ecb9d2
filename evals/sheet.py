"""Shown sentences and their quotes, to be read by hand: `python -m evals.sheet evals/results/news/run.json [--n N]`.

Whether a quote states its sentence is the one thing that no scorer here is trusted to say alone.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from evals.runs.records import read_run


def main() -> None:
    """Print `--n` sentences drawn at random by `--seed`, each with question, byline and quotes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("run", type=Path)
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    sentences = [
        (result.answer, sentence)
        for result in read_run(options.run).results
        if result.answer is not None
        for sentence in result.answer["sentences"]
    ]
    drawn = random.Random(options.seed).sample(sentences, min(options.n, len(sentences)))
    for number, (answer, sentence) in enumerate(drawn, 1):
        print(f"{number}. {answer['question']}")
        print(f"   {'QUOTED ' if sentence['quoted'] else ''}{sentence['byline'] or ''} {sentence['text']}")
        for citation in answer["citations"]:
            if citation["number"] in sentence["citations"]:
                print(f"   > {citation['source']}, {citation['published']}: {citation['quote']}")


if __name__ == "__main__":
    main()

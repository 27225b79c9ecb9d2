"""`assistant eval`: measure how accurate it is."""

from __future__ import annotations

import argparse
from pathlib import Path

from assistant.cli.commands.common import Commands, add_folder_and_model


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    evaluate = commands.add_parser("eval", help="measure how accurate it is, or compare two measurements")
    evaluate.add_argument("what", nargs="*", metavar="FACTS | compare A B", help="a facts file (JSON lines) or folder")
    evaluate.add_argument("--set", metavar="NAME", help="news, news-together or a public question set instead of facts")
    evaluate.add_argument("--evaldata", type=Path, metavar="DIR", help="the folder of the public question sets")
    evaluate.add_argument(
        "--bundles",
        type=Path,
        metavar="DIR",
        help="bundles of news for --set news and news-together; else the project's",
    )
    evaluate.add_argument("--output", type=Path, default=Path("eval-results"), metavar="DIR", help="where results go")
    evaluate.add_argument("--baseline", action="store_true", help="measure llama-index's CitationQueryEngine beside")
    evaluate.add_argument("--limit", type=int, metavar="N", help="the first N cases only")
    evaluate.add_argument("--category", metavar="NAME", help="cases of one category only")
    evaluate.add_argument("--split", choices=("development", "held-out"), help="cases of one half only")
    evaluate.add_argument("--runs", type=int, default=1, metavar="N", help="ask every case N times")
    evaluate.add_argument("--judge", metavar="MODEL", help="let a model judge free answers too, and say how it agrees")
    add_folder_and_model(evaluate)
    evaluate.set_defaults(run=_eval)


def _eval(arguments: argparse.Namespace) -> int:
    from evals.command import run_eval

    return run_eval(arguments)

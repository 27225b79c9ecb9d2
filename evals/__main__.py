"""`python -m evals`: measure how accurate the assistant is, compare two runs, make facts of readers' verdicts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from assistant.cli.commands.common import add_folder_and_model
from assistant.cli.main import guarded
from evals.command import run_compare, run_eval, run_feedback


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code: 1 something failed, 2 asked wrongly."""
    arguments = _parser().parse_args(argv)
    return guarded(lambda: int(arguments.run(arguments)), program="evals")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals", description="Measures how accurate the assistant is.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_run(commands.add_parser("run", help="measure facts of your own, bundles of news or a public set"))
    compare = commands.add_parser("compare", help="two runs: better or worse, and is it more than chance?")
    compare.add_argument("before", type=Path, metavar="A.json")
    compare.add_argument("after", type=Path, metavar="B.json")
    compare.set_defaults(run=run_compare)
    _add_feedback(
        commands.add_parser(
            "feedback",
            help="make facts of what readers said on the page",
            description="Thumbs up become facts; what a person must complete first goes to FILE.todo, "
            "or is printed with --verdict down.",
        )
    )
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("facts", nargs="?", type=Path, help="a facts file (JSON lines) or a folder of them")
    parser.add_argument("--set", metavar="NAME", help="news, news-together or a public question set instead of facts")
    parser.add_argument("--evaldata", type=Path, metavar="DIR", help="the folder of the public question sets")
    parser.add_argument(
        "--bundles",
        type=Path,
        metavar="DIR",
        help="bundles of news for --set news and news-together; else the project's",
    )
    parser.add_argument("--output", type=Path, default=Path("eval-results"), metavar="DIR", help="where results go")
    parser.add_argument("--baseline", action="store_true", help="measure llama-index's CitationQueryEngine beside")
    parser.add_argument("--limit", type=int, metavar="N", help="the first N cases only")
    parser.add_argument("--category", metavar="NAME", help="cases of one category only")
    parser.add_argument("--split", choices=("development", "held-out"), help="cases of one half only")
    parser.add_argument("--runs", type=int, default=1, metavar="N", help="ask every case N times")
    parser.add_argument("--judge", metavar="MODEL", help="let a model judge free answers too, and say how it agrees")
    add_folder_and_model(parser)
    parser.set_defaults(run=run_eval)


def _add_feedback(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", type=Path, metavar="FILE", help="where the facts go (default: standard output)")
    parser.add_argument("--verdict", choices=("up", "down"), help="only these")
    parser.set_defaults(run=run_feedback)


if __name__ == "__main__":
    sys.exit(main())

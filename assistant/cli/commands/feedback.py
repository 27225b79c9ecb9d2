"""`assistant feedback`: readers' ratings of answers, as a list; `python -m evals feedback` makes facts of it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.cli.commands.common import Commands, add_json, print_json, settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.web.storage.feedback import Feedback


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    feedback = commands.add_parser("feedback", help="list the thumbs up and down")
    actions = feedback.add_subparsers(required=True, metavar="list")
    listed = actions.add_parser("list", help="one line a verdict, the oldest first")
    listed.add_argument("--verdict", choices=("up", "down"), help="only these")
    add_json(listed)
    listed.set_defaults(run=_list)


def read_feedback(home: Path, verdict: str | None = None) -> Sequence[Feedback]:
    """All feedback below `home`, or that of one verdict, the oldest first. Where there is none yet, no file is made."""
    from assistant.library.user_data import feedback_path
    from assistant.web.storage.feedback import FeedbackStore

    path = feedback_path(home)
    if not path.exists():
        print(
            f"assistant: no feedback yet; it is given on the page (assistant web) and kept in {path}", file=sys.stderr
        )
        return ()
    store = FeedbackStore(path)
    try:
        return store.list(verdict)
    finally:
        store.close()


def _list(arguments: argparse.Namespace) -> int:
    from assistant.text.unicode import one_line

    for item in read_feedback(settings_of(arguments).home, arguments.verdict):
        if arguments.json:
            told = {
                "given_at": item.given_at.isoformat(),
                "verdict": item.verdict,
                "comment": item.comment,
                "question": item.question,
                "answer": dict(item.answer),
                "history": [turn.to_dict() for turn in item.history],
                "scope": dict(item.scope),
            }
            print_json(told)
        else:
            said = one_line(str(item.answer.get("answer") or ""))
            comment = f"  – {one_line(item.comment)}" if item.comment else ""
            print(f"{item.given_at:%Y-%m-%d %H:%M}  {item.verdict:4}  {one_line(item.question)}  {said}{comment}")
    return 0

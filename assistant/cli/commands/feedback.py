"""`assistant feedback`: what readers said of answers, as a list or as eval facts."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.cli.commands.common import Commands, settings_of
from assistant.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.web.storage.feedback import Feedback

_DRAFTS = ".todo"


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    feedback = commands.add_parser("feedback", help="list the thumbs up and down, or turn them into eval facts")
    actions = feedback.add_subparsers(required=True, metavar="list | export")
    listed = actions.add_parser("list", help="one line a verdict, the oldest first")
    export = actions.add_parser(
        "export",
        help="eval facts as JSON lines",
        description="Thumbs up become facts; what a person must complete first goes to FILE.todo, "
        "or is printed with --verdict down.",
    )
    export.add_argument("--output", type=Path, metavar="FILE", help="where the facts go (default: standard output)")
    for parser in (listed, export):
        parser.add_argument("--verdict", choices=("up", "down"), help="only these")
    listed.set_defaults(run=_list)
    export.set_defaults(run=_export)


def _kept(arguments: argparse.Namespace) -> Sequence[Feedback]:
    """All feedback. Where there is none yet, no file is made."""
    from assistant.library.kept import feedback_path
    from assistant.web.storage.feedback import FeedbackStore

    path = feedback_path(settings_of(arguments).home)
    if not path.exists():
        print(
            f"assistant: no feedback yet; it is given on the page (assistant web) and kept in {path}", file=sys.stderr
        )
        return ()
    store = FeedbackStore(path)
    try:
        return store.list()
    finally:
        store.close()


def _list(arguments: argparse.Namespace) -> int:
    from assistant.cli.terminal import one_line

    for item in _kept(arguments):
        if arguments.verdict in (None, item.verdict):
            said = one_line(str(item.answer.get("answer") or ""))
            comment = f"  – {one_line(item.comment)}" if item.comment else ""
            print(f"{item.given_at:%Y-%m-%d %H:%M}  {item.verdict:4}  {one_line(item.question)}  {said}{comment}")
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from evals.feedback_facts import to_facts, to_lines

    made = to_facts(_kept(arguments))
    facts = () if arguments.verdict == "down" else made.facts
    drafts = () if arguments.verdict == "up" else made.drafts
    if arguments.output is None:
        shown = drafts if arguments.verdict == "down" else facts
        sys.stdout.write(to_lines(shown))
        if drafts and shown is not drafts:
            print(
                f"assistant: {len(drafts)} more must be completed by a person; see them with --verdict down, "
                "or give --output FILE",
                file=sys.stderr,
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
    print(f"assistant: {'; '.join(written) or 'nothing to write'}", file=sys.stderr)
    return 0


def _write(path: Path, text: str, what: str) -> str:
    """Write a file whole or not at all."""
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
            try:
                file.write(text)
                file.close()
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); name another file with --output") from error
    return f"{what} in {path}"

"""`assistant check-answers`: saved answers that no longer hold."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.cli.commands.common import (
    Commands,
    add_folder_and_model,
    open_assistant,
    print_json,
    read_text,
    say_always,
    settings_of,
)
from assistant.errors import UsageError

if TYPE_CHECKING:
    from assistant.newsroom.answers.ask_again import AskedAgain
    from assistant.newsroom.answers.stale import Kept, Stale


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    check = commands.add_parser("check-answers", help="which saved answers are stale; exit code 1 where any is")
    check.add_argument(
        "answers",
        nargs="?",
        metavar="FILE",
        help="what ask --output or ask --json wrote; - for standard input (default: the page's conversations and "
        "what was asked last)",
    )
    check.add_argument("--ask-again", action="store_true", help="ask what is stale again, and show both answers")
    check.add_argument("--json", action="store_true", help="one JSON object a line")
    add_folder_and_model(check)
    check.set_defaults(run=_check)


def _check(arguments: argparse.Namespace) -> int:
    from assistant.cli.terminal import progress_bars
    from assistant.newsroom.answers.ask_again import ask_again
    from assistant.newsroom.answers.stale import StaleCheck

    kept = _of_file(arguments.answers) if arguments.answers else _of_home(settings_of(arguments).home)
    if not kept:
        print("assistant: no answers are kept yet", file=sys.stderr)
        return 0
    with open_assistant(arguments) as assistant:
        progress = progress_bars("checking answers", "answers")
        stale = 0
        for one in StaleCheck(assistant).run(kept, progress):
            stale += 1
            again = ask_again(assistant, one.kept.answer) if arguments.ask_again else None
            if arguments.json:
                print_json({**one.to_dict(), **({"again": again.to_dict()} if again else {})})
            else:
                print(_told(one, again), flush=True)
        print(f"assistant: {stale} of {len(kept)} answers stale", file=sys.stderr)
        return 1 if stale or assistant.update.problems else 0


def _told(stale: Stale, again: AskedAgain | None) -> str:
    from assistant.text.unicode import one_line

    lines = [f"{stale.kept.where}: {stale.kept.answer.question}", f"  was: {stale.kept.answer.answer}"]
    if again:
        lines.append(f"  now{f' ({again.difference})' if again.difference else ''}: {again.now.answer}")
    for reason in stale.reasons:
        lines.append(f"  {reason.change}: {reason.detail}")
        for change in reason.changes:
            lines += [f"    {sign} {text}" for sign, text in (("-", change.before), ("+", change.after)) if text]
    return "\n".join(line[: len(line) - len(line.lstrip())] + one_line(line) for line in lines)


def _of_file(given: str) -> list[Kept]:
    from assistant.newsroom.answers.file import parse_answers
    from assistant.newsroom.answers.stale import Kept

    where = "standard input" if given == "-" else given
    answers = parse_answers(read_text(given, "answers file", "answers"), where)
    # When a file was written last, its answers had been given.
    asked = None if given == "-" else datetime.fromtimestamp(Path(given).stat().st_mtime, UTC)
    return [Kept(answer, f"{where}, answer {number}", asked) for number, answer in enumerate(answers, start=1)]


def _of_home(home: Path) -> list[Kept]:
    from assistant.cli.conversation import Conversation
    from assistant.library.user_data import conversations_path
    from assistant.newsroom.answers.file import parse_answers
    from assistant.newsroom.answers.stale import Kept
    from assistant.schema.articles import scope_of
    from assistant.web.storage.conversations import ConversationStore

    found = [("asked last", given, asked) for given, asked in Conversation.of(home).answers()]
    path = conversations_path(home)
    if path.exists():
        store = ConversationStore(path)
        found += [
            (f"conversation “{title}”, message {one.position}", one.answer, one.asked_at)
            for title, one in store.everything()
        ]
        store.close()
    kept = []
    for where, given, asked in found:
        try:
            answers = parse_answers(json.dumps(given), where)
            kept += [Kept(answer, where, asked, scope_of(given.get("scope"))) for answer in answers]
        except UsageError as error:
            say_always(f"passed over: {error}")
    return kept

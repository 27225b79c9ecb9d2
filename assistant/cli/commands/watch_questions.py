"""`assistant watch-questions`: saved questions that are asked again when articles arrive."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.cli.commands.common import (
    Commands,
    add_folder,
    add_folder_and_model,
    add_json,
    open_assistant,
    print_json,
    put,
    settings_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.newsroom.saved_questions.book import Event, QuestionBook


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    watch = commands.add_parser("watch-questions", help="save questions, and ask them again when articles arrive")
    actions = watch.add_subparsers(title="actions", required=True, metavar="ACTION")
    adding = actions.add_parser("add", help="save a question")
    adding.add_argument("question")
    adding.set_defaults(run=_add)
    listing = actions.add_parser("list", help="the saved questions with their last answers")
    add_json(listing)
    listing.set_defaults(run=_list)
    removing = actions.add_parser("remove", help="remove a saved question")
    removing.add_argument("question", metavar="ID", help="its id, or its words")
    removing.set_defaults(run=_remove)
    for action in (adding, listing, removing):
        add_folder(action)
    running = actions.add_parser("run", help="ask those again that new articles come near")
    running.add_argument("--format", choices=("text", "json", "markdown"), default="text", help="default: text")
    running.add_argument("--output", type=Path, metavar="FILE", help="where it goes (default: standard output)")
    running.add_argument("--feed", type=Path, metavar="FILE", help="write an Atom feed of the last 200 reports as well")
    add_folder_and_model(running)
    running.set_defaults(run=_run)


def _add(arguments: argparse.Namespace) -> int:
    from assistant.text.unicode import one_line

    question = _book(arguments).add(arguments.question)
    print(f"{question.id}  {one_line(question.text)}")
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from assistant.text.unicode import one_line

    for question in _book(arguments).questions():
        if arguments.json:
            print_json(question.model_dump(mode="json"))
            continue
        last = question.answer.answer if question.answer else "(not asked yet; see assistant watch-questions run)"
        print(f"{question.id}  {one_line(question.text)}\n          {one_line(last)}")
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    from assistant.text.unicode import one_line

    question = _book(arguments).remove(arguments.question)
    print(f"removed {question.id}  {one_line(question.text)}")
    return 0


def _run(arguments: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from assistant.cli.terminal import progress_bars
    from assistant.newsroom.saved_questions.output import to_atom
    from assistant.newsroom.saved_questions.watch import Watch

    book = _book(arguments)
    questions = len(book.questions())
    if not questions:
        print('assistant: no question is saved yet: assistant watch-questions add "…"', file=sys.stderr)
        return 0
    with open_assistant(arguments) as assistant:
        events = Watch(assistant, book).run(progress_bars("asking saved questions", "questions"))
        put(_written(events, arguments.format), arguments.output)
        if arguments.feed:
            put(to_atom(book.id(), book.events(), datetime.now(UTC)), arguments.feed)
        print(f"assistant: {len(events)} of {questions} saved questions have something to tell", file=sys.stderr)
        return 1 if assistant.update.problems else 0


def _written(events: Sequence[Event], form: str) -> str:
    from assistant.cli.terminal import as_json
    from assistant.newsroom.saved_questions.output import to_markdown, to_text

    if form == "json":
        return "".join(f"{as_json(event.model_dump(mode='json'), indent=None)}\n" for event in events)
    return to_markdown(events) if form == "markdown" else to_text(events)


def _book(arguments: argparse.Namespace) -> QuestionBook:
    from assistant.library.location import place_to_ask
    from assistant.library.user_data import QUESTIONS
    from assistant.newsroom.saved_questions.book import QuestionBook

    return QuestionBook(place_to_ask(settings_of(arguments)).kept / QUESTIONS)

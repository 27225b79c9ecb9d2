"""`assistant timeline`: a timeline of a story, as its reports told it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.cli.commands.common import (
    EXPORT_FORMATS,
    Commands,
    add_filters,
    add_folder_and_model,
    filter_of,
    open_assistant,
    put,
)
from assistant.errors import UsageError
from assistant.newsroom.export.kinds import ExportFormat

if TYPE_CHECKING:
    from assistant.api import Assistant
    from assistant.newsroom.stories.timeline import Entry
    from assistant.schema.articles import ArticleFilter

_MOST = 30
_LIMIT = 1_000


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    timeline = commands.add_parser("timeline", help="a story day by day: a checked line a report, with its quote")
    timeline.add_argument("story", metavar="STORY", help="what the story is about, or a question")
    timeline.add_argument(
        "--most", type=int, default=_MOST, metavar="N", help=f"reports read at most, the nearest (default: {_MOST})"
    )
    form = timeline.add_mutually_exclusive_group()
    form.add_argument("--format", type=_format, choices=EXPORT_FORMATS, help="as assistant export writes answers")
    form.add_argument("--json", action="store_true", help="one JSON object a line")
    timeline.add_argument("--output", type=Path, metavar="FILE", help="where --format goes (default: standard output)")
    add_filters(timeline)
    add_folder_and_model(timeline)
    timeline.set_defaults(run=_timeline)


def _format(given: str) -> str:
    return {"md": "markdown"}.get(given, given)


def _timeline(arguments: argparse.Namespace) -> int:
    from assistant.cli.terminal import progress_bars
    from assistant.newsroom.stories.timeline import timeline_of
    from assistant.query.validate import check_question

    check_question(arguments.story)
    if not 1 <= arguments.most <= _LIMIT:
        raise UsageError(f"--most {arguments.most}: give a number from 1 to {_LIMIT:,}")
    if arguments.output is not None and arguments.format is None:
        raise UsageError("--output goes with --format")
    articles = filter_of(arguments)
    with open_assistant(arguments) as assistant:
        progress = progress_bars("reading", "reports")
        timeline = timeline_of(assistant, most=arguments.most)
        entries = timeline.entries(arguments.story, articles, most=arguments.most, progress=progress)
        _show(entries, articles, arguments, assistant)
        return 1 if assistant.update.problems else 0


def _show(
    entries: Sequence[Entry], articles: ArticleFilter, arguments: argparse.Namespace, assistant: Assistant
) -> None:
    from assistant.cli.commands.common import print_json
    from assistant.newsroom.export.formats import export
    from assistant.newsroom.stories.timeline import entry_to_dict, to_answer

    if arguments.json:
        for entry in entries:
            print_json(entry_to_dict(entry))
    elif arguments.format is not None:
        answer = to_answer(arguments.story, entries, model=assistant.model.name, articles=articles)
        written = export([answer], assistant.article, datetime.now().astimezone(), arguments.format)
        put(written, arguments.output, is_table=arguments.format == ExportFormat.CSV)
    else:
        _print(entries)


def _print(entries: Sequence[Entry]) -> None:
    from assistant.answering.render import as_quotation
    from assistant.cli.terminal import print_quote, printable
    from assistant.schema.answers import NOT_STATED
    from assistant.schema.articles import iso_day

    if not entries:
        print(NOT_STATED)
    for entry in entries:
        day = iso_day(entry.day) or "undated"
        print(f"{day}, reports differ" if len(entry.told) > 1 else day)
        for told in entry.told:
            text = as_quotation(told.line.text) if told.line.quoted else told.line.text
            print(f"  {printable(text)}")
            if told.differs:
                print(f"  {printable(as_quotation(told.differs.quote.text))}")
            for part in told.evidence:
                print_quote(part.passage, part.quote.text)

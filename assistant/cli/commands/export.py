"""`assistant export`: answers with all that is known of their sources, for a fact check."""

from __future__ import annotations

import argparse
from pathlib import Path

from assistant.cli.commands.common import (
    EXPORT_FORMATS,
    Commands,
    add_folder,
    put,
    read_text,
    say,
    say_always,
    settings_of,
    warn,
)


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    export = commands.add_parser("export", help="export answers with their sources, for a fact check")
    export.add_argument("answers", metavar="FILE", help="what ask --output or ask --json wrote; - for standard input")
    export.add_argument("--format", choices=EXPORT_FORMATS, default="markdown", help="default: markdown")
    export.add_argument("--output", type=Path, metavar="FILE", help="where it goes (default: standard output)")
    add_folder(export)
    export.set_defaults(run=_export)


def _export(arguments: argparse.Namespace) -> int:
    from datetime import datetime

    from assistant.cli.terminal import progress_bars
    from assistant.library.open import open_collection
    from assistant.newsroom.answers.file import parse_answers
    from assistant.newsroom.export.fact_check import fact_check
    from assistant.newsroom.export.formats import write
    from assistant.schema.answers import CitationState

    where = "standard input" if arguments.answers == "-" else arguments.answers
    answers = parse_answers(read_text(arguments.answers, "answers file", "answers"), where)
    library, update = open_collection(settings_of(arguments), progress_bars, say)
    try:
        check = fact_check(answers, library.index.article, datetime.now().astimezone())
    finally:
        library.index.close()
    put(write(check, arguments.format), arguments.output)
    warn(update.problems)
    for source in check.sources:
        if source.state is not CitationState.UNCHANGED:
            say_always(f"paragraph {source.paragraph_id} is {source.state} in the library; exported as it was cited")
    return 1 if update.problems else 0

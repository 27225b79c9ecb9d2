"""`assistant export`: answers with all that is known of their sources, for a fact check."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.cli.commands.common import (
    EXPORT_FORMATS,
    Commands,
    add_folder_and_model,
    put,
    read_text,
    say,
    say_always,
    settings_of,
    warn,
)
from assistant.newsroom.export.kinds import ExportFormat

if TYPE_CHECKING:
    from assistant.newsroom.answers.file import SavedAnswer
    from assistant.newsroom.export.fact_check import FactCheck


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    export = commands.add_parser("export", help="export answers with their sources, for a fact check")
    export.add_argument("answers", metavar="FILE", help="what ask --output or ask --json wrote; - for standard input")
    export.add_argument("--format", choices=EXPORT_FORMATS, default="markdown", help="default: markdown")
    export.add_argument("--output", type=Path, metavar="FILE", help="where it goes (default: standard output)")
    export.add_argument(
        "--carriers",
        action="store_true",
        help="with the outlets that carry what is cited, as assistant sources counts them; asks the language model",
    )
    add_folder_and_model(export)
    export.set_defaults(run=_export)


def _export(arguments: argparse.Namespace) -> int:
    from assistant.newsroom.answers.file import parse_answers
    from assistant.newsroom.export.formats import write
    from assistant.schema.answers import CitationState

    where = "standard input" if arguments.answers == "-" else arguments.answers
    answers = parse_answers(read_text(arguments.answers, "answers file", "answers"), where)
    check, problems = (_with_carriers if arguments.carriers else _checked)(answers, arguments)
    put(write(check, arguments.format), arguments.output, is_table=arguments.format == ExportFormat.CSV)
    warn(problems)
    # Several answers cite one paragraph, by other numbers and for other words.
    for paragraph, state in dict.fromkeys((source.paragraph_id, source.state) for source in check.sources):
        if state is not CitationState.UNCHANGED:
            say_always(f"paragraph {paragraph} is {state} in the library; exported as it was cited")
    return 1 if problems else 0


def _checked(answers: Sequence[SavedAnswer], arguments: argparse.Namespace) -> tuple[FactCheck, Sequence[str]]:
    """The fact check, and what was passed over in the library; no language model is opened."""
    from datetime import datetime

    from assistant.cli.terminal import progress_bars
    from assistant.library.open import open_library
    from assistant.newsroom.export.fact_check import fact_check

    library, update = open_library(settings_of(arguments), progress_bars, say)
    with closing(library.index):
        return fact_check(answers, library.index.article, datetime.now().astimezone()), update.problems


def _with_carriers(answers: Sequence[SavedAnswer], arguments: argparse.Namespace) -> tuple[FactCheck, Sequence[str]]:
    """The same with who carries what is cited."""
    from datetime import datetime

    from assistant.cli.terminal import progress_bars
    from assistant.newsroom.evidence.base import open_evidence_base
    from assistant.newsroom.export.carriers import count_carriers
    from assistant.newsroom.export.fact_check import fact_check
    from assistant.newsroom.provenance.independence import PASSAGES

    with open_evidence_base(settings_of(arguments), progress_bars, say, passages=PASSAGES) as (base, update):
        carriage_of = count_carriers(base, answers, progress_bars("counting who carries it", "citations"))
        return fact_check(answers, base.index.article, datetime.now().astimezone(), carriage_of), update.problems

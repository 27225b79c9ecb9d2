"""`assistant read`: articles as the readers extract them from files, without an index and without a model."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.cli.commands.common import Commands, warn

if TYPE_CHECKING:
    from assistant.ingest.build import Problem, Reading


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    read = commands.add_parser("read", help="show what is read from files, without indexing them")
    read.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files, folders or archives")
    read.add_argument("--json", action="store_true", help="one JSON object a line, for an article or a problem")
    read.set_defaults(run=_read)


def _read(arguments: argparse.Namespace) -> int:
    from assistant.cli.tables import print_reading, reading_to_dict
    from assistant.cli.terminal import as_json
    from assistant.ingest.build import Problem

    failed = shown = 0
    for file, found in _found(arguments.paths):
        if isinstance(found, Problem):
            failed += 1
            if arguments.json:
                print(as_json({"problem": found.message, "file": file}, indent=None))
            else:
                warn([found.message])
        elif arguments.json:
            print(as_json(reading_to_dict(found), indent=None))
        else:
            print("\n\n" * bool(shown), end="")
            print_reading(found, sys.stdout)
            shown += 1
    return 1 if failed else 0


def _found(paths: Sequence[Path]) -> Iterator[tuple[str, Reading | Problem]]:
    """Each file's label with what was read of it. Raises `UsageError`, before anything is read."""
    from assistant.errors import ArticleError
    from assistant.ingest.build import Problem
    from assistant.ingest.discover import files_of

    for file in [file for path in paths for file in files_of(path)]:
        try:
            yield from ((file.label, found) for found in file.readings())
        except ArticleError as error:
            yield file.label, Problem(str(error))

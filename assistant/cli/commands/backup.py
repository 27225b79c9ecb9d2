"""`assistant backup`: sources, uploads, conversations and other user data, in one file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from assistant.cli.commands.common import Commands, settings_of
from assistant.text.numbers import counted


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    backup = commands.add_parser(
        "backup",
        help="sources, uploads, conversations, feedback and API keys in one file",
        description="Writes one archive of the libraries' sources and uploads, of conversations and feedback, "
        "of API keys (hashed) and of what ask --continue follows up on. "
        "Pages may run meanwhile. Indexes and models are not in it: they are made anew; users are added anew.",
    )
    backup.add_argument("file", type=Path, metavar="FILE", help="the archive to write, a zip")
    backup.add_argument("--force", action="store_true", help="replace FILE where it is there already")
    backup.set_defaults(run=_backup)


def _backup(arguments: argparse.Namespace) -> int:
    from assistant.library.backup import back_up

    number = back_up(settings_of(arguments).home, arguments.file, force=arguments.force)
    print(f"assistant: {counted(number, 'file')} in {arguments.file}, read back and whole", file=sys.stderr)
    return 0

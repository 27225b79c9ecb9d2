"""`assistant restore`: user data put back from a backup."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from assistant.cli.commands.common import Commands, settings_of


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    restore = commands.add_parser(
        "restore",
        help="put back what assistant backup wrote",
        description="Checks the whole archive first, then puts it in place; what was there before is moved aside.",
    )
    restore.add_argument("file", type=Path, metavar="FILE", help="an archive that assistant backup wrote")
    restore.add_argument("--force", action="store_true", help="also where there is something already")
    restore.set_defaults(run=_restore)


def _restore(arguments: argparse.Namespace) -> int:
    from assistant.library.restore import restore

    before = restore(settings_of(arguments).home, arguments.file, force=arguments.force)
    print(f"assistant: restored {arguments.file}; indexes are made anew when they are needed", file=sys.stderr)
    if before and (before / "old" / "keys.json").exists():
        print("assistant: API keys that were revoked since are valid again: assistant keys list", file=sys.stderr)
    if before:
        print(f"assistant: what was there before lies in {before}", file=sys.stderr)
    return 0

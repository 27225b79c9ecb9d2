"""`assistant remove`: take articles out of the library."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from assistant.cli.commands.common import Commands, add_folder, filter_of, say, settings_of, warn
from assistant.errors import UsageError
from assistant.text.numbers import counted

if TYPE_CHECKING:
    from assistant.library.library import Library
    from assistant.schema.articles import ArticleFilter


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    remove = commands.add_parser("remove", help="take articles out of the library; their files are left alone")
    remove.add_argument("ids", nargs="*", metavar="ID", help="articles, as assistant articles lists them")
    remove.add_argument("--outlet", metavar="NAME", help="all articles of this outlet")
    remove.add_argument("--before", metavar="DATE", help="all articles published before YYYY-MM-DD")
    remove.add_argument("--yes", action="store_true", help="do not ask")
    remove.add_argument("--restore", action="store_true", help="bring removed articles back: these, or all")
    add_folder(remove)
    remove.set_defaults(run=_remove)


def _remove(arguments: argparse.Namespace) -> int:
    from assistant.cli.terminal import progress_bars
    from assistant.library.open import open_library

    chosen = bool(arguments.outlet or arguments.before)
    if arguments.restore and chosen:
        raise UsageError("--restore takes ids, or nothing to bring everything back")
    if not (arguments.ids or chosen or arguments.restore):
        raise UsageError("say what to remove: assistant remove ID…, --outlet NAME or --before DATE")
    if arguments.ids and chosen:
        raise UsageError("give either ids, or --outlet and --before")
    doomed = filter_of(arguments) if chosen else None
    settings = settings_of(arguments)
    if arguments.restore:
        return _restore(arguments)
    library, update = open_library(settings, progress_bars, say)
    with closing(library.index):
        warn(update.problems)
        return _remove_from(library, doomed, arguments)


def _remove_from(library: Library, doomed: ArticleFilter | None, arguments: argparse.Namespace) -> int:
    from assistant.text.unicode import one_line

    store = library.index.store
    unknown = [key for key in arguments.ids if store.record(key) is None]
    ids = [key for key in arguments.ids if key not in unknown]
    if doomed is not None:
        ids = [header.id for header in library.index.all_headers(doomed)]
    if ids and (arguments.yes or _agreed(len(ids))):
        number = library.remove(ids)
        print(f"assistant: removed {counted(number, 'article')}", file=sys.stderr)
    elif not unknown:
        print("assistant: nothing was removed", file=sys.stderr)
    for key in unknown:
        print(f"assistant: article {one_line(repr(key))} is not in the library", file=sys.stderr)
    return 1 if unknown else 0


def _agreed(number: int) -> bool:
    """Ask, where somebody is there to answer."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    print(f"Remove {counted(number, 'article')} from the library? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _restore(arguments: argparse.Namespace) -> int:
    from assistant.cli.commands.common import say_always
    from assistant.cli.terminal import progress_bars
    from assistant.library.location import place_to_ask
    from assistant.library.open import open_place
    from assistant.text.unicode import one_line

    settings = settings_of(arguments)
    library = open_place(place_to_ask(settings), settings, say_always)
    try:
        back = library.restore(arguments.ids)
        report = library.refresh(progress_bars("indexing articles"))
    finally:
        library.index.close()
    warn(report.problems)
    unknown = [key for key in arguments.ids if key not in back]
    for key in unknown:
        print(f"assistant: article {one_line(repr(key))} was not removed", file=sys.stderr)
    print(f"assistant: restored {counted(len(back), 'article')}", file=sys.stderr)
    return 1 if unknown or report.problems else 0

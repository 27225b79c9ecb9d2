"""`assistant versions`: earlier versions of an article, before it was replaced."""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import TYPE_CHECKING

from assistant.cli.commands.common import (
    Commands,
    add_folder,
    add_json,
    print_json,
    say,
    say_always,
    settings_of,
    warn,
)
from assistant.errors import ArticleError

if TYPE_CHECKING:
    from assistant.library.index import ArticleIndex
    from assistant.newsroom.provenance.versions import Replacement


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    versions = commands.add_parser("versions", help="what changed in an article that was replaced")
    versions.add_argument("article", metavar="ARTICLE", help="its id, as assistant articles tells it")
    add_json(versions)
    add_folder(versions)
    versions.set_defaults(run=_versions)


def _versions(arguments: argparse.Namespace) -> int:
    from assistant.cli.terminal import progress_bars
    from assistant.library.open import open_library

    library, update = open_library(settings_of(arguments), progress_bars, say)
    with closing(library.index):
        found = _replacements(library.index, arguments.article)
    warn(update.problems)
    if not found:
        say_always(f"no earlier version of {arguments.article} is kept")
    for one in found:
        print_json(one.to_dict()) if arguments.json else print(_told(one))
    return 1 if update.problems else 0


def _replacements(index: ArticleIndex, article_id: str) -> list[Replacement]:
    """Raises `ArticleError` where nothing at all is known of that id."""
    from assistant.newsroom.provenance.versions import replacements

    kept = index.versions.of(article_id)
    try:
        return replacements(kept, index.article(article_id))
    except ArticleError:
        if not kept:
            raise
    say_always(f"{article_id} is no longer in the library; these are its earlier versions")
    return replacements(kept, None)


def _told(replacement: Replacement) -> str:
    from assistant.text.unicode import one_line

    lines = [f"replaced {replacement.at.isoformat(timespec='seconds')}"]
    for change in replacement.changes:
        lines.append(f"  {change.kind}")
        lines += [f"    {sign} {one_line(text)}" for sign, text in (("-", change.before), ("+", change.after)) if text]
    return "\n".join(lines)

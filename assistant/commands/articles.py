"""`assistant articles`: what is indexed."""

from __future__ import annotations

import argparse
import sys

from assistant.commands.common import Commands, add_folder, settings_of, warn


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    articles = commands.add_parser("articles", help="list the articles that are indexed")
    add_folder(articles)
    articles.set_defaults(run=_articles)


def _articles(arguments: argparse.Namespace) -> int:
    from assistant.library import open_index
    from assistant.terminal import print_articles, progress_bars

    index, update = open_index(settings_of(arguments), progress_bars)
    print_articles(index.articles(), sys.stdout)
    index.close()
    warn(update.problems)
    return 1 if update.problems else 0

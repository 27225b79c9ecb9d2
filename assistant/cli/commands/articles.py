"""`assistant articles`: a listing of the library."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from assistant.cli.commands.common import (
    Commands,
    add_dates,
    add_folder,
    add_json,
    filter_of,
    print_json,
    say,
    settings_of,
    warn,
)
from assistant.errors import ArticleError, UsageError

if TYPE_CHECKING:
    from assistant.library.index import ArticleIndex
    from assistant.schema.articles import ArticleFilter


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    articles = commands.add_parser("articles", help="list the articles of the library, or show one")
    articles.add_argument("words", nargs="*", metavar="WORDS", help="only articles with these in title or outlet")
    articles.add_argument("--outlet", metavar="NAME", help="only articles of this outlet")
    articles.add_argument("--limit", type=int, metavar="N", help="the first N only")
    articles.add_argument("--show", metavar="ID", help="print one article, or one paragraph (ID#p3)")
    add_json(articles)
    add_dates(articles)
    add_folder(articles)
    articles.set_defaults(run=_articles)


def _articles(arguments: argparse.Namespace) -> int:
    from assistant.cli.terminal import progress_bars
    from assistant.library.open import open_library

    if arguments.limit is not None and arguments.limit < 1:
        raise UsageError(f"--limit {arguments.limit}: give a number above 0")
    if arguments.show and (arguments.words or arguments.outlet or arguments.since or arguments.until):
        raise UsageError("--show ID goes with no words and no filter")
    chosen = filter_of(arguments)
    library, update = open_library(settings_of(arguments), progress_bars, say)
    with closing(library.index):
        if arguments.show:
            _show(library.index, arguments)
        else:
            _list(library.index, chosen, arguments)
    warn(update.problems)
    return 1 if update.problems else 0


def _list(index: ArticleIndex, chosen: ArticleFilter, arguments: argparse.Namespace) -> None:
    from itertools import islice

    from assistant.cli.tables import print_table
    from assistant.schema.articles import header_to_dict

    headers = islice(index.all_headers(chosen), arguments.limit)
    if arguments.json:
        for header in headers:
            print_json(header_to_dict(header))
    elif not print_table(headers, sys.stdout):
        print("assistant: no article is like that", file=sys.stderr)


def _show(index: ArticleIndex, arguments: argparse.Namespace) -> None:
    import re

    from assistant.cli.tables import print_article
    from assistant.schema.articles import article_to_dict

    wanted = arguments.show
    number = None
    try:
        article = index.article(wanted)
    except ArticleError:
        match = re.fullmatch(r"(.+)#p(\d{1,9})", wanted, re.S)
        if match is None:
            raise
        article, number = index.article(match[1]), int(match[2])
        if number not in {paragraph.number for paragraph in article.paragraphs}:
            raise ArticleError(f"article {match[1]!r} has {len(article.paragraphs)} paragraphs, not {number}") from None
    if not arguments.json:
        print_article(article, sys.stdout, number)
        return
    found = article_to_dict(article)
    if number is not None:
        found = next(paragraph for paragraph in found["paragraphs"] if paragraph["number"] == number)
    print_json(found)

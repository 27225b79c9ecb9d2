"""`assistant quotes`: direct quotes, by speaker, date and outlet."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.cli.commands.common import (
    Commands,
    add_filters,
    add_folder_and_model,
    filter_of,
    open_assistant,
    print_json,
    put,
    say,
    settings_of,
    warn,
)
from assistant.schema.articles import iso_day

if TYPE_CHECKING:
    from assistant.library.index import ArticleIndex
    from assistant.newsroom.quotes.finder import SpokenQuote
    from assistant.verification.judge import Judge

_TO_OUTPUT = "-"


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    quotes = commands.add_parser("quotes", help="direct quotes by speaker; those whose speaker is not certain left out")
    quotes.add_argument("--speaker", default="", metavar="NAME", help="only of speakers with these names")
    quotes.add_argument("--check", action="store_true", help="only those that the language model reads so too")
    form = quotes.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object a line")
    form.add_argument(
        "--csv", nargs="?", const=_TO_OUTPUT, metavar="FILE", help="as a table, into FILE or on standard output"
    )
    add_filters(quotes)
    add_folder_and_model(quotes)
    quotes.set_defaults(run=_quotes)


def _quotes(arguments: argparse.Namespace) -> int:
    from assistant.cli.terminal import progress_bars
    from assistant.newsroom.evidence.passages import each_article
    from assistant.newsroom.quotes.finder import QuoteFinder, is_confirmed
    from assistant.schema.articles import EVERY_ARTICLE

    articles = filter_of(arguments)
    with _opened(arguments) as (index, judge, problems):
        outlets = [outlet for outlet, _ in index.store.outlets()]
        progress = progress_bars("reading", "articles")
        finder = QuoteFinder(each_article(index, EVERY_ARTICLE), index.size().articles, outlets, progress)
        found = list(finder.quotes(each_article(index, articles, finder.speaking), arguments.speaker))
        if judge is not None:
            checked = progress_bars("checking", "quotes")
            kept = []
            for done, quote in enumerate(found, 1):
                kept += [quote] if is_confirmed(judge, quote) else []
                checked(done, len(found))
            found = kept
    _show(sorted(found, key=_order), arguments)
    return 1 if problems else 0


@contextmanager
def _opened(arguments: argparse.Namespace) -> Iterator[tuple[ArticleIndex, Judge | None, Sequence[str]]]:
    """The library, with a language model only where it is to be asked."""
    from assistant.cli.terminal import progress_bars
    from assistant.library.open import open_library

    if arguments.check:
        with open_assistant(arguments) as assistant:
            yield assistant.index, assistant.judge(), assistant.update.problems
        return
    library, update = open_library(settings_of(arguments), progress_bars, say)
    with closing(library.index):
        warn(update.problems)
        yield library.index, None, update.problems


def _order(quote: SpokenQuote) -> tuple[str, str, bool, str, str]:
    """By name, then by day, undated last, then by outlet."""
    passage = quote.passage
    day = iso_day(passage.published) or ""
    return quote.speaker.casefold(), quote.speaker, not day, day, passage.source or ""


def _show(quotes: Sequence[SpokenQuote], arguments: argparse.Namespace) -> None:
    if arguments.json:
        for quote in quotes:
            print_json(_to_dict(quote))
    elif arguments.csv is not None:
        from assistant.newsroom.evidence.passages import QUOTE_COLUMNS
        from assistant.newsroom.export.spreadsheet import to_spreadsheet

        output = None if arguments.csv == _TO_OUTPUT else Path(arguments.csv)
        put(to_spreadsheet(["speaker", *QUOTE_COLUMNS], map(_to_dict, quotes)), output, is_table=True)
    else:
        _print(quotes)


def _print(quotes: Sequence[SpokenQuote]) -> None:
    from assistant.cli.terminal import print_quote, printable
    from assistant.text.numbers import counted

    speakers = 0
    for speaker, own in groupby(quotes, key=lambda quote: quote.speaker):
        speakers += 1
        print(printable(speaker))
        for quote in own:
            print_quote(quote.passage, quote.text)
    print("\n" if quotes else "", f"{counted(len(quotes), 'quote')}, {counted(speakers, 'speaker')}", sep="")


def _to_dict(quote: SpokenQuote) -> dict[str, Any]:
    from assistant.newsroom.evidence.passages import quote_to_dict

    return {"speaker": quote.speaker, **quote_to_dict(quote.passage, quote.text)}

"""`assistant find`: search for every report that says something, or that has certain words."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.cli.commands.common import (
    Commands,
    add_filters,
    add_folder_and_model,
    filter_of,
    put,
    say,
    settings_of,
    warn,
)
from assistant.errors import UsageError

if TYPE_CHECKING:
    from assistant.schema.articles import ArticleFilter, Passage

# Of so many the language model says in a few minutes which state it.
MOST = 200
_LIMIT = 10_000


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    find = commands.add_parser("find", help="every report that states something, or that has certain words")
    find.add_argument("text", metavar="TEXT", help="a statement; words in quotation marks are looked for as they stand")
    find.add_argument("--exact", action="store_true", help="the words as they stand; no language model is asked")
    find.add_argument(
        "--most",
        type=int,
        default=MOST,
        metavar="N",
        help=f"how many of the nearest passages to look at (default: {MOST})",
    )
    find.add_argument("--all", action="store_true", help="judge every passage, however far it is from the statement")
    find.add_argument("--csv", type=Path, metavar="FILE", help="write what is found to FILE too")
    find.add_argument("--json", action="store_true", help="print one JSON object")
    add_filters(find)
    add_folder_and_model(find)
    find.set_defaults(run=_find)


@dataclass(slots=True)
class _Search:
    """A search under way: of `passages` in all so many are `judged`; what is found comes one by one."""

    passages: int
    judged: int
    found: Iterator[tuple[Passage, str, float | None]]
    problems: list[str] = field(default_factory=list)


def _find(arguments: argparse.Namespace) -> int:
    from assistant.newsroom.search.exact_words import is_quoted
    from assistant.query.validate import check_question

    check_question(arguments.text)
    if not 1 <= arguments.most <= _LIMIT:
        raise UsageError(f"--most {arguments.most}: give a number from 1 to {_LIMIT:,}, or --all")
    articles = filter_of(arguments)
    opened = _by_words if arguments.exact or is_quoted(arguments.text) else _by_meaning
    with opened(arguments, articles) as search:
        rows = _shown(search, arguments)
    if arguments.csv is not None:
        from assistant.newsroom.evidence.passages import QUOTE_COLUMNS
        from assistant.newsroom.export.spreadsheet import to_spreadsheet

        put(to_spreadsheet([*QUOTE_COLUMNS, "stated"], rows), arguments.csv, is_table=True)
    return 1 if search.problems else 0


def _shown(search: _Search, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """What is found, printed as it comes, or at the end as JSON; as rows."""
    from assistant.cli.terminal import as_json, print_quote
    from assistant.newsroom.evidence.passages import quote_to_dict

    rows = []
    for passage, quote, stated in search.found:
        rows.append({**quote_to_dict(passage, quote), "stated": stated})
        if not arguments.json:
            print_quote(passage, quote)
    counts = {
        "passages": search.passages,
        "judged": search.judged,
        "found": len({row["paragraph_id"] for row in rows}),
        "reports": len({row["article_id"] for row in rows}),
    }
    if arguments.json:
        print(as_json({"text": arguments.text, **counts, "quotes": rows}))
    else:
        # Of what was not judged nothing is known.
        left = "" if search.judged == search.passages else ", the nearest; --most N takes in more, --all every one"
        print("\n" if rows else "", _told(counts), left, sep="")
    return rows


def _told(counts: dict[str, int]) -> str:
    from assistant.text.numbers import counted

    found = f"{counted(counts['reports'], 'report')}, {counted(counts['found'], 'passage')}"
    return f"{found}; judged {counts['judged']:,} of {counted(counts['passages'], 'passage')}"


@contextmanager
def _by_words(arguments: argparse.Namespace, articles: ArticleFilter) -> Iterator[_Search]:
    """All passages are judged: those without the words by the index of words."""
    from assistant.cli.terminal import progress_bars
    from assistant.library.open import open_library
    from assistant.newsroom.evidence.passages import count_passages
    from assistant.newsroom.search.exact_words import ExactWords, passages_with

    words = ExactWords(arguments.text)
    library, update = open_library(settings_of(arguments), progress_bars, say)
    with closing(library.index):
        warn(update.problems)
        total = count_passages(library.index, articles)
        found = (
            (passage, q.text, None) for passage, quotes in passages_with(library.index, words, articles) for q in quotes
        )
        yield _Search(total, total, found, update.problems)


@contextmanager
def _by_meaning(arguments: argparse.Namespace, articles: ArticleFilter) -> Iterator[_Search]:
    from assistant.cli.terminal import progress_bars
    from assistant.newsroom.evidence.base import open_evidence_base
    from assistant.newsroom.evidence.passages import count_passages
    from assistant.newsroom.search.statements import StatementSearch

    with open_evidence_base(settings_of(arguments), progress_bars, say, passages=arguments.most) as (base, update):
        warn(update.problems)
        search = StatementSearch(base)
        total = count_passages(base.index, articles)
        near = [] if arguments.all else search.near(arguments.text, articles)
        judged = total if arguments.all else len(near)
        passages = search.all(articles) if arguments.all else near
        states = search.judge(arguments.text, passages, judged, progress_bars("judging", "passages"))
        found = ((one.passage, quote.text, round(one.stated, 4)) for one in states for quote in one.quotes)
        yield _Search(total, judged, found, update.problems)

"""`assistant sources`: the outlets that carry what an article states, and how many sources are independent."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from assistant.cli.commands.common import Commands, add_folder_and_model, say, settings_of, warn
from assistant.errors import UsageError

if TYPE_CHECKING:
    from assistant.schema.articles import Article


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    sources = commands.add_parser("sources", help="how many outlets carry a report, and how many independently")
    sources.add_argument("article", metavar="ARTICLE", help="an article's id; see assistant articles")
    sources.add_argument(
        "--paragraph", type=int, metavar="N", help="what this one states first (default: the article's first sentence)"
    )
    sources.add_argument("--json", action="store_true", help="print one JSON object")
    add_folder_and_model(sources)
    sources.set_defaults(run=_sources)


def _sources(arguments: argparse.Namespace) -> int:
    from dataclasses import asdict

    from assistant.cli.terminal import as_json, progress_bars
    from assistant.newsroom.evidence.base import open_evidence_base
    from assistant.newsroom.provenance.independence import PASSAGES, carriers
    from assistant.text.unicode import one_line

    with open_evidence_base(settings_of(arguments), progress_bars, say, passages=PASSAGES) as (base, update):
        warn(update.problems)
        article = base.index.article(arguments.article)
        claim = _claim(article, arguments.paragraph)
        found = carriers(base, article, claim, progress_bars("judging", "articles"))
    counts = {"outlets": found.outlets, "independent": found.independent}
    if arguments.json:
        print(as_json({"article_id": article.id, "claim": claim, **counts, **asdict(found)}))
    else:
        print(f"“{one_line(claim)}”")
        print(f"outlets: {found.outlets}, independent: {found.independent}")
        for number, group in enumerate(found.groups, 1):
            agency = f" (agency: {one_line(group.agency)})" if group.agency else ""
            print(f"  {number}. {one_line('; '.join(group.outlets))}{agency}: {one_line(', '.join(group.articles))}")
    return 1 if update.problems else 0


def _claim(article: Article, number: int | None) -> str:
    """What is looked for. Raises `UsageError` where the article states nothing there."""
    from assistant.newsroom.provenance.independence import first_sentence

    claim = first_sentence(article, number)
    if not claim:
        place = "no text" if number is None else f"no text in a paragraph {number}"
        raise UsageError(f"article {article.id!r} has {place} that others could carry; see assistant articles --show")
    return claim

"""`assistant digest`: the stories of a period, or of what came since the last digest."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from assistant.cli.commands.common import (
    Commands,
    add_folder_and_model,
    add_json,
    filter_of,
    open_assistant,
    print_json,
    say_always,
)
from assistant.errors import UsageError

if TYPE_CHECKING:
    from assistant.newsroom.stories.digest import Story


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    digest = commands.add_parser("digest", help="what came: a checked line a story, its quote and who carries it")
    period = digest.add_mutually_exclusive_group(required=True)
    period.add_argument("--since", metavar="DATE", help="of articles published on or after YYYY-MM-DD")
    period.add_argument("--last", action="store_true", help="of articles that came since the last digest")
    digest.add_argument("--until", metavar="DATE", help="only of articles published on or before YYYY-MM-DD")
    digest.add_argument("--outlet", metavar="NAME", help="only of articles of this outlet")
    digest.add_argument("--most", type=int, metavar="N", help="the first N stories only")
    digest.add_argument(
        "--minutes",
        type=float,
        metavar="N",
        help="write for so long (4); the stories that are left are quoted",
    )
    add_json(digest)
    add_folder_and_model(digest)
    digest.set_defaults(run=_digest)


def _digest(arguments: argparse.Namespace) -> int:
    from assistant.cli.terminal import progress_bars
    from assistant.newsroom.stories.digest import WRITING_SECONDS, digest_of, story_to_dict
    from assistant.newsroom.stories.digest_memory import DigestMemory
    from assistant.schema.articles import EVERY_ARTICLE

    if arguments.most is not None and arguments.most < 1:
        raise UsageError(f"--most {arguments.most}: give a number above 0")
    if arguments.minutes is not None and not arguments.minutes >= 0:
        raise UsageError(f"--minutes {arguments.minutes:g}: give 0 (quote only) or more")
    articles = filter_of(arguments)
    with open_assistant(arguments) as assistant:
        memory = DigestMemory(assistant.index.kept)
        known = memory.held() if arguments.last else frozenset()
        there = [header.id for header in assistant.index.all_headers(EVERY_ARTICLE)]
        headers = [header for header in assistant.index.all_headers(articles) if header.id not in known]
        stories = quoted = 0
        progress = progress_bars("writing", "stories")
        seconds = WRITING_SECONDS if arguments.minutes is None else 60 * arguments.minutes
        for story in digest_of(assistant).stories(headers, progress, most=arguments.most, seconds=seconds):
            stories += 1
            quoted += story.line.quoted
            print_json(story_to_dict(story)) if arguments.json else _print(story)
        say_always(_told(len(headers), stories, quoted))
        # What was not asked for is still to be told.
        if not (arguments.until or arguments.outlet or arguments.most):
            memory.keep(there)
        return 1 if assistant.update.problems else 0


def _told(articles: int, stories: int, quoted: int) -> str:
    from assistant.text.numbers import counted

    told = f"{counted(articles, 'article')}, {stories} {'story' if stories == 1 else 'stories'}"
    return f"{told}, {quoted} of them quoted" if quoted else told


def _print(story: Story) -> None:
    from assistant.answering.render import as_quotation
    from assistant.cli.terminal import print_quote, printable
    from assistant.text.numbers import counted

    print(printable(as_quotation(story.line.text) if story.line.quoted else story.line.text))
    for part in story.line.evidence:
        print_quote(part.passage, part.quote.text)
    carried = ", ".join(story.outlets) or "unknown outlet"
    print(f"    {printable(carried)} ({counted(len(story.articles), 'report')})", flush=True)

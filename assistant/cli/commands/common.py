"""What several commands share: their arguments, opening the assistant, saying what was skipped."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from assistant.api import Assistant
    from assistant.settings import Settings

Commands = argparse._SubParsersAction  # argparse has no public name for what add_subparsers returns
MODEL_HELP = "embedded (default), FILE.gguf, ollama:NAME, openai:NAME, or NAME@URL; also ASSISTANT_MODEL"


def add_folder_and_model(parser: argparse.ArgumentParser) -> None:
    """`--articles`, `--index` and `--model`."""
    add_folder(parser)
    parser.add_argument("--model", metavar="MODEL", help=MODEL_HELP)
    parser.add_argument(
        "--read",
        choices=("auto", "apart", "together"),
        help="one article at a time, or all at once (auto: together on an endpoint); also ASSISTANT_READ",
    )


def add_folder(parser: argparse.ArgumentParser) -> None:
    """`--articles` and `--index`."""
    parser.add_argument(
        "--articles", type=Path, metavar="DIR", help="a folder of articles, indexed on the way (default: your library)"
    )
    parser.add_argument("--index", metavar="WHERE", help="a library: its folder, or http://host:port of a server")


def add_dates(parser: argparse.ArgumentParser) -> None:
    """`--since` and `--until`."""
    parser.add_argument("--since", metavar="DATE", help="only from articles published on or after YYYY-MM-DD")
    parser.add_argument("--until", metavar="DATE", help="only from articles published on or before YYYY-MM-DD")


def open_assistant(arguments: argparse.Namespace) -> Assistant:
    """The assistant these arguments name; what could not be indexed is said on standard error."""
    from assistant.api import Assistant
    from assistant.cli.terminal import progress_bars

    assistant = Assistant.open(settings=settings_of(arguments), progress=progress_bars, say=say)
    warn(assistant.update.problems)
    return assistant


def settings_of(arguments: argparse.Namespace, **more: object) -> Settings:
    """The settings, with what these arguments and `more` override."""
    from assistant.settings import Settings

    named = {name: getattr(arguments, name, None) for name in ("articles", "index", "model", "read")}
    return Settings.load(**named, **more)


def say(line: str) -> None:
    """What a person is to know while waiting, on standard error; nobody else is told."""
    from assistant.cli.terminal import one_line

    if sys.stderr.isatty():
        print(f"assistant: {one_line(line)}", file=sys.stderr)


def say_always(line: str) -> None:
    """A line on standard error."""
    from assistant.cli.terminal import one_line

    print(f"assistant: {one_line(line)}", file=sys.stderr)


def dates_of(arguments: argparse.Namespace) -> tuple[date | None, date | None]:
    """`--since` and `--until` as days. Raises `UsageError`."""
    from assistant.settings import parse_day

    since = parse_day(arguments.since, "--since") if arguments.since else None
    until = parse_day(arguments.until, "--until") if arguments.until else None
    if since and until and since > until:
        raise UsageError(f"--since {since} is after --until {until}; swap them")
    return since, until


def warn(problems: Sequence[str]) -> None:
    """One line on standard error for each file that was passed over."""
    from assistant.cli.terminal import one_line

    for problem in problems:
        print(f"assistant: skipped {one_line(problem)}", file=sys.stderr)

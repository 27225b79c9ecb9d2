"""Helpers that several commands share: their arguments, opening the assistant, saying what was skipped."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import AssistantError, UsageError
from assistant.newsroom.export.kinds import ExportFormat

if TYPE_CHECKING:
    from assistant.api import Assistant
    from assistant.schema.articles import ArticleFilter
    from assistant.settings import Settings

Commands = argparse._SubParsersAction  # argparse has no public name for what add_subparsers returns
EXPORT_FORMATS = tuple(form.value for form in ExportFormat)
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


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Which articles: `--outlet`, `--since`, `--until` and `--as-of`."""
    parser.add_argument("--outlet", metavar="NAME", help="only from articles of this outlet")
    add_dates(parser)
    parser.add_argument("--as-of", metavar="DATE", help="only from what was published until YYYY-MM-DD")


def add_json(parser: argparse.ArgumentParser) -> None:
    """`--json`, of a command that prints a list or several objects."""
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def print_json(row: Mapping[str, object]) -> None:
    """An object on a line of its own, at once."""
    from assistant.cli.terminal import as_json

    print(as_json(row, indent=None), flush=True)


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
    from assistant.text.unicode import one_line

    if sys.stderr.isatty():
        print(f"assistant: {one_line(line)}", file=sys.stderr)


def say_always(line: str) -> None:
    """A line on standard error."""
    from assistant.text.unicode import one_line

    print(f"assistant: {one_line(line)}", file=sys.stderr)


def filter_of(arguments: argparse.Namespace) -> ArticleFilter:
    """The articles that WORDS, `--outlet`, `--since`, `--until`, `--before` and `--as-of` name. Raises `UsageError`."""
    from assistant.query.validate import articles_where

    since, until, before, as_of = (_day(arguments, option) for option in ("since", "until", "before", "as_of"))
    if before == date.min:
        raise UsageError(f"--before {before}: no article is older than that")
    return articles_where(
        words=" ".join(getattr(arguments, "words", ())),
        source=getattr(arguments, "outlet", None),
        since=since,
        until=before - timedelta(days=1) if before else until,
        as_of=as_of,
    )


def _day(arguments: argparse.Namespace, option: str) -> date | None:
    from assistant.util.validation import parse_day

    given = getattr(arguments, option, None)
    return parse_day(given, f"--{option.replace('_', '-')}") if given else None


def warn(problems: Sequence[str]) -> None:
    """One line on standard error for each file that was passed over."""
    from assistant.text.unicode import one_line

    for problem in problems:
        print(f"assistant: skipped {one_line(problem)}", file=sys.stderr)


def read_text(given: str, what: str, kind: str) -> str:
    """A file, "-": standard input; `what` it is and what `kind` of text, for messages. Raises `UsageError`."""
    try:
        content = sys.stdin.buffer.read() if given == "-" else Path(given).read_bytes()
        return content.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise UsageError(f"{what} {given} does not exist") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{what} {given} cannot be read ({error}); give a UTF-8 file of {kind}") from error


def put(text: str, output: Path | None, *, is_table: bool = False) -> None:
    """Write to a file, whole or not at all, a table as a spreadsheet wants it; or to standard output.

    Raises `AssistantError`.
    """
    from assistant.newsroom.export.spreadsheet import in_file
    from assistant.text.unicode import storable
    from assistant.util.files import replace_file

    text = storable(text)
    if output is None:
        sys.stdout.write(text)
        return
    try:
        replace_file(output, in_file(text) if is_table else text)
    except OSError as error:
        raise AssistantError(f"output file {output}: {error.strerror}; name another --output") from error

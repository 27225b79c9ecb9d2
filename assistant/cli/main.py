"""Entry point of `assistant`; its commands are in `commands/`. Nothing heavy is imported before it is needed."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from assistant import __version__
from assistant.cli.commands import (
    articles,
    ask,
    backup,
    check,
    check_answers,
    completion,
    digest,
    doctor,
    engine,
    export,
    feedback,
    find,
    index,
    keys,
    mcp,
    model,
    quotes,
    read,
    remove,
    restore,
    sources,
    timeline,
    versions,
    watch_questions,
    web,
)
from assistant.errors import AssistantError

_COMMANDS = (
    ask,
    web,
    keys,
    mcp,
    index,
    articles,
    read,
    find,
    timeline,
    quotes,
    digest,
    check,
    export,
    check_answers,
    watch_questions,
    versions,
    sources,
    remove,
    backup,
    restore,
    engine,
    model,
    doctor,
    feedback,
    completion,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0 answered or refused, 1 failed, 2 asked wrongly."""
    sys.exit(run(argv))


def run(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    arguments = _parser().parse_args(argv)
    return guarded(lambda: int(arguments.run(arguments)), program="assistant")


def guarded(command: Callable[[], int], *, program: str) -> int:
    """Run `command`; its exit code. What goes wrong is said in one line on standard error."""
    # A letter that the terminal's encoding lacks must not cost an answer.
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="replace")
    try:
        code = command()
        # Now, where it can be told: a full disk is otherwise found at exit.
        sys.stdout.flush()
        return code
    except AssistantError as error:
        from assistant.text.unicode import one_line

        print(f"{program}: {one_line(str(error))}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"\n{program}: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader has seen enough; Python must not complain when it flushes at exit.
        _write_no_more()
        return 0
    except OSError as error:
        _write_no_more()
        print(f"{program}: {error.filename or 'output'}: {error.strerror or error}", file=sys.stderr)
        return 1


def _write_no_more() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="assistant",
        description="Answers questions from a folder of news articles, with a checked citation for every sentence.",
        epilog="Settings are ASSISTANT_* environment variables, listed in docs/settings.md. "
        "Exit code: 0 answered or refused, 1 something failed, 2 asked wrongly.",
    )
    parser.add_argument("--version", action="version", version=f"assistant {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    for command in _COMMANDS:
        command.add(commands)
    # For the command that describes all of them to a shell.
    parser.set_defaults(parser=parser)
    return parser

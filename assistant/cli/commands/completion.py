"""`assistant completion`: a shell's script that completes commands, options and files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from assistant.cli.commands.common import Commands

_SHELLS = ("bash", "zsh", "fish")
_FILES, _FOLDERS = ("FILE", "PATH"), ("DIR",)


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    completion = commands.add_parser(
        "completion",
        help="print what makes a shell complete commands and options",
        description="bash: assistant completion bash > ~/.local/share/bash-completion/completions/assistant; "
        "zsh: into a file _assistant of a folder in $fpath; "
        "fish: assistant completion fish > ~/.config/fish/completions/assistant.fish",
    )
    completion.add_argument("shell", choices=_SHELLS)
    completion.set_defaults(run=_completion)


def _completion(arguments: argparse.Namespace) -> int:
    import shtab

    for action in _actions(arguments.parser):
        if action.metavar in _FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif action.metavar in _FILES or action.type is Path:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
    print(shtab.complete(arguments.parser, shell=arguments.shell))
    return 0


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _actions(below)

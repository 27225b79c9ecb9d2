"""`assistant mcp`: tools for other programs' language models, by the Model Context Protocol."""

from __future__ import annotations

import argparse
from contextlib import closing

from assistant.cli.commands.common import Commands, settings_of
from assistant.cli.commands.web import (
    add_api_options,
    add_server_options,
    at_once_of,
    check_mcp,
    check_numbers,
    run_server,
)
from assistant.errors import UsageError

_OF_HTTP = ("host", "port", "name", "proxy", "max_upload", "per_minute")


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    mcp = commands.add_parser(
        "mcp",
        help="serve tools to other programs' language models (Model Context Protocol)",
        description="Over standard input and output, for a client that starts this program; or with --http at /mcp.",
    )
    mcp.add_argument("--http", action="store_true", help="streamable HTTP at /mcp instead, with the API beside it")
    add_server_options(mcp)
    add_api_options(mcp)
    # Without --http no other value is taken for these.
    defaults = {option: mcp.get_default(option) for option in _OF_HTTP}
    mcp.set_defaults(run=_mcp, page=False, api=True, mcp=True, of_http=defaults)


def _mcp(arguments: argparse.Namespace) -> int:
    check_mcp()
    if arguments.http:
        return run_server(arguments)
    for option, default in arguments.of_http.items():
        if getattr(arguments, option) != default:
            raise UsageError(f"--{option.replace('_', '-')} goes with --http: nothing is listened at without it")
    check_numbers(arguments)

    from assistant.api import Assistant
    from assistant.mcp.stdio import serve_stdio
    from assistant.web.jobs.loader import AssistantLoader
    from assistant.web.jobs.queue import JobQueue
    from assistant.web.security.redact import Redactor

    settings = settings_of(arguments)
    at_once = at_once_of(arguments, settings)
    loader = AssistantLoader(lambda progress: Assistant.open(settings=settings, progress=progress))
    loader.start()
    try:
        # The line is closed before the model is, which a question in it would open again.
        with closing(JobQueue(at_once)) as line:
            serve_stdio(loader, line, Redactor(settings))
    finally:
        loader.close()
    return 0

"""`assistant web`: the chat page; `assistant serve`: the page and the HTTP API, or the API alone."""

from __future__ import annotations

import argparse
import sys

from assistant.cli.commands.common import Commands, add_folder_and_model, settings_of
from assistant.errors import UsageError

_MIB = 1024 * 1024


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    web = commands.add_parser("web", help="serve the chat page on this machine")
    _add_options(web)
    web.set_defaults(run=_web, page=True, api=False, per_minute=None, names=())
    served = commands.add_parser("serve", help="serve the page and the HTTP API on one port (docs/http.md)")
    _add_options(served)
    served.add_argument("--no-page", dest="page", action="store_false", help="the API alone")
    served.add_argument(
        "--per-minute", type=int, metavar="N", help="requests of one API key that are answered (default: 120)"
    )
    served.add_argument(
        "--name", action="append", dest="names", default=[], metavar="HOST", help="a host name by which it is called"
    )
    served.set_defaults(run=_web, api=True)


def _add_options(web: argparse.ArgumentParser) -> None:
    web.add_argument("--host", default="127.0.0.1", help="address to listen at (default: 127.0.0.1, this machine only)")
    web.add_argument("--port", type=int, default=7860, help="port to listen at (default: 7860)")
    web.add_argument("--max-upload", type=int, metavar="MIB", help="largest file taken, in MiB")
    web.add_argument("--at-once", type=int, metavar="N", help="questions answered at the same time (default: 1, or 4)")
    web.add_argument(
        "--hash-password", action="store_true", help="read a password, print what to put into the settings"
    )
    web.add_argument("--allow-open", action="store_true", help="let others reach the page without a password")
    add_folder_and_model(web)


def _web(arguments: argparse.Namespace) -> int:
    if arguments.hash_password:
        return _hash_password()
    if not 0 <= arguments.port <= 65535:
        raise UsageError(f"--port {arguments.port}: a port is a number from 0 to 65535")
    if arguments.max_upload is not None and arguments.max_upload < 1:
        raise UsageError(f"--max-upload {arguments.max_upload}: give a size in MiB, at least 1")
    if arguments.at_once is not None and arguments.at_once < 1:
        raise UsageError(f"--at-once {arguments.at_once}: give a number of questions, at least 1")
    if arguments.per_minute is not None and arguments.per_minute < 1:
        raise UsageError(f"--per-minute {arguments.per_minute}: give a number of requests, at least 1")
    settings = settings_of(arguments)

    from assistant.api import Assistant
    from assistant.http.api import REQUESTS_PER_MINUTE
    from assistant.http.metrics import log_as_json
    from assistant.ingest.limits import MAX_BYTES
    from assistant.llm.endpoint import resolve_endpoint
    from assistant.web.jobs.loader import AssistantLoader

    if settings.log == "json":
        log_as_json()
    # The model loads in its own process while the web framework is imported here.
    loader = AssistantLoader(lambda progress: Assistant.open(settings=settings, progress=progress))
    loader.start()
    try:
        from assistant.web.run import Site, serve

        at_once = arguments.at_once or (4 if resolve_endpoint(settings).url else 1)
        largest = arguments.max_upload * _MIB if arguments.max_upload else MAX_BYTES
        site = Site(
            arguments.host,
            arguments.port,
            largest,
            at_once,
            allow_open=arguments.allow_open,
            page=arguments.page,
            api=arguments.api,
            per_minute=arguments.per_minute or REQUESTS_PER_MINUTE,
            names=tuple(arguments.names),
        )
        serve(loader, settings, site, lambda address: print(f"assistant: {address}", file=sys.stderr, flush=True))
    finally:
        loader.close()
    return 0


def _hash_password() -> int:
    import getpass

    from assistant.web.security.passwords import hash_password

    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    print(f"ASSISTANT_PASSWORD_HASH='{hash_password(password)}'")
    return 0

"""`assistant web`: the chat page; `assistant serve`: the page and the HTTP API, or the API alone."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from assistant.cli.commands.common import Commands, add_folder_and_model, print_json, settings_of
from assistant.errors import UsageError
from assistant.util.memory import share_arenas

if TYPE_CHECKING:
    from assistant.settings import Settings

_MIB = 1024 * 1024


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    web = commands.add_parser("web", help="serve the chat page on this machine")
    add_server_options(web)
    _add_page_options(web)
    web.set_defaults(run=_web, page=True, api=False, mcp=False, per_minute=None)
    served = commands.add_parser("serve", help="serve the page and the HTTP API on one port (docs/http.md)")
    add_server_options(served)
    _add_page_options(served)
    add_api_options(served)
    served.add_argument("--no-page", dest="page", action="store_false", help="the API alone")
    served.add_argument("--mcp", action="store_true", help="the Model Context Protocol too, at /mcp (docs/mcp.md)")
    served.set_defaults(run=_web, api=True)


def add_server_options(web: argparse.ArgumentParser) -> None:
    """Where it is served, by which names, and what is served."""
    web.add_argument("--host", default="127.0.0.1", help="address to listen at (default: 127.0.0.1, this machine only)")
    web.add_argument("--port", type=int, default=7860, help="port to listen at (default: 7860)")
    web.add_argument("--at-once", type=int, metavar="N", help="questions answered at the same time (default: 1, or 4)")
    web.add_argument("--name", action="append", metavar="HOST", help="a name that it is called by; repeatable")
    web.add_argument(
        "--proxy", action="append", metavar="ADDRESS", help="a proxy that is believed who asks; repeatable"
    )
    web.add_argument("--max-upload", type=int, metavar="MIB", help="largest file taken, in MiB")
    add_folder_and_model(web)


def add_api_options(served: argparse.ArgumentParser) -> None:
    """What is allowed to an API key."""
    served.add_argument(
        "--per-minute", type=int, metavar="N", help="requests of one API key that are answered (default: 120)"
    )


def _add_page_options(web: argparse.ArgumentParser) -> None:
    web.add_argument(
        "--hash-password", action="store_true", help="read a password, print what to put into the settings"
    )
    web.add_argument("--allow-open", action="store_true", help="ask nobody for the page's password or token")
    web.add_argument("--add-user", metavar="NAME", help="read a password, let this user log in; or change the password")
    web.add_argument("--remove-user", metavar="NAME", help="let this user in no more; what was made is kept")
    web.add_argument("--list-users", action="store_true", help="print who may log in")
    web.add_argument("--json", action="store_true", help="with --list-users: one JSON object a line")


def _web(arguments: argparse.Namespace) -> int:
    if arguments.json and not arguments.list_users:
        raise UsageError("--json goes with --list-users; a server's log is JSON with ASSISTANT_LOG=json")
    if arguments.hash_password:
        return _hash_password()
    if arguments.add_user or arguments.remove_user or arguments.list_users:
        return _users(arguments)
    return run_server(arguments)


def run_server(arguments: argparse.Namespace) -> int:
    """Serve what the arguments say until interrupted. Raises `AssistantError`."""
    check_numbers(arguments)
    if arguments.mcp:
        check_mcp()
    share_arenas()
    settings = settings_of(arguments, names=arguments.name, proxies=arguments.proxy)

    from assistant.api import Assistant
    from assistant.ingest.limits import MAX_BYTES
    from assistant.web.jobs.loader import AssistantLoader
    from assistant.web.jobs.own_libraries import OwnLibraries

    if settings.log == "json":
        from assistant.http.metrics import log_as_json

        log_as_json()
    loader = AssistantLoader(
        lambda progress: Assistant.open(settings=settings, progress=progress),
        own=OwnLibraries() if settings.libraries == "own" else None,
    )
    try:
        from assistant.web.run import Site, serve

        largest = arguments.max_upload * _MIB if arguments.max_upload else MAX_BYTES
        site = Site(
            arguments.host,
            arguments.port,
            largest,
            at_once_of(arguments, settings),
            getattr(arguments, "allow_open", False),
            tuple(settings.names),
            tuple(settings.proxies),
            page=arguments.page,
            api=arguments.api,
            mcp=arguments.mcp,
            per_minute=arguments.per_minute,
        )
        serve(loader, settings, site, lambda address: print(f"assistant: {address}", file=sys.stderr, flush=True))
    finally:
        loader.close()
    return 0


def check_numbers(arguments: argparse.Namespace) -> None:
    """Raises `UsageError` for a port that is none, and for a number below 1 where one is counted."""
    if not 0 <= arguments.port <= 65535:
        raise UsageError(f"--port {arguments.port}: a port is a number from 0 to 65535")
    for option in ("max_upload", "at_once", "per_minute"):
        given = getattr(arguments, option)
        if given is not None and given < 1:
            raise UsageError(f"--{option.replace('_', '-')} {given}: give a whole number, at least 1")


def at_once_of(arguments: argparse.Namespace, settings: Settings) -> int:
    """How many questions are answered at the same time. Raises `SettingsError`."""
    from assistant.llm.endpoint import resolve_endpoint

    return arguments.at_once or (4 if resolve_endpoint(settings).url else 1)


def check_mcp() -> None:
    """Raises `UsageError` where the package that speaks the protocol is not installed."""
    from importlib.util import find_spec

    if find_spec("mcp") is None:
        raise UsageError("the package mcp is not installed; run in the checkout: .venv/bin/pip install -e '.[mcp]'")


def _hash_password() -> int:
    print(f"ASSISTANT_PASSWORD_HASH='{_hashed()}'")
    return 0


def _hashed() -> str:
    import getpass

    from assistant.web.security.passwords import hash_password

    return hash_password(getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n"))


def _users(arguments: argparse.Namespace) -> int:
    from assistant.library.location import library_of
    from assistant.library.user_data import accounts_path
    from assistant.web.security.browser_id import owner_of_user
    from assistant.web.storage.accounts import AccountStore, user_key

    settings = settings_of(arguments)
    accounts = AccountStore(accounts_path(settings.home))
    if arguments.add_user:
        user_key(arguments.add_user)
        accounts.put_user(arguments.add_user, _hashed())
        print(f"assistant: {arguments.add_user} may log in; a page that runs asks for names from its next start on")
    elif arguments.remove_user:
        accounts.remove_user(arguments.remove_user)
        print(f"assistant: {arguments.remove_user} may log in no more")
    else:
        for name in accounts.users():
            own = (
                {"library": str(library_of(settings, owner_of_user(name)).kept)} if settings.libraries == "own" else {}
            )
            print_json({"name": name, **own}) if arguments.json else print(name)
    return 0

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
    web.set_defaults(run=_web, page=True, api=False, per_minute=None)
    served = commands.add_parser("serve", help="serve the page and the HTTP API on one port (docs/http.md)")
    _add_options(served)
    served.add_argument("--no-page", dest="page", action="store_false", help="the API alone")
    served.add_argument(
        "--per-minute", type=int, metavar="N", help="requests of one API key that are answered (default: 120)"
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
    web.add_argument("--allow-open", action="store_true", help="ask nobody for a password or a token")
    web.add_argument("--name", action="append", metavar="HOST", help="a name that the page is called by; repeatable")
    web.add_argument(
        "--proxy", action="append", metavar="ADDRESS", help="a proxy that is believed who asks; repeatable"
    )
    web.add_argument("--add-user", metavar="NAME", help="read a password, let this user log in; or change the password")
    web.add_argument("--remove-user", metavar="NAME", help="let this user in no more; what was made is kept")
    web.add_argument("--list-users", action="store_true", help="print who may log in")
    add_folder_and_model(web)


def _web(arguments: argparse.Namespace) -> int:
    if arguments.hash_password:
        return _hash_password()
    if arguments.add_user or arguments.remove_user or arguments.list_users:
        return _users(arguments)
    if not 0 <= arguments.port <= 65535:
        raise UsageError(f"--port {arguments.port}: a port is a number from 0 to 65535")
    if arguments.max_upload is not None and arguments.max_upload < 1:
        raise UsageError(f"--max-upload {arguments.max_upload}: give a size in MiB, at least 1")
    if arguments.at_once is not None and arguments.at_once < 1:
        raise UsageError(f"--at-once {arguments.at_once}: give a number of questions, at least 1")
    if arguments.per_minute is not None and arguments.per_minute < 1:
        raise UsageError(f"--per-minute {arguments.per_minute}: give a number of requests, at least 1")
    settings = settings_of(arguments, names=arguments.name, proxies=arguments.proxy)

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
            arguments.allow_open,
            tuple(settings.names),
            tuple(settings.proxies),
            page=arguments.page,
            api=arguments.api,
            per_minute=arguments.per_minute or REQUESTS_PER_MINUTE,
        )
        serve(loader, settings, site, lambda address: print(f"assistant: {address}", file=sys.stderr, flush=True))
    finally:
        loader.close()
    return 0


def _hash_password() -> int:
    print(f"ASSISTANT_PASSWORD_HASH='{_hashed()}'")
    return 0


def _hashed() -> str:
    import getpass

    from assistant.web.security.passwords import hash_password

    return hash_password(getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n"))


def _users(arguments: argparse.Namespace) -> int:
    from assistant.library.kept import accounts_path
    from assistant.web.storage.accounts import AccountStore, user_key

    accounts = AccountStore(accounts_path(settings_of(arguments).home))
    if arguments.add_user:
        user_key(arguments.add_user)
        accounts.put_user(arguments.add_user, _hashed())
        print(f"assistant: {arguments.add_user} may log in; a page that runs asks for names from its next start on")
    elif arguments.remove_user:
        accounts.remove_user(arguments.remove_user)
        print(f"assistant: {arguments.remove_user} may log in no more")
    else:
        for name in accounts.users():
            print(name)
    return 0

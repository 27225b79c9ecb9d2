"""`assistant keys`: the API keys of `assistant serve`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from assistant.cli.commands.common import Commands, add_json, print_json, say_always

if TYPE_CHECKING:
    from assistant.http.keys import KeyStore


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    keys = commands.add_parser("keys", help="make, list and revoke keys for the HTTP API")
    what = keys.add_subparsers(required=True, metavar="add|list|revoke")
    new = what.add_parser("add", help="make a key and print it, this once")
    new.add_argument("name", metavar="NAME", help="what it is for, such as open-webui")
    new.add_argument("--write", action="store_true", help="it may add and remove articles too")
    new.set_defaults(run=_add)
    listed = what.add_parser("list", help="list them: id, right, made, state, name")
    add_json(listed)
    listed.set_defaults(run=_list)
    ended = what.add_parser("revoke", help="end a key; a running server refuses it from its next request on")
    ended.add_argument("id", metavar="ID", help="as assistant keys list tells it")
    ended.set_defaults(run=_revoke)


def _store() -> KeyStore:
    from assistant.http.keys import KeyStore
    from assistant.library.user_data import keys_path
    from assistant.settings import Settings

    return KeyStore(keys_path(Settings.load().home))


def _add(arguments: argparse.Namespace) -> int:
    made, secret = _store().add(arguments.name, "write" if arguments.write else "read")
    say_always(f"key {made.id} for {made.name!r} ({made.right}); it is not shown again:")
    print(secret)
    return 0


def _list(arguments: argparse.Namespace) -> int:
    keys = _store().all()
    for key in keys:
        if arguments.json:
            told = {"id": key.id, "name": key.name, "right": key.right, "created": key.created, "revoked": key.revoked}
            print_json(told)
        else:
            state = f"revoked {key.revoked}" if key.revoked else "in use"
            print(f"{key.id}  {key.right:<5}  {key.created}  {state}  {key.name}")
    if not keys and not arguments.json:
        print("assistant: no API key was made; assistant keys add NAME makes one", file=sys.stderr)
    return 0


def _revoke(arguments: argparse.Namespace) -> int:
    key = _store().revoke(arguments.id)
    say_always(f"key {key.id} for {key.name!r} is revoked")
    return 0

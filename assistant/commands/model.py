"""`assistant model`: which model is in use."""

from __future__ import annotations

import argparse

from assistant.commands.common import MODEL_HELP, Commands, settings_of


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    model = commands.add_parser("model", help="say which model is in use, where it lies, whether it is whole")
    model.add_argument("--model", metavar="MODEL", help=MODEL_HELP)
    model.set_defaults(run=_model)


def _model(arguments: argparse.Namespace) -> int:
    from assistant.endpoint import resolve_endpoint
    from assistant.model_files import EMBEDDED_MODEL, ModelStore

    settings = settings_of(arguments)
    endpoint = resolve_endpoint(settings)
    if endpoint.url:
        print(f"model     {endpoint.name}\nendpoint  {endpoint.url}\nkey       {'set' if endpoint.key else 'none'}")
        return 0
    if endpoint.file:
        import hashlib

        with endpoint.file.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        print(f"model     {endpoint.name}\nfile      {endpoint.file}\nsha-256   {digest} (none known to compare)")
        return 0
    store = ModelStore(settings.home / "models")
    there = store.path.is_file()
    whole = there and store.check()
    verdict = "holds" if whole else "DOES NOT HOLD; it is rebuilt at the next question" if there else "not joined yet"
    print(f"model     {EMBEDDED_MODEL.name} ({EMBEDDED_MODEL.licence}), embedded")
    print(f"file      {store.path}")
    print(f"sha-256   {EMBEDDED_MODEL.sha256}")
    print(f"checksum  {verdict}")
    return 1 if there and not whole else 0

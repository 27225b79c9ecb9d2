"""`assistant model`: which model is in use, and which adapter; what works at an endpoint."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.cli.commands.common import MODEL_HELP, Commands, say, settings_of
from assistant.errors import UsageError

if TYPE_CHECKING:
    from assistant.llm.endpoint import Endpoint
    from assistant.settings import Settings

_REMEDY = "install the assistant again, train it (make train), or go without: ASSISTANT_ADAPTER=none"


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    model = commands.add_parser(
        "model", help="say which model and adapter are in use, where they lie, whether they are whole"
    )
    model.add_argument("--model", metavar="MODEL", help=MODEL_HELP)
    model.add_argument("--check", action="store_true", help="ask a model elsewhere a few questions, say what works")
    model.set_defaults(run=_model)


def _model(arguments: argparse.Namespace) -> int:
    from assistant.llm.endpoint import resolve_endpoint
    from assistant.llm.llamacpp.select import adapter_of

    settings = settings_of(arguments)
    endpoint = resolve_endpoint(settings)
    if endpoint.url:
        print(f"model     {endpoint.name}\nendpoint  {endpoint.url}\nkey       {'set' if endpoint.key else 'none'}")
        return _check(endpoint, settings) if arguments.check else 0
    if arguments.check:
        raise UsageError(f"--check asks a model elsewhere, and {settings.model} is not; try: assistant ask")
    adapter = adapter_of(endpoint, settings)
    whole = True
    if endpoint.file:
        print(f"model     {endpoint.name}\nfile      {endpoint.file}")
        print(f"sha-256   {_sha256(endpoint.file)} (none known to compare)")
    else:
        whole = _embedded(settings)
    return 0 if _adapter(adapter) and whole else 1


def _check(endpoint: Endpoint, settings: Settings) -> int:
    """Ask the endpoint and tell what works; the exit code."""
    from assistant.llm.check import Finding, check_endpoint
    from assistant.llm.remote import EndpointModel
    from assistant.llm.scope import QuestionScope
    from assistant.text.unicode import one_line

    def tell(finding: Finding) -> None:
        print(f"{finding.name:<11}{one_line(finding.text)}", flush=True)

    with closing(EndpointModel(endpoint, settings)) as model:
        return 0 if check_endpoint(model.within(QuestionScope(notify=say)), tell) else 1


def _embedded(settings: Settings) -> bool:
    """Tell of the embedded model; False where its file is damaged."""
    from assistant.llm.llamacpp.model_file import EMBEDDED_MODEL, ModelStore

    store = ModelStore(settings.home / "models")
    there = store.path.is_file()
    whole = there and store.check()
    verdict = "holds" if whole else "DOES NOT HOLD; it is rebuilt at the next question" if there else "not joined yet"
    print(f"model     {EMBEDDED_MODEL.name} ({EMBEDDED_MODEL.licence}), embedded")
    print(f"file      {store.path}")
    print(f"sha-256   {EMBEDDED_MODEL.sha256}")
    print(f"checksum  {verdict}")
    return whole or not there


def _adapter(file: Path | None) -> bool:
    """Tell of the adapter; False where it should be the shipped one and is not."""
    from assistant.llm.llamacpp.select import ADAPTER

    print(f"adapter   {file or 'none'}")
    if file is None:
        return True
    if not file.is_file():
        print(f"checksum  NO SUCH FILE; {_REMEDY}")
        return False
    digest = _sha256(file)
    if file != ADAPTER:
        print(f"sha-256   {digest} (none known to compare)")
        return True
    known = _known(file)
    wrong = "DOES NOT HOLD" if known else f"NOT KNOWN, since {file.name}.sha256 cannot be read"
    print(f"sha-256   {digest}\nchecksum  {'holds' if digest == known else f'{wrong}; {_REMEDY}'}")
    return digest == known


def adapter_is_whole(file: Path) -> bool:
    """Whether an adapter is there and, if it is the shipped one, its checksum holds."""
    from assistant.llm.llamacpp.select import ADAPTER

    return file.is_file() and (file != ADAPTER or _sha256(file) == _known(file))


def _known(file: Path) -> str:
    """The checksum that the file came with; "" where it cannot be read."""
    try:
        # As `sha256sum` writes it: the digest, then the file's name.
        return file.with_name(f"{file.name}.sha256").read_text(encoding="ascii").split()[0]
    except (OSError, ValueError, IndexError):
        return ""


def _sha256(path: Path) -> str:
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

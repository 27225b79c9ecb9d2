"""`assistant model`: which model is in use, and which adapter; what works at an endpoint."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.cli.commands.common import MODEL_HELP, Commands, add_json, print_json, say, settings_of
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
    add_json(model)
    model.set_defaults(run=_model)


def _model(arguments: argparse.Namespace) -> int:
    from assistant.llm.endpoint import resolve_endpoint
    from assistant.llm.llamacpp.select import adapter_of
    from assistant.util.files import file_sha256

    settings = settings_of(arguments)
    endpoint = resolve_endpoint(settings)
    if endpoint.url:
        _tell([_Row("model", endpoint.name), _Row("endpoint", endpoint.url), _Row("key", _key(endpoint))], arguments)
        return _check(endpoint, settings, as_json=arguments.json) if arguments.check else 0
    if arguments.check:
        raise UsageError(f"--check asks a model elsewhere, and {settings.model} is not; try: assistant ask")
    adapter = adapter_of(endpoint, settings)
    whole = True
    if endpoint.file:
        rows = [_Row("model", endpoint.name), _Row("file", str(endpoint.file)), _digest(file_sha256(endpoint.file))]
    else:
        rows, whole = _embedded(settings)
    more, adapter_whole = _adapter(adapter)
    _tell([*rows, *more], arguments)
    return 0 if adapter_whole and whole else 1


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the table, and where the two differ its key in the JSON object."""

    label: str
    text: str
    key: str = ""
    value: str | None = ""


def _tell(rows: Sequence[_Row], arguments: argparse.Namespace) -> None:
    if arguments.json:
        print_json({row.key or row.label: row.text if row.value == "" else row.value for row in rows})
        return
    for row in rows:
        print(f"{row.label:<10}{row.text}")


def _key(endpoint: Endpoint) -> str:
    return "set" if endpoint.key else "none"


def _digest(digest: str, key: str = "sha256") -> _Row:
    """The digest of an adapter file of one's own."""
    return _Row("sha-256", f"{digest} (none known to compare)", key, digest)


def _check(endpoint: Endpoint, settings: Settings, *, as_json: bool) -> int:
    """Ask the endpoint and tell what works; the exit code."""
    from assistant.llm.check import Finding, check_endpoint
    from assistant.llm.remote import EndpointModel
    from assistant.llm.scope import QuestionScope
    from assistant.text.unicode import one_line

    def tell(finding: Finding) -> None:
        if as_json:
            print_json({"check": finding.name, "found": finding.text, "good": finding.good})
        else:
            print(f"{finding.name:<11}{one_line(finding.text)}", flush=True)

    with closing(EndpointModel(endpoint, settings)) as model:
        asked = model.within(QuestionScope(notify=say))
        return 0 if check_endpoint(asked, tell, tokens=settings.reading_together) else 1


def _embedded(settings: Settings) -> tuple[list[_Row], bool]:
    """What is told of the embedded model; False where its file is damaged."""
    from assistant.llm.llamacpp.model_file import EMBEDDED_MODEL, ModelStore

    store = ModelStore(settings.home / "models")
    there = store.path.is_file()
    whole = there and store.check()
    verdict = "holds" if whole else "DOES NOT HOLD; it is rebuilt at the next question" if there else "not joined yet"
    rows = [
        _Row("model", f"{EMBEDDED_MODEL.name} ({EMBEDDED_MODEL.licence}), embedded", value=EMBEDDED_MODEL.name),
        _Row("file", str(store.path)),
        _Row("sha-256", EMBEDDED_MODEL.sha256, "sha256"),
        _Row("checksum", verdict),
    ]
    return rows, whole or not there


def _adapter(file: Path | None) -> tuple[list[_Row], bool]:
    """What is told of the adapter; False where it is not the one whose checksum is known."""
    from assistant.llm.llamacpp.select import ADAPTER, adapter_sha256
    from assistant.util.files import file_sha256

    if file is None:
        return [_Row("adapter", "none", value=None)], True
    rows = [_Row("adapter", str(file))]
    if not file.is_file():
        return [*rows, _Row("checksum", f"NO SUCH FILE; {_REMEDY}", "adapter_checksum")], False
    digest, known = file_sha256(file), adapter_sha256(file)
    if not known and file != ADAPTER:
        return [*rows, _digest(digest, "adapter_sha256")], True
    wrong = "DOES NOT HOLD" if known else f"NOT KNOWN, since {file.name}.sha256 cannot be read"
    verdict = "holds" if digest == known else f"{wrong}; {_REMEDY}"
    return [
        *rows,
        _Row("sha-256", digest, "adapter_sha256"),
        _Row("checksum", verdict, "adapter_checksum"),
    ], digest == known

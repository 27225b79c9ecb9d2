"""Checks of an installation: what can be wrong, found without loading a language model."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path

from assistant.errors import AssistantError
from assistant.settings import Settings

_DISTRIBUTION = "news-assistant"
_LEAST_FREE, _SPARE_FREE = 200 * 2**20, 2 * 2**30
_PATIENCE_S = 5.0


class Status(StrEnum):
    """Whether something works; `NOTE`: it works, but."""

    OK = "ok"
    NOTE = "note"
    BROKEN = "broken"


OK, NOTE, BROKEN = Status


@dataclass(frozen=True, slots=True)
class Finding:
    """One check; `remedy` is what to do, empty where nothing is."""

    check: str
    status: Status
    found: str
    remedy: str = ""


Check = Callable[[Settings], Iterator[Finding]]


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check's findings. A check that fails itself is a finding; the others are still made."""
    for name, check in CHECKS.items():
        try:
            yield from check(settings)
        except AssistantError as error:
            told, _, remedy = str(error).rpartition("; ")
            yield Finding(name, BROKEN, told or remedy, remedy if told else "")
        except OSError as error:
            yield Finding(name, BROKEN, f"{error.filename}: {error.strerror}", "check its permissions")


def installation(_settings: Settings) -> Iterator[Finding]:
    """Python and the packages that it needs."""
    from packaging.requirements import Requirement

    version = ".".join(map(str, sys.version_info[:3]))
    try:
        needed = [Requirement(line) for line in metadata.requires(_DISTRIBUTION) or ()]
    except metadata.PackageNotFoundError:
        yield Finding("installation", NOTE, f"Python {version}, not installed as a package", "pip install -e .")
        return
    wrong = [text for one in needed if one.marker is None or one.marker.evaluate({"extra": ""}) for text in _wrong(one)]
    if wrong:
        yield Finding("installation", BROKEN, f"Python {version}, but {', '.join(wrong)}", "run: make setup")
    else:
        yield Finding("installation", OK, f"Python {version}, every package that is needed")


def _wrong(needed: object) -> Iterator[str]:
    from packaging.requirements import Requirement

    assert isinstance(needed, Requirement)
    try:
        there = metadata.version(needed.name)
    except metadata.PackageNotFoundError:
        yield f"{needed.name} is missing"
        return
    if not needed.specifier.contains(there, prereleases=True):
        yield f"{needed.name} is {there} instead of {needed.specifier}"


def models(settings: Settings) -> Iterator[Finding]:
    """The embedding model, and the language model where it is the embedded one."""
    from assistant.embeddings.minilm import MODEL_NAME, MiniLM
    from assistant.llm.endpoint import resolve_endpoint
    from assistant.llm.llamacpp.model_file import EMBEDDED_MODEL, ModelStore

    yield Finding("models", OK, f"{MODEL_NAME}: {MiniLM.weights()}")
    endpoint = resolve_endpoint(settings)
    if endpoint.url is not None:
        return
    if endpoint.file is not None:
        with endpoint.file.open("rb") as file:
            whole = file.read(4) == b"GGUF"
        remedy = "" if whole else "name a GGUF file with --model, or leave it out"
        yield Finding("models", OK if whole else BROKEN, f"{endpoint.file}{'' if whole else ': no GGUF file'}", remedy)
        return
    store = ModelStore(settings.home / "models")
    if not store.path.is_file():
        yield from _parts(store.locate(), EMBEDDED_MODEL.parts, EMBEDDED_MODEL.name)
    elif store.check():
        yield Finding("models", OK, f"{EMBEDDED_MODEL.name}: whole, {store.path}")
    else:
        yield Finding("models", BROKEN, f"{store.path}: its checksum does not hold", f"remove it: rm '{store.path}'")


def _parts(found: int, parts: int, name: str) -> Iterator[Finding]:
    if found == parts:
        yield Finding("models", NOTE, f"{name}: not joined yet", "nothing; the first question does it")
    else:
        yield Finding("models", BROKEN, f"{name}: {found} of {parts} packages", "run: make setup, or choose --model")


def adapter(settings: Settings) -> Iterator[Finding]:
    """The adapter that the embedded model was taught with."""
    from assistant.llm.endpoint import resolve_endpoint
    from assistant.llm.llamacpp.select import adapter_is_whole, adapter_of

    file = adapter_of(resolve_endpoint(settings), settings)
    if file is None:
        yield Finding("adapter", OK, "none is used")
    elif adapter_is_whole(file):
        yield Finding("adapter", OK, str(file))
    else:
        remedy = "install the assistant again, train it (make train), or go without: ASSISTANT_ADAPTER=none"
        yield Finding("adapter", BROKEN, f"{file}: missing, or its checksum does not hold", remedy)


def engine(settings: Settings) -> Iterator[Finding]:
    """What runs an embedded model."""
    from importlib.util import find_spec

    from assistant.llm.endpoint import resolve_endpoint
    from assistant.llm.llamacpp.select import engine_of

    if resolve_endpoint(settings).url is not None:
        yield Finding("engine", OK, "not needed; the model is served elsewhere")
        return
    native = engine_of(settings)
    server = native.server if settings.engine == "auto" else None
    if server is not None:
        yield Finding("engine", OK, f"compiled for this processor: {server}")
    elif find_spec("xllamacpp") is None:
        yield Finding("engine", BROKEN, "xllamacpp is not installed", "run: make setup, or choose another --model")
    else:
        # Whoever has set the prebuilt one has chosen, and where nothing is gained there is nothing to do.
        gain = native.gain if settings.engine == "auto" else None
        faster = f"assistant engine --build makes answers about {gain} times as fast" if gain else ""
        yield Finding("engine", NOTE if gain else OK, "prebuilt, for every processor", faster)


def endpoint(settings: Settings) -> Iterator[Finding]:
    """Whether the endpoint answers, takes the key and knows the model."""
    from assistant.llm.endpoint import resolve_endpoint
    from assistant.llm.remote import EndpointModel

    named = resolve_endpoint(settings)
    if named.url is None:
        yield Finding("endpoint", OK, "none; the model is embedded")
        return
    with closing(EndpointModel(named, settings.model_copy(update={"timeout": _PATIENCE_S}))) as model:
        known = model.listed()
    if known is None:
        yield Finding("endpoint", NOTE, f"{named.url}: answers, but does not list its models", "ask it a question")
    elif named.name in known or f"{named.name}:latest" in known:
        yield Finding("endpoint", OK, f"{named.url} knows {named.name}")
    else:
        some = ", ".join(known[:5]) or "none"
        yield Finding("endpoint", BROKEN, f"{named.url} does not list {named.name}", f"name one that it has: {some}")


def index(settings: Settings) -> Iterator[Finding]:
    """Whether the library can be opened, holds anything, and is sound."""
    from assistant.library.location import INDEX, place_to_ask
    from assistant.library.open import open_place

    place = place_to_ask(settings)
    where = place.where
    if place.mirror is not None and not place.mirror.is_dir():
        yield Finding("index", BROKEN, f"{where}: no such folder", "name a folder of articles with --articles")
        return
    if place.address is None and not (place.state / INDEX).is_file():
        yield Finding("index", NOTE, f"{where}: not indexed yet", "nothing; the first question does it")
        return
    with closing(open_place(place, settings).index) as opened:
        size = opened.size()
        fault = next(opened.store.faults(), None)
        unfinished = opened.unfinished
    if unfinished:
        told = f"{where}: is made anew: it was damaged, interrupted or another version's"
        yield Finding("index", NOTE, told, "nothing; the next start does it")
    elif fault is not None:
        yield Finding("index", BROKEN, f"{where}: {fault.message}", "run: assistant index --check")
    elif not size.articles:
        yield Finding("index", BROKEN, f"{where}: holds no article", "fill it: assistant index PATH…")
    else:
        yield Finding("index", OK, f"{where}: {size.articles:,} articles, {size.paragraphs:,} paragraphs")


def kept(settings: Settings) -> Iterator[Finding]:
    """Whether conversations, feedback and users can be read."""
    from assistant.library.user_data import accounts_path, conversations_path, feedback_path
    from assistant.util.sqlite import is_sound
    from assistant.web.storage.accounts import AccountStore
    from assistant.web.storage.conversations import ConversationStore
    from assistant.web.storage.feedback import FeedbackStore

    stores: tuple[tuple[Path, type[ConversationStore | FeedbackStore | AccountStore]], ...] = (
        (conversations_path(settings.home), ConversationStore),
        (feedback_path(settings.home), FeedbackStore),
        (accounts_path(settings.home), AccountStore),
    )
    there = [(path, store) for path, store in stores if path.exists()]
    for path, store in there:
        # Before it is opened: a damaged file would be moved aside then.
        if not is_sound(path):
            yield Finding("kept", BROKEN, f"{path}: is damaged", "bring a backup back: assistant restore FILE --force")
            return
        # Refuses what a newer version wrote.
        store(path).close()
    yield Finding("kept", OK, f"{len(there)} files of conversations, feedback and users can be read")


def disk(settings: Settings) -> Iterator[Finding]:
    """Room where models and indexes are kept."""
    folder = _nearest(settings.home)
    free = shutil.disk_usage(folder).free
    told = f"{free / 2**30:,.1f} GiB free at {folder}"
    remedy = "free some space, or set ASSISTANT_HOME to a folder on another disk"
    if free < _LEAST_FREE:
        yield Finding("disk", BROKEN, told, remedy)
    else:
        yield Finding("disk", OK if free >= _SPARE_FREE else NOTE, told, "" if free >= _SPARE_FREE else remedy)


def permissions(settings: Settings) -> Iterator[Finding]:
    """What must be writable, readable, and nobody else's to read."""
    from assistant.http.keys import KeyStore
    from assistant.library.user_data import keys_path

    home = _nearest(settings.home)
    if not os.access(home, os.W_OK | os.X_OK):
        remedy = "set ASSISTANT_HOME to a folder you may write to"
        yield Finding("permissions", BROKEN, f"{home}: cannot be written", remedy)
        return
    articles = settings.articles
    if articles is not None and articles.is_dir() and not os.access(articles, os.R_OK | os.X_OK):
        yield Finding("permissions", BROKEN, f"{articles}: cannot be read", f"chmod u+rx '{articles}'")
        return
    keys = keys_path(settings.home)
    if keys.exists() and os.name == "posix" and keys.stat().st_mode & 0o077:
        yield Finding("permissions", BROKEN, f"{keys}: others may read it", f"chmod 600 '{keys}'")
        return
    KeyStore(keys).all()
    yield Finding("permissions", OK, f"{home} can be written")


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    return next((one for one in (folder, *folder.parents) if one.exists()), Path.cwd())


CHECKS: dict[str, Check] = {
    "installation": installation,
    "models": models,
    "adapter": adapter,
    "engine": engine,
    "endpoint": endpoint,
    "index": index,
    "kept": kept,
    "disk": disk,
    "permissions": permissions,
}

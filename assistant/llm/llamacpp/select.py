"""Selection of the embedded model's file, and of the engine that runs it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from assistant.errors import ModelFileError, SettingsError
from assistant.llm.endpoint import Endpoint
from assistant.llm.llamacpp.amx_weights import AmxWeights
from assistant.llm.llamacpp.build import NativeEngine
from assistant.llm.llamacpp.model_file import ModelStore
from assistant.settings import Settings
from assistant.util.files import file_sha256
from assistant.util.progress import Progress

# Trained for the embedded model by `make train`; docs/training.md is its model card.
ADAPTER = Path(__file__).parents[2] / "adapter" / "judge.gguf"


class LocalModel(NamedTuple):
    """A GGUF file, and the compiled server to run it with; None: xllamacpp's own."""

    file: Path
    server: Path | None


def local_model(endpoint: Endpoint, settings: Settings, progress: Progress | None = None) -> LocalModel:
    """What an embedded `endpoint` is run from; joined, or rewritten for AMX, first where needed.

    Raises `ModelFileError` when that cannot be done.
    """
    adapter = adapter_of(endpoint, settings)
    if adapter is not None and not adapter_is_whole(adapter):
        wrong = "is damaged (its checksum does not hold)" if adapter.is_file() else "is missing"
        raise ModelFileError(
            f"the adapter {adapter} {wrong}; install the assistant again, or go without: ASSISTANT_ADAPTER=none"
        )
    native = engine_of(settings)
    server = native.server if settings.engine == "auto" else None
    if endpoint.file:
        return LocalModel(endpoint.file, server)
    if server:
        return LocalModel(weights_for(native, settings, progress), server)
    return LocalModel(ModelStore(settings.home / "models").ensure(progress), None)


def adapter_of(endpoint: Endpoint, settings: Settings) -> Path | None:
    """The adapter to apply: the shipped one for the embedded model, a file for any, none where the settings say so.

    Raises `SettingsError` for a file that is not there.
    """
    if endpoint.url is not None or settings.adapter == "none":
        return None
    if settings.adapter != "auto":
        file = Path(settings.adapter).expanduser()
        if not file.is_file():
            raise SettingsError(f"ASSISTANT_ADAPTER={settings.adapter}: no such file; name a GGUF adapter, or: none")
        return file
    return None if endpoint.file else ADAPTER


def adapter_is_whole(file: Path) -> bool:
    """Whether an adapter can be read and its checksum holds; one of the user's own need have none beside it."""
    known = adapter_sha256(file)
    try:
        digest = file_sha256(file)
    except OSError:
        return False
    return digest == known or (not known and file != ADAPTER)


def adapter_sha256(file: Path) -> str:
    """The checksum that lies beside an adapter, as `sha256sum` writes it; "" where none can be read."""
    try:
        return file.with_name(f"{file.name}.sha256").read_text(encoding="ascii").split()[0]
    except (OSError, ValueError, IndexError):
        return ""


def engine_of(settings: Settings) -> NativeEngine:
    """The engine compiled for this processor, or the place for it."""
    return NativeEngine(settings.home / "engine")


def amx_weights_of(settings: Settings) -> AmxWeights:
    """The embedded model's weights rewritten for AMX, or the place for them."""
    return AmxWeights(ModelStore(settings.home / "models").path)


def weights_for(native: NativeEngine, settings: Settings, progress: Progress | None = None) -> Path:
    """The embedded model's file that `native` runs soonest. Raises `ModelFileError`."""
    joined = ModelStore(settings.home / "models").ensure(progress)
    return amx_weights_of(settings).ensure(progress) if native.has_amx else joined

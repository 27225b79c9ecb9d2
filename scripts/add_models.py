"""Add to a CycloneDX bill of materials (standard input, JSON) what no requirements file names: models and their files.

`make sbom` uses it. Format: CycloneDX 1.6, component of type "machine-learning-model" or "data" with its hashes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from assistant import __version__
from assistant.embeddings.minilm import MODEL_NAME, VOCABULARY, VOCABULARY_SHA256, WEIGHTS_SHA256
from assistant.llm.llamacpp.build import SOURCE
from assistant.llm.llamacpp.model_file import EMBEDDED_MODEL
from assistant.llm.llamacpp.select import ADAPTER, adapter_sha256

MODEL, DATA = "machine-learning-model", "data"
LICENCE = "Apache-2.0"


def components() -> Iterator[dict[str, Any]]:
    """One for each file that is loaded, with the SHA-256 that it is checked against."""
    yield _component(MODEL, EMBEDDED_MODEL.name, EMBEDDED_MODEL.sha256, EMBEDDED_MODEL.licence)
    yield _component(MODEL, ADAPTER.name, adapter_sha256(ADAPTER), LICENCE, version=__version__)
    yield _component(MODEL, MODEL_NAME, WEIGHTS_SHA256, LICENCE)
    yield _component(DATA, VOCABULARY.name, VOCABULARY_SHA256, LICENCE)
    # The archive that `assistant engine --build` compiles; the wheel of the same version is among the requirements.
    source = _component("library", f"{SOURCE.package} (source, with llama.cpp)", SOURCE.sha256, "MIT")
    yield source | {"version": SOURCE.version}


def _component(kind: str, name: str, sha256: str, licence: str, **more: str) -> dict[str, Any]:
    hashes = [{"alg": "SHA-256", "content": sha256}]
    return {
        "bom-ref": name,
        "type": kind,
        "name": name,
        "hashes": hashes,
        "licenses": [{"license": {"id": licence}}],
        **more,
    }


def main() -> None:
    """Read the bill, write it with the models."""
    try:
        bill = json.load(sys.stdin)
    except ValueError:
        sys.exit("add_models: no bill of materials on standard input; run it as 'make sbom' does")
    bill["components"] = [*bill.get("components", []), *components()]
    bill.setdefault("metadata", {}).setdefault("component", {})["version"] = __version__
    json.dump(bill, sys.stdout, indent=2, sort_keys=True)


if __name__ == "__main__":
    main()

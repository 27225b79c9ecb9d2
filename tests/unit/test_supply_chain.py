"""Everything that is fetched is pinned by hash, and the bill of materials names what is loaded."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.llm.llamacpp.model_file import EMBEDDED_MODEL

PIN = re.compile(r"[\w.-]+==[\w.+!-]+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+")


def unpinned(text: str) -> list[str]:
    """The entries of a requirements file that are not a version with hashes."""
    entries = re.split(r"\n(?=\S)", text.strip())
    return [entry for entry in entries if not entry.startswith("#") and not PIN.fullmatch(entry)]


@pytest.mark.parametrize(
    "entry",
    [
        "torch",
        "torch==2.13.0",
        "torch>=2 \\\n    --hash=sha256:" + "0" * 64,
        "-r other.txt",
        "https://example.org/a.whl",
    ],
)
def test_what_is_not_pinned_is_seen(entry: str) -> None:
    good = "a-b==1.0 ; python_version < '3.12' \\\n    --hash=sha256:" + "1" * 64
    assert unpinned(f"# comment\n{good}\n{entry}\n") == [entry]


def test_every_file_of_requirements_pins_by_hash(project: Path) -> None:
    files = [*(project / "requirements").glob("*.txt"), *(project / "assistant/llm/llamacpp/cmake").glob("*.txt")]
    assert {"base.txt", "train.txt", "audit.txt", "build.txt", "cmake.txt", "engine-source.txt"} <= {
        file.name for file in files
    }
    assert {file.name: unpinned(file.read_text()) for file in files} == {file.name: [] for file in files}


def test_no_script_lets_pip_fetch_what_is_not_pinned(project: Path) -> None:
    """An install from a file asks for hashes, and builds nothing with what pip would fetch for it."""
    seen = 0
    for script in [*(project / "scripts").iterdir(), project / ".ci" / "run"]:
        if script.suffix == ".py":
            continue
        text = script.read_text().replace("\\\n", " ").replace("$pip ", "-m pip install --no-deps --require-hashes ")
        for line in text.splitlines():
            if " -r " in line and not line.lstrip().startswith("#"):
                seen += 1
                assert "--require-hashes" in line, f"{script.name}: {line}"
                assert "--only-binary :all:" in line or "--no-build-isolation" in line, f"{script.name}: {line}"
    assert seen == 6


RUNS = {"eval", "exec", "compile", "__import__"}
SERIALISED = {"pickle", "cPickle", "dill", "marshal", "shelve", "joblib", "cloudpickle"}


def runs(source: str) -> set[str]:
    """What of a module could make code of data."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found |= {name.name for name in names} & SERIALISED
            case ast.ImportFrom(module=str(module)):
                found |= {module} & SERIALISED
            case ast.Call(func=ast.Name(id=name)) if name in RUNS:
                found.add(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="os"), attr="system" | "popen" as name)):
                found.add(name)
            case ast.keyword(arg="shell", value=ast.Constant(value=True)):
                found.add("shell")
            case ast.Call(func=ast.Attribute(value=ast.Name(id="yaml"), attr="load"), keywords=given):
                loaders = {ast.unparse(one.value) for one in given if one.arg == "Loader"}
                harmless = {"yaml.BaseLoader", "yaml.CBaseLoader", "yaml.SafeLoader"}
                found |= set() if loaders <= harmless and loaders else {"yaml.load"}
    return found


@pytest.mark.parametrize(
    "line",
    [
        "import pickle", "from marshal import loads", "eval('1')", "exec(x)", "__import__(x)", "os.system(x)",
        "subprocess.run(x, shell=True)", "yaml.load(x)", "yaml.load(x, Loader=yaml.Loader)",
    ],
)  # fmt: skip
def test_what_would_run_data_is_seen(line: str) -> None:
    assert runs(line)
    assert not runs("re.compile(x); subprocess.run([x]); yaml.load(x, Loader=yaml.BaseLoader)")


def test_nothing_that_is_read_is_run(project: Path) -> None:
    modules = [*(project / "assistant").rglob("*.py")]
    assert len(modules) > 200
    assert {path.name: found for path in modules if (found := runs(path.read_text(encoding="utf-8")))} == {}


def test_the_bill_of_materials_names_the_models(project: Path) -> None:
    bill = {"bomFormat": "CycloneDX", "components": [{"name": "numpy", "type": "library"}]}
    done = subprocess.run(
        [sys.executable, "scripts/add_models.py"], cwd=project, input=json.dumps(bill), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    components = {one["name"]: one for one in json.loads(done.stdout)["components"]}
    assert {"numpy", "judge.gguf", "all-MiniLM-L6-v2-int8", "bert-uncased-vocab.txt"} < components.keys()
    model = components[EMBEDDED_MODEL.name]
    assert (model["type"], model["hashes"]) == (
        "machine-learning-model",
        [{"alg": "SHA-256", "content": EMBEDDED_MODEL.sha256}],
    )
    assert all(len(one["hashes"][0]["content"]) == 64 for one in components.values() if "hashes" in one)


def test_without_a_bill_none_is_made(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "scripts/add_models.py"], cwd=project, input="", capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr

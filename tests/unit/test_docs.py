"""The index of the documentation leads everywhere."""

from __future__ import annotations

import re
from pathlib import Path


def test_the_index_names_every_page_and_no_other(project: Path) -> None:
    docs = project / "docs"
    linked = {(docs / link).resolve() for link in re.findall(r"\]\(([^)#:]+)\)", (docs / "index.md").read_text())}
    assert {path for path in linked if not path.is_file()} == set()
    assert set(docs.glob("*.md")) - {docs / "index.md"} <= linked
    assert set((project / "examples").glob("*.py")) <= linked


PAGES = ["README.md", "CONTRIBUTING.md", "docs/*.md"]
ROOTS = ("assistant", "evals", "bench", "training", "tests", "prompts", "docs", "scripts", "requirements", "examples")


def _named_in(text: str) -> tuple[set[str], set[str]]:
    """Paths and Python files, and modules that are run, as a page of documentation names them."""
    quoted = set(re.findall(r"`([\w.*/-]+)`", text))
    paths = {name for name in quoted if name.endswith(".py") or name.startswith(tuple(f"{root}/" for root in ROOTS))}
    return paths, set(re.findall(rf"python -m ((?:{'|'.join(ROOTS)})[\w.]*\w)", text))


def test_what_names_a_file_is_recognised() -> None:
    text = "See `library.py`, `assistant/web/`, `prompts/*.md`; `ask` and `a/b` are no files: python -m evals.compare."
    assert _named_in(text) == ({"library.py", "assistant/web/", "prompts/*.md"}, {"evals.compare"})


def test_every_file_that_the_documentation_names_is_there(project: Path) -> None:
    there = {path for root in ROOTS for path in (project / root).rglob("*.py")}
    pages = [page for pattern in PAGES for page in sorted(project.glob(pattern))]
    assert len(pages) > 10
    gone = set()
    for page in pages:
        paths, modules = _named_in(page.read_text(encoding="utf-8"))
        for name in paths:
            below = any(path.as_posix().endswith(f"/{name}") for path in there)
            if not (below or any(project.glob(name.rstrip("/")))):
                gone.add(f"{page.name}: {name}")
        for name in modules:
            place = project.joinpath(*name.split("."))
            if not (place.with_suffix(".py").is_file() or (place / "__main__.py").is_file()):
                gone.add(f"{page.name}: {name}")
    assert gone == set()


def test_every_test_that_the_documentation_names_is_there(project: Path) -> None:
    named = {
        (file, test)
        for page in (project / "docs").glob("*.md")
        for file, test in re.findall(r"`([\w/]+\.py)::(\w+)`", page.read_text(encoding="utf-8"))
    }
    assert len(named) > 40
    gone = {
        f"{file}::{test}"
        for file, test in named
        if not re.search(rf"^def {test}\(", _text(project / "tests" / file), re.M)
    }
    assert gone == set()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def test_every_finding_has_its_test(project: Path) -> None:
    text = (project / "docs" / "security.md").read_text(encoding="utf-8")
    assert [int(number) for number in re.findall(r"^\| F(\d+) .*`unit/", text, re.M)] == [*range(1, 20)]

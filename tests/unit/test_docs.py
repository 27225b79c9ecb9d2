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

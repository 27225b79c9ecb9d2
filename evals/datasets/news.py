"""Bundles of news as libraries to be asked: each its own, or all together as one."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from assistant.settings import PROJECT
from evals.datasets.bundle_cases import cases_of, check_articles, read_articles, write_articles
from evals.datasets.bundles import Bundle, load_bundles
from evals.datasets.sampling import thin
from evals.schema import Case

NEWS, TOGETHER = "news", "news-together"
BUNDLES = PROJECT / "evals" / "news" / "bundles"
LONG = BUNDLES.with_name("long")


@dataclass(frozen=True, slots=True)
class NewsSet:
    """Bundles and the cases to ask of them; `together`: one library holds the articles of all."""

    bundles: tuple[Bundle, ...]
    cases: tuple[Case, ...]
    together: bool = False

    def write(self, folder: Path) -> dict[str, Path]:
        """Write every article below `folder`; by case id the folder of the library to ask."""
        libraries = {bundle.name: folder if self.together else folder / bundle.name for bundle in self.bundles}
        for bundle in self.bundles:
            write_articles(bundle, libraries[bundle.name])
        return {case.id: libraries[case.id.rpartition("-")[0]] for case in self.cases}


def load_news(folder: Path = BUNDLES, *, together: bool = False, every: int = 1) -> NewsSet:
    """The bundles of a folder with every `every`-th of the questions of each type.

    Raises `UsageError` for a file that is no bundle, and where an article is not read as it stands there.
    """
    bundles = load_bundles(folder)
    with tempfile.TemporaryDirectory() as scratch:
        for bundle in bundles:
            write_articles(bundle, Path(scratch))
        check_articles(bundles, read_articles(Path(scratch)))
    return NewsSet(tuple(bundles), tuple(thin(cases_of(bundles), every, lambda case: case.category)), together)

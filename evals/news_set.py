"""Bundles of news as libraries to be asked: each its own, or all together as one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.settings import PROJECT
from evals.bundle_cases import cases_of, check_articles, read_articles, write_articles
from evals.bundles import Bundle, load_bundles
from evals.runner import Asker, Reply, close
from evals.sampling import thin
from evals.schema import Case

NEWS, TOGETHER = "news", "news-together"
BUNDLES = PROJECT / "evals" / "news" / "bundles"


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


class LibraryAsker:
    """Asks each case of its own library; one library is open at a time."""

    def __init__(self, libraries: Mapping[str, Path], open_library: Callable[[Path], Asker]) -> None:
        """`libraries` are the folders by case id; `open_library` makes the asker of a folder."""
        self._libraries = libraries
        self._open_library = open_library
        self._current: tuple[Path, Asker] | None = None

    def ask(self, case: Case) -> Reply:
        """The library stays open while the cases that follow are of the same."""
        folder = self._libraries[case.id]
        if self._current is None or self._current[0] != folder:
            self.close()
            self._current = folder, self._open_library(folder)
        return self._current[1].ask(case)

    def close(self) -> None:
        """Close the open library, if there is one."""
        current, self._current = self._current, None
        if current is not None:
            close(current[1])

"""The embedded store does what every store must do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_contract import Open, StoreContract

from assistant.stores.base import Store
from assistant.stores.sqlite.store import SqliteStore


class TestSqliteStore(StoreContract):
    """The embedded store."""

    @pytest.fixture
    def open_store(self, tmp_path: Path) -> Iterator[Open]:
        opened: list[Store] = []

        def make() -> Store:
            opened.append(SqliteStore(tmp_path / "deep" / "index.sqlite3"))
            return opened[-1]

        yield make
        for store in opened:
            store.close()

"""Servers that several integration tests share."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest
from milvus_server import free_port, start_milvus


@pytest.fixture(scope="module")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Milvus server."""
    if importlib.util.find_spec("milvus_lite") is None:
        pytest.skip("milvus-lite is not installed (it is part of the dev requirements)")
    port = free_port()
    process = start_milvus(tmp_path_factory.mktemp("milvus"), port)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(30)

"""The address of a Milvus server, without a server."""

from __future__ import annotations

import pytest

from assistant.errors import UsageError
from assistant.stores.milvus.client import Address


def test_an_address_is_taken_apart() -> None:
    assert Address.parse("https://ada:p%40ss@milvus.example/news") == Address(
        "https://milvus.example:443", "ada:p@ss", "news"
    )
    assert Address.parse("http://[::1]") == Address("http://[::1]:19530", "", "news_assistant")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://root:s3cret@milvus.example/my-name", "index https://milvus.example/my-name: what follows /"),
        ("https://root:s3cret@milvus.example:port", "not an address"),
        ("https://[root:s3cret@milvus.example", "not an address"),
        ("ftp://root:s3cret@milvus.example", "index ftp://milvus.example: not an address"),
        # A / that was not encoded: what is before it is taken for the port, what is after it for the name.
        ("https://root:s3cret/s3cret@milvus.example", "not an address"),
        ("https://root:443/s3cret@milvus.example", "what follows /"),
    ],
)
def test_the_password_of_a_wrong_one_is_not_told(address: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        Address.parse(address)
    assert told in str(caught.value)
    assert "s3cret" not in str(caught.value)

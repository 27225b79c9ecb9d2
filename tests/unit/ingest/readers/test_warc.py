"""Web archives, packed or not."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from article_samples import html, jsonl, read_bytes

from assistant.errors import ArticleError


@pytest.mark.parametrize(("name", "packed_as_a_whole"), [("a.warc", False), ("a.warc.gz", False), ("a.warc.gz", True)])
def test_the_pages_of_a_web_archive(tmp_path: Path, name: str, packed_as_a_whole: bool) -> None:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=name.endswith(".gz") and not packed_as_a_whole)
    for address, status, kind, content in (
        ("https://echo.example/mill", "200 OK", "text/html; charset=utf-8", html()),
        ("https://echo.example/gone", "404 Not Found", "text/html", html()),
        ("https://echo.example/a.png", "200 OK", "image/png", "x"),
        ("https://echo.example/", "200 OK", "text/html", "<html><body><nav><a href='/'>Home</a></nav></body></html>"),
    ):
        headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.0")
        writer.write_record(
            writer.create_warc_record(address, "response", payload=io.BytesIO(content.encode()), http_headers=headers)
        )
    written = gzip.compress(buffer.getvalue()) if packed_as_a_whole else buffer.getvalue()
    (article,), (problem,) = read_bytes(tmp_path, name, written)
    assert (article.url, len(article.paragraphs)) == ("https://echo.example/mill", 3)
    assert article.id.endswith("/mill")
    assert "https://echo.example/: no article found" in problem


def test_a_packed_file_that_is_no_web_archive_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match=r"a\.gz: "):
        read_bytes(tmp_path, "a.gz", gzip.compress(jsonl([{"text": "It rained."}]).encode()))

"""Search, and the articles: listed, read, added, removed."""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import http_client
import pytest

from assistant.api import Assistant
from assistant.library.index import ArticleIndex
from assistant.web.jobs.loader import AssistantLoader


def test_search_finds_passages_without_the_language_model(served: Any, model: Any) -> None:
    reply = http_client.post(f"{served.url}/v1/search", json={"query": "ferry passengers", "limit": 2})
    found = reply.json()["passages"]
    assert found[0]["article_id"] == "ferry"
    assert len(found) == 2
    assert model.prompts == []
    limited = http_client.post(f"{served.url}/v1/search", json={"query": "ferry passengers", "articles": ["bridge"]})
    assert {one["article_id"] for one in limited.json()["passages"]} == {"bridge"}
    assert http_client.post(f"{served.url}/v1/search", json={"query": "x", "limit": 51}).status_code == 422


@pytest.mark.parametrize(
    ("filters", "titles"),
    [
        ("", ["Storm", "Bridge shut", "Ferry opens"]),
        ("?words=ferry", ["Ferry opens"]),
        ("?since=2023-01-01&until=2023-12-31", ["Bridge shut"]),
        ("?limit=1&offset=1", ["Bridge shut"]),
        ("?words=%00", []),
    ],
)
def test_articles_are_listed_with_the_command_lines_filters(served: Any, filters: str, titles: list[str]) -> None:
    found = http_client.get(f"{served.url}/v1/articles{filters}").json()
    assert [one["title"] for one in found["articles"]] == titles
    assert found["total"] == (3 if filters in ("", "?limit=1&offset=1") else len(titles))


@pytest.mark.parametrize(
    "filters", ["?since=x", "?limit=0", "?since=2024-01-02&until=2024-01-01", "?until=1704067200", "?offset=-1"]
)
def test_filters_that_mean_nothing_are_422(served: Any, filters: str) -> None:
    assert http_client.get(f"{served.url}/v1/articles{filters}").status_code == 422


def test_every_article_that_is_listed_can_be_read(served: Any) -> None:
    for header in http_client.get(f"{served.url}/v1/articles").json()["articles"]:
        article = http_client.get(f"{served.url}/v1/articles/{quote(header['id'], safe='')}").json()
        assert article["id"] == header["id"]
        assert len(article["paragraphs"]) == header["paragraphs"]
        assert header["path"] == article["path"] == f"{header['id']}.txt", "not where on the server it lies"
    missing = http_client.get(f"{served.url}/v1/articles/nothing")
    assert missing.status_code == 404
    assert "nothing" in missing.json()["error"]["message"]


def test_an_article_is_added_asked_about_and_removed(served: Any) -> None:
    files = [
        ("file", ("tram.txt", b"date 2024-04-01 Tram line\n\nThe tram line reached the zoo.\n\nAFP")),
        ("file", ("notes.exe", b"MZ")),
        ("file", ("empty.txt", b"")),
    ]
    reply = http_client.post(f"{served.url}/v1/articles", files=files)
    assert reply.status_code == 201
    outcomes = reply.json()["outcomes"]
    assert [one["status"] for one in outcomes] == ["added", "failed", "failed"]
    assert ".exe is not taken" in outcomes[1]["message"]
    assert "/tmp" not in reply.text
    (added,) = outcomes[0]["article_ids"]
    found = http_client.post(f"{served.url}/v1/search", json={"query": "tram zoo"}).json()["passages"]
    assert found[0]["article_id"] == added
    removed = http_client.delete(f"{served.url}/v1/articles/{added}")
    assert removed.json() == {"removed": 1}
    assert http_client.delete(f"{served.url}/v1/articles/{added}").status_code == 404


def test_an_archive_with_two_suffixes_is_taken_as_on_the_page(served: Any) -> None:
    """Its last suffix alone is none that is taken."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        story = b"date 2024-04-02 Zoo\n\nThe zoo opened a new gate.\n\nAFP"
        member = tarfile.TarInfo("zoo.txt")
        member.size = len(story)
        archive.addfile(member, io.BytesIO(story))
    reply = http_client.post(f"{served.url}/v1/articles", files={"file": ("week.tar.gz", packed.getvalue())})
    assert reply.status_code == 201, reply.text
    (outcome,) = reply.json()["outcomes"]
    assert (outcome["name"], outcome["status"]) == ("week.tar.gz", "added")
    gz = http_client.post(f"{served.url}/v1/articles", files={"file": ("week.gz", packed.getvalue())})
    assert gz.status_code == 422


@pytest.mark.parametrize("name", ["../../escaped.txt", "/etc/escaped.txt", "..\\escaped.txt"])
def test_a_file_stays_where_it_is_put(served: Any, name: str, tmp_path: Path) -> None:
    reply = http_client.post(f"{served.url}/v1/articles", files={"file": (name, b"Escaped\n\nIt ran away.")})
    assert reply.status_code == 201
    kept = [path for path in tmp_path.rglob("escaped*") if path.is_file()]
    assert kept
    assert not any((folder / "escaped.txt").exists() for folder in (tmp_path.parent, Path("/etc"), Path("/tmp")))
    assert all(path.is_relative_to(tmp_path / "state") for path in kept)


def test_uploads_that_cannot_be_taken_are_said(served: Any) -> None:
    url = f"{served.url}/v1/articles"
    nothing = http_client.post(url, files={"other": ("a.txt", b"x")})
    assert nothing.status_code == 422
    assert "named file" in nothing.json()["error"]["message"]
    assert http_client.post(url, data={"file": "text"}).status_code == 415
    assert http_client.post(url, files={"file": ("a.exe", b"x")}).status_code == 422
    big = http_client.post(url, files={"file": ("a.txt", b"x" * 200_000)})
    assert big.status_code == 413
    assert "too large" in big.json()["error"]["message"]
    many = http_client.post(url, files=[("file", (f"{number}.txt", b"x")) for number in range(51)])
    assert many.status_code == 400
    broken = http_client.post(
        url, content=b"--x\r\nnonsense", headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert broken.status_code in (400, 422)


def test_while_another_program_writes_the_library_a_change_is_503_and_reading_goes_on(
    served: Any, assistant: Any, tmp_path: Path, embedder: Any
) -> None:
    other = ArticleIndex(tmp_path / "state" / "index.sqlite3", embedder)
    with other.writing():
        for reply in (
            http_client.post(f"{served.url}/v1/articles", files={"file": ("tram.txt", b"Tram\n\nIt reached the zoo.")}),
            http_client.delete(f"{served.url}/v1/articles/ferry"),
        ):
            assert reply.status_code == 503
            assert int(reply.headers["retry-after"]) > 0
            assert "still writing" in reply.json()["error"]["message"]
            assert str(tmp_path) not in reply.text
        assert http_client.get(f"{served.url}/v1/articles/ferry").status_code == 200
    other.close()
    assert http_client.delete(f"{served.url}/v1/articles/ferry").status_code == 200


def test_what_one_server_adds_another_on_the_same_library_finds(
    serving: Any, assistant: Any, model: Any, tmp_path: Path, embedder: Any
) -> None:
    index = ArticleIndex(tmp_path / "state" / "index.sqlite3", embedder)
    second = Assistant(index, model, assistant.settings, mirror=assistant.library.mirror)
    with serving() as one, serving(loader=AssistantLoader.of(second)) as other:
        for server, reader, name in ((one, other, "tram"), (other, one, "metro")):
            text = f"The {name}\n\nThe {name} reached the zoo on Friday.".encode()
            reply = http_client.post(f"{server.url}/v1/articles", files={"file": (f"{name}.txt", text)})
            (added,) = reply.json()["outcomes"][0]["article_ids"]
            found = http_client.post(f"{reader.url}/v1/search", json={"query": f"{name} zoo Friday"}).json()["passages"]
            assert found[0]["article_id"] == added
            assert http_client.delete(f"{reader.url}/v1/articles/{added}").status_code == 200
            assert http_client.get(f"{server.url}/v1/articles/{added}").status_code == 404
    index.close()


def test_the_figures_name_routes_and_nothing_that_clients_make_up(served: Any) -> None:
    http_client.get(f"{served.url}/v1/articles/secret-name")
    http_client.get(f"{served.url}/made/up")
    http_client.request("BREW", f"{served.url}/made/up")
    figures = http_client.get(f"{served.url}/metrics").text
    assert re.search(r'requests_total\{method="GET",route="/v1/articles/\{article_id:path\}",status="404"\} 1', figures)
    assert "secret-name" not in figures
    assert "made" not in figures
    assert "BREW" not in figures

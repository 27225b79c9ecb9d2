"""Ghost sites' exports (https://ghost.org/docs/migration/ghost/): their posts, as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from assistant.ingest.build import Fields, Problem, Story
from assistant.ingest.readers import jsonl


def is_export(value: Any) -> bool:
    """True for the whole value of such a file."""
    return _posts(value) is not None


def read(value: Any, label: str) -> Iterator[Story | Problem]:
    """An article a published post, credited to the site; a draft is named as not read."""
    data = value["db"][0]["data"]
    settings = data.get("settings")
    listed = [row for row in settings if isinstance(row, Mapping)] if isinstance(settings, list) else []
    known = Fields(source=next((str(row.get("value")) for row in listed if row.get("key") == "title"), None))
    for number, post in enumerate(_posts(value) or [], start=1):
        if isinstance(post, Mapping) and post.get("status", "published") != "published":
            yield Problem(f"{label}: row {number}: is a post that is not published; publish it or leave it")
            continue
        # `published_at` and not `created_at`, the day on which somebody began to write.
        found = jsonl.row_story(post, number, label)
        if isinstance(found, Story):
            found = replace(found, fields=found.fields.over(known))
        yield found


def _posts(value: Any) -> list[Any] | None:
    try:
        posts = value["db"][0]["data"]["posts"]
    except (KeyError, IndexError, TypeError):
        return None
    return posts if isinstance(posts, list) else None

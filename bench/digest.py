"""How long a digest takes on the embedded model: `python -m bench.digest [--articles 200]`.

The articles are those that the model was taught with (`training/data/news/`), up to 200 of them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

from assistant.api import Assistant
from assistant.embeddings.minilm import MiniLM
from assistant.library.index import ArticleIndex
from assistant.llm.open import open_model
from assistant.newsroom.stories.digest import digest_of
from assistant.schema.articles import EVERY_ARTICLE, Article, Paragraph
from assistant.settings import PROJECT, Settings
from assistant.util.progress import unseen

_NEWS = PROJECT / "training" / "data" / "news"


def main() -> None:
    """Make the library, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=200)
    options = parser.parse_args()
    settings = Settings.load()
    model = open_model(settings)
    model.start()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}, {model.name}")
    try:
        with tempfile.TemporaryDirectory(prefix="bench-digest-") as folder:
            index = ArticleIndex(Path(folder) / "index.sqlite3", MiniLM(threads=1))
            index.add(list(islice(_articles(), options.articles)))
            assistant = Assistant(index, model, settings)
            headers = list(index.all_headers(EVERY_ARTICLE))
            begin = time.monotonic()
            found = list(digest_of(assistant).stories(headers, unseen("stories")))
            seconds = time.monotonic() - begin
            own = sum(not story.line.quoted for story in found)
            print(
                f"{len(headers)} articles, {len(found)} stories in {seconds:.0f} s:"
                f" {own} in our own words, {len(found) - own} quoted"
            )
            index.close()
    finally:
        model.close()


def _articles() -> Iterator[Article]:
    for path in sorted(_NEWS.glob("*.json")):
        for given in json.loads(path.read_text(encoding="utf-8"))["articles"]:
            key = f"{path.stem}-{given['id']}"
            day = date.fromisoformat(given["published"]) if given.get("published") else None
            placed = tuple(Paragraph(f"{key}#p{n}", n, text) for n, text in enumerate(given["paragraphs"], 1))
            yield Article(key, given["title"], given["source"], day, placed)


if __name__ == "__main__":
    main()

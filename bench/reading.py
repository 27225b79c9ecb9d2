"""How fast files are read and listed: `python -m bench.reading [--before CHECKOUT]`.

A folder of invented articles in mixed formats is read by this checkout and, in alternation, by another one (a
`git worktree` of an earlier commit), each time in a process of its own that has imported everything before the
clock starts. What is printed is the time of each, and the ratio of every pair with its spread.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from assistant.settings import PROJECT

_WORDS = (
    "the council of Vessen said on Tuesday that repairs at lock cost 4.2 million crowns and county pays half while "
    "barges wait for water board which has met twice since May to hear what Ola Berg and his crew found below gate"
).split()
# An earlier checkout names its package otherwise; both give files with `articles()`.
_MEASURE = """
import gc, sys, time
from pathlib import Path
try:
    from assistant.ingest.discover import list_files
except ImportError:
    from assistant.articles.folder import list_files
folder, warm, kind = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
def read(folder):
    return sum(1 for file in list_files(folder) for _ in file.articles())
count = (lambda folder: len(list_files(folder))) if kind == "list" else read
count(warm)
gc.collect()
begin = time.perf_counter()
found = count(folder)
print(time.perf_counter() - begin, found)
"""


def main() -> None:
    """Make the folders, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.reading", description="How fast files are read and listed.")
    parser.add_argument("--before", type=Path, metavar="CHECKOUT", help="another checkout to read with in alternation")
    parser.add_argument("--files", type=int, default=400, metavar="N", help="files to read (default 400)")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="measurements of each (default 5)")
    parser.add_argument("--list", type=int, default=20_000, metavar="N", help="files to list (default 20,000)")
    arguments = parser.parse_args()
    checkouts = [PROJECT, *([arguments.before.resolve()] if arguments.before else [])]
    with tempfile.TemporaryDirectory() as made:
        warm, mixed, many = (Path(made) / name for name in ("warm", "mixed", "many"))
        write_mixed(warm, len(_FORMATS))
        write_mixed(mixed, arguments.files)
        write_many(many, arguments.list)
        compare(f"reading {arguments.files:,} files", "read", checkouts, mixed, warm, arguments.rounds)
        compare(f"listing {arguments.list:,} files", "list", checkouts, many, warm, arguments.rounds)


def compare(title: str, kind: str, checkouts: list[Path], folder: Path, warm: Path, rounds: int) -> None:
    """Print how long each checkout takes, and the ratios of this one to the other."""
    times: list[list[float]] = [[] for _ in checkouts]
    found = [0] * len(checkouts)
    for number in range(rounds):
        order = list(enumerate(checkouts))
        for place, checkout in order if number % 2 else reversed(order):
            taken, found[place] = measured(checkout, kind, folder, warm)
            times[place].append(taken)
    for checkout, seconds, count in zip(checkouts, times, found, strict=True):
        spread = f"{statistics.median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f})"
        print(f"{title}: {spread}, {count:,} found, {checkout.name}")
    if len(checkouts) > 1:
        ratios = [this / before for this, before in zip(*times, strict=True)]
        print(f"{title}: {statistics.median(ratios):.2f} times as long ({min(ratios):.2f} to {max(ratios):.2f})")


def measured(checkout: Path, kind: str, folder: Path, warm: Path) -> tuple[float, int]:
    """(seconds, how many were found) by the checkout's own code."""
    environment = os.environ | {"PYTHONPATH": os.fspath(checkout), "OMP_NUM_THREADS": "1"}
    printed = subprocess.run(
        [sys.executable, "-c", _MEASURE, folder, warm, kind],
        env=environment,
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    seconds, count = printed.split()
    return float(seconds), int(count)


def write_mixed(folder: Path, count: int) -> None:
    """Write `count` files, the formats in turn, the same at every call."""
    folder.mkdir()
    chance = random.Random(7)
    for number in range(count):
        suffix, make = _FORMATS[number % len(_FORMATS)]
        paragraphs = [_sentence(chance, chance.randint(20, 60)) for _ in range(12)]
        (folder / f"{number:05}{suffix}").write_bytes(make(f"Lock {number} opens", paragraphs))


def write_many(folder: Path, count: int) -> None:
    """Write `count` small text files, a hundred in a folder."""
    for number in range(count):
        inner = folder / f"{number // 100:04}"
        if number % 100 == 0:
            inner.mkdir(parents=True)
        (inner / f"{number:06}.txt").write_text("The lock is open.\n")


def _sentence(chance: random.Random, length: int) -> str:
    return " ".join(chance.choices(_WORDS, k=length)).capitalize() + "."


def _text(title: str, paragraphs: list[str]) -> bytes:
    return "\n\n".join([title, "By Ida Holm", "14 May 2024", *paragraphs]).encode()


def _markdown(title: str, paragraphs: list[str]) -> bytes:
    return "\n\n".join([f"---\ntitle: {title}\ndate: 2024-05-14\n---", *paragraphs]).encode()


def _page(title: str, paragraphs: list[str]) -> bytes:
    menu = "".join(f"<li><a href='/{number}'>Part {number}</a></li>" for number in range(40))
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<html><head><title>{title}</title></head><body><nav><ul>{menu}</ul></nav><article><h1>{title}</h1>{body}"
        "</article><footer>Vessen Post</footer></body></html>"
    ).encode()


def _word(title: str, paragraphs: list[str]) -> bytes:
    import docx

    document = docx.Document()
    document.add_heading(title, 1)
    for text in paragraphs:
        document.add_paragraph(text)
    whole = io.BytesIO()
    document.save(whole)
    return whole.getvalue()


def _json(title: str, paragraphs: list[str]) -> bytes:
    return json.dumps({"title": title, "date": "2024-05-14", "text": "\n\n".join(paragraphs)}).encode()


def _table(title: str, paragraphs: list[str]) -> bytes:
    rows = io.StringIO()
    csv.writer(rows).writerows([["title", "date", "text"], [title, "2024-05-14", "\n\n".join(paragraphs)]])
    return rows.getvalue().encode()


def _mail(title: str, paragraphs: list[str]) -> bytes:
    head = f"From: Vessen Post <post@vessen.example>\nSubject: {title}\nDate: Tue, 14 May 2024 08:00:00 +0200\n\n"
    return (head + "\n\n".join(paragraphs)).encode()


def _feed(title: str, paragraphs: list[str]) -> bytes:
    body = "".join(f"&lt;p&gt;{text}&lt;/p&gt;" for text in paragraphs)
    return (
        f"<rss version='2.0'><channel><title>Vessen Post</title><item><title>{title}</title>"
        f"<description>{body}</description></item></channel></rss>"
    ).encode()


_FORMATS: list[tuple[str, Callable[[str, list[str]], bytes]]] = [
    (".txt", _text),
    (".md", _markdown),
    (".html", _page),
    (".docx", _word),
    (".json", _json),
    (".csv", _table),
    (".eml", _mail),
    (".xml", _feed),
]


if __name__ == "__main__":
    main()

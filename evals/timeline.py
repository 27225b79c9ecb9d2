"""Measure `assistant timeline`: twelve stories of five reports, all of them in one library.

    python -m evals.timeline [--model MODEL] [--output FILE.json]    # asks the model, a few minutes

Told: a report is cited for a line, and the line has its points. Folded: two reports of a day that say the same are
cited for one line. Side by side: two reports of a day with other numbers have a line each in one entry. Foreign: lines
from reports of another story.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from assistant.cli.main import guarded
from assistant.errors import UsageError
from assistant.newsroom.stories.timeline import Entry, StoryTimeline, Told, entry_to_dict
from assistant.settings import PROJECT, Settings
from assistant.util.progress import unseen
from assistant.util.validation import Strict
from evals.datasets.bundles import BundleArticle
from evals.datasets.rows import Text, read_rows
from evals.metrics.uncertainty import with_interval
from evals.report.page import write_json

ROWS = PROJECT / "evals" / "newsroom" / "timelines.jsonl"
_MOST = 30
Pair = frozenset[str]


class Report(BundleArticle):
    """An article of a story. `tells`: what a line from it must say, each point with its wordings."""

    tells: tuple[tuple[Text, ...], ...] = Field(min_length=1)


class Story(Strict):
    """Reports by id; pairs of these that say the same on one day, and pairs that differ in a number on one day."""

    id: Text
    story: Text
    reports: tuple[Report, ...] = Field(min_length=2)
    same: tuple[tuple[str, str], ...]
    differ: tuple[tuple[str, str], ...]

    @model_validator(mode="after")
    def _pairs_are_of_one_day(self) -> Story:
        days = {report.id: report.published for report in self.reports}
        for one, other in (*self.same, *self.differ):
            if days.get(one) is None or days.get(one) != days.get(other):
                raise ValueError(f"{one} and {other} are no two reports of one day")
        return self

    def article_id(self, report: str) -> str:
        """Its id in the library."""
        return f"{self.id}/{report}"


class Measured(Strict):
    """What came out for a story: report ids, and pairs of them; `foreign` are ids of other stories' articles."""

    told: tuple[str, ...]
    folded: tuple[tuple[str, str], ...]
    side_by_side: tuple[tuple[str, str], ...]
    foreign: tuple[str, ...]


def load(path: Path = ROWS) -> list[Story]:
    """The stories of a JSONL file. Raises `UsageError` with file and line."""
    stories = [row for _, row in read_rows(path, Story, "name a file of stories")]
    if not stories:
        raise UsageError(f"{path}: holds no stories; add one JSON object a line")
    return stories


def write_articles(stories: Iterable[Story], folder: Path) -> None:
    """Each report as a JSON file that the product reads."""
    for story in stories:
        (folder / story.id).mkdir(parents=True)
        for report in story.reports:
            record = report.model_dump(mode="json", include={"title", "source", "published", "paragraphs"})
            (folder / story.id / f"{report.id}.json").write_text(json.dumps(record), encoding="utf-8")


def measure(story: Story, entries: Sequence[Entry]) -> Measured:
    """What the entries tell of the story."""
    reports = {story.article_id(report.id): report for report in story.reports}
    lines = [(_reports_of(told), _text(told)) for entry in entries for told in entry.told]
    told = {
        reports[article].id
        for cited, text in lines
        for article in cited & set(reports)
        if _says(text, reports[article].tells)
    }
    folded = {pair for cited, _ in lines for pair in _pairs(cited & set(reports))}
    beside = {
        frozenset((one, other))
        for entry in entries
        for first, second in combinations(map(_reports_of, entry.told), 2)
        for one in first & set(reports)
        for other in second & set(reports)
    }
    short = {key: report.id for key, report in reports.items()}
    foreign = {article for cited, _ in lines for article in cited} - set(reports)
    return Measured(
        told=tuple(sorted(told)),
        folded=_named(folded, short),
        side_by_side=_named(beside, short),
        foreign=tuple(sorted(foreign)),
    )


def report(stories: Sequence[Story], measured: Sequence[Measured]) -> str:
    """The figures in words, with 95 % intervals."""
    pairs = list(zip(stories, measured, strict=True))
    told = sum(len(one.told) for one in measured)
    lines = [
        f"told: {with_interval(told, sum(len(story.reports) for story in stories))}",
        *_compared("folded", pairs, lambda story: story.same, lambda one: one.folded),
        *_compared("side by side", pairs, lambda story: story.differ, lambda one: one.side_by_side),
        f"foreign: {sum(len(one.foreign) for one in measured)}",
    ]
    return "\n".join(lines)


def _compared(
    name: str,
    pairs: Sequence[tuple[Story, Measured]],
    wanted_of: Callable[[Story], Sequence[tuple[str, str]]],
    found_of: Callable[[Measured], Sequence[tuple[str, str]]],
) -> list[str]:
    right = wrong = total = 0
    for story, one in pairs:
        wanted, found = ({frozenset(pair) for pair in part} for part in (wanted_of(story), found_of(one)))
        right, wrong, total = right + len(wanted & found), wrong + len(found - wanted), total + len(wanted)
    return [f"{name}: {with_interval(right, total)}", f"{name}, wrongly: {wrong}"]


def _text(told: Told) -> str:
    """All that is told of a report."""
    return f"{told.line.text} {told.differs.quote.text}" if told.differs else told.line.text


def _reports_of(told: Told) -> set[str]:
    return {part.passage.article_id for part in told.evidence}


def _says(text: str, points: Iterable[Iterable[str]]) -> bool:
    return all(any(wording.lower() in text.lower() for wording in wordings) for wordings in points)


def _pairs(articles: Iterable[str]) -> set[Pair]:
    return {frozenset(pair) for pair in combinations(articles, 2)}


def _named(pairs: Iterable[Pair], short: dict[str, str]) -> tuple[tuple[str, str], ...]:
    found = (sorted(short[article] for article in pair) for pair in pairs if len(pair) == 2)
    return tuple(sorted((one, other) for one, other in found))


def _ask(stories: Sequence[Story], settings: Settings) -> list[list[Entry]]:
    from tqdm import tqdm

    from assistant.api import Assistant
    from assistant.newsroom.stories.timeline import timeline_of

    with tempfile.TemporaryDirectory() as folder:
        write_articles(stories, Path(folder))
        with Assistant.open(folder, settings=settings) as assistant:
            timeline: StoryTimeline = timeline_of(assistant, most=_MOST)
            bar = tqdm(stories, unit="story", file=sys.stderr)
            return [timeline.entries(story.story, most=_MOST, progress=unseen("")) for story in bar]


def _record(story: Story, one: Measured, entries: Sequence[Entry]) -> dict[str, Any]:
    return {"story": story.id, **one.model_dump(mode="json"), "entries": [entry_to_dict(entry) for entry in entries]}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", metavar="MODEL")
    parser.add_argument("--rows", type=Path, default=ROWS, metavar="FILE.jsonl")
    parser.add_argument("--output", type=Path, metavar="FILE.json")
    return guarded(lambda: _run(parser.parse_args(arguments)), program="timeline")


def _run(given: argparse.Namespace) -> int:
    stories = load(given.rows)
    found = _ask(stories, Settings.load(model=given.model))
    measured = [measure(story, entries) for story, entries in zip(stories, found, strict=True)]
    if given.output:
        records = [_record(*one) for one in zip(stories, measured, found, strict=True)]
        write_json(given.output, {"stories": records})
    print(report(stories, measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())

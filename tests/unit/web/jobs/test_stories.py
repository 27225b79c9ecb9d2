"""Timelines and digests of each owner: told as they are made, stopped, kept nowhere, exported."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.errors import AssistantError, ModelError, QuestionError, UsageError
from assistant.newsroom.stories.digest import Story
from assistant.newsroom.stories.report_line import Line
from assistant.newsroom.stories.timeline import Entry, Told
from assistant.retrieval.context import ArticleContext
from assistant.schema.answers import Quote
from assistant.schema.articles import ArticleFilter, ArticleHeader, Paragraph, Passage
from assistant.verification.evidence import Evidence
from assistant.web.handlers.stories import StoriesHandler
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.owner_data import OwnerData
from assistant.web.jobs.queue import JobQueue
from assistant.web.jobs.stories import DigestSoFar, Stories, Timeline
from assistant.web.session import Action, Session

FIRST, SECOND = date(2024, 3, 1), date(2024, 3, 2)


def line(key: str, text: str, day: date | None, *, quoted: bool = False) -> Line:
    passage = Passage(Paragraph(f"{key}#p1", 1, text), key, f"Title <{key}>", f"Outlet {key}", day)
    evidence = (Evidence(passage, Quote(text, 0, len(text))),)
    return Line(text if quoted else f"In short: {text}", ArticleContext((passage,), 0), evidence, 1.0, quoted)


LINES = [
    line("b", "17 <b>hurt</b>.", FIRST, quoted=True),
    None,
    line("c", "It stops.", SECOND),
    line("a", "14.", FIRST),
]


class Model:
    """A timeline and a digest that wait where they are held, and fail where they are told to."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.go_on.set()
        self.begun = threading.Event()
        self.error: Exception | None = None
        self.scopes: list[Any] = []
        self.asked: list[Any] = []
        self.digested: list[list[str]] = []

    def opened(self, _: Any, scope: Any) -> Any:
        self.scopes.append(scope)
        return self

    def _step(self) -> None:
        self.begun.set()
        assert self.go_on.wait(60)
        if self.error:
            raise self.error

    def lines(self, story: str, articles: ArticleFilter, *, most: int, progress: Any) -> Iterator[Line | None]:
        self.asked.append((story, articles, most))
        for done, one in enumerate(LINES, 1):
            self._step()
            progress(done, len(LINES))
            yield one

    def arranged(self, lines: Sequence[Line]) -> list[Entry]:
        # What is of one day differs.
        return [Entry(lines[0].context.published, tuple(Told(one) for one in lines))]

    def stories(self, headers: Sequence[ArticleHeader], progress: Any, *, most: int) -> Iterator[Story]:
        self.digested.append([header.id for header in headers])
        for done, header in enumerate(headers, 1):
            self._step()
            yield Story(line(header.id, "It came.", FIRST), ("The Post", "The <i>Mail</i>"), (header,))
            progress(done, len(headers))


class Index:
    def __init__(self, kept: Path) -> None:
        self.kept = kept
        self.held = [ArticleHeader("x", "X", "S", FIRST, 1), ArticleHeader("y", "Y", "S", SECOND, 1)]

    def all_headers(self, articles: ArticleFilter) -> Iterator[ArticleHeader]:
        return (
            one for one in self.held if articles.since is None or (one.published and one.published >= articles.since)
        )


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path)


@pytest.fixture
def stories(model: Model, index: Index) -> Stories:
    loader = AssistantLoader.of(SimpleNamespace(index=index, model=SimpleNamespace(name="m")))  # type: ignore[arg-type]
    kept = OwnerData(loader)
    return Stories(loader, JobQueue(1), kept, timeline_of=model.opened, digest_of=model.opened)


@pytest.fixture
def handler(stories: Stories) -> StoriesHandler:
    return StoriesHandler(stories, lambda text: text.replace("/srv/secret", "…"))


def act(handler: StoriesHandler, name: str, owner: str = "me", session: Session | None = None, **details: str) -> Any:
    return handler.actions()[name](session or Session(), owner, Action(name, details))


def ended(stories: Stories, owner: str = "me") -> Any:
    task = stories.tasks.of(owner)
    assert task
    assert task.wait(60)
    return task.result


def test_a_line_is_shown_as_soon_as_it_is_written_and_a_day_is_compared_at_the_end(
    stories: Stories, handler: StoriesHandler, model: Model
) -> None:
    session = Session()
    model.go_on.clear()
    parts = act(handler, "timeline", session=session, story=" the\n ferry ", since="2024-01-01", until="2024-12-31")
    assert '"story-stop"' in parts["story-status"]
    model.go_on.set()
    made = ended(stories)
    assert model.asked == [("the ferry", ArticleFilter(since=date(2024, 1, 1), until=date(2024, 12, 31)), 30)]
    assert isinstance(made, Timeline)
    assert made.arranged
    assert [[one.line.context.passages[0].article_id for one in entry.told] for entry in made.entries] == [
        ["b", "a"],
        ["c"],
    ]
    parts = handler.followed(session, "me")
    assert "“the ferry”: 4 of 4 reports read" in parts["story-status"]
    assert 'data-export="timeline"' in parts["story-status"]
    assert parts["announce"] == "Told. 2 lines"
    shown = parts["story-result"]
    assert shown.count('class="report"') == 2
    assert "17 &lt;b&gt;hurt&lt;/b&gt;." in shown
    # A line that is the report's own words is not quoted below itself.
    assert shown.count("hurt") == 1
    assert 'data-article="a" data-paragraph="1" data-start="0" data-end="3"' in shown
    assert handler.followed(session, "me") == {}


def test_a_timeline_that_is_stopped_keeps_its_lines_and_says_what_was_not_done(
    stories: Stories, handler: StoriesHandler, model: Model
) -> None:
    steps = iter([True, True])
    model.go_on.wait = lambda _=None: next(steps, False) or threading.Event().wait(0.2)  # type: ignore[method-assign]
    act(handler, "timeline", story="the ferry")
    task = stories.tasks.of("me")
    assert task
    while task.done < 2:
        assert not task.wait(0.01)
    parts = act(handler, "story-stop")
    assert model.scopes[0].cancelled
    made = ended(stories)
    assert isinstance(made, Timeline)
    assert not made.arranged
    assert [len(entry.told) for entry in made.entries] == [1]
    assert "; stopped" in parts["story-status"]
    assert "not compared yet" in parts["story-status"]
    assert not handler.is_on("me")
    assert stories.timeline_answer("me").sentences[0].text == "17 <b>hurt</b>."


@pytest.mark.parametrize(
    ("name", "details", "told"),
    [
        ("timeline", {"story": "  "}, "is empty"),
        ("timeline", {"story": "x" * 4001}, "4,001 characters"),
        ("timeline", {"story": "x", "since": "2024-02-01", "until": "2024-01-01"}, "swap them"),
        ("timeline", {"story": "x", "since": "yesterday"}, "yesterday"),
        ("digest", {"since": "", "until": ""}, "needs its first day"),
        ("digest", {"since": "2024-02-01", "until": "2024-01-01"}, "swap them"),
        ("digest-last", {}, "no digest of yours to go on from yet"),
    ],
)
def test_what_cannot_be_made_is_told(handler: StoriesHandler, name: str, details: dict[str, str], told: str) -> None:
    with pytest.raises((UsageError, QuestionError, AssistantError), match=told):
        act(handler, name, **details)
    assert not handler.is_on("me")


def test_a_digest_tells_its_stories_and_the_next_goes_on_from_it(
    stories: Stories, handler: StoriesHandler, model: Model, index: Index
) -> None:
    act(handler, "digest", since="2024-03-02")
    made = ended(stories)
    assert isinstance(made, DigestSoFar)
    assert model.digested == [["y"]]
    parts = handler.shown(Session(), "me")
    assert "1 article published from 2 March 2024: 1 of 1 story told" in parts["story-status"]
    assert "The Post, The &lt;i&gt;Mail&lt;/i&gt; (1 report)" in parts["story-result"]
    assert "data-export" not in parts["story-status"]
    index.held.append(ArticleHeader("z", "Z", "S", None, 1))
    act(handler, "digest-last")
    ended(stories)
    # Not "x" either, which was there: it was not asked for, and is not news.
    assert model.digested[1:] == [["z"]]
    act(handler, "digest-last")
    ended(stories)
    assert "Nothing came since your last digest." in handler.shown(Session(), "me")["story-status"]
    with pytest.raises(UsageError, match="to go on from yet"):
        act(handler, "digest-last", owner="somebody else")


@pytest.mark.parametrize("until", ["2024-03-01", ""])
def test_a_digest_that_is_not_of_everything_or_not_whole_is_not_gone_on_from(
    stories: Stories, handler: StoriesHandler, model: Model, until: str
) -> None:
    model.error = None if until else ModelError("model /srv/secret/m: ended")
    act(handler, "digest", since="2024-03-01", until=until)
    ended(stories)
    assert ("Ended early: model …/m: ended" in handler.shown(Session(), "me")["story-status"]) == (not until)
    with pytest.raises(UsageError, match="to go on from yet"):
        act(handler, "digest-last")


def test_a_damaged_memory_of_digests_is_told(stories: Stories, handler: StoriesHandler, tmp_path: Path) -> None:
    act(handler, "digest", since="2024-03-01")
    ended(stories)
    (memory,) = tmp_path.rglob("digest.json")
    memory.write_text("{")
    with pytest.raises(UsageError, match="cannot be read"):
        act(handler, "digest-last")


def test_one_at_a_time_its_owners_alone_and_forgotten_when_cleared(
    stories: Stories, handler: StoriesHandler, model: Model
) -> None:
    model.go_on.clear()
    act(handler, "timeline", story="the ferry")
    with pytest.raises(UsageError, match="still being made"):
        act(handler, "digest", since="2024-03-01")
    for name in ("story-stop", "story-clear"):
        assert act(handler, name, owner="somebody else")["story-status"] == ""
    assert handler.is_on("me")
    model.go_on.set()
    ended(stories)
    with pytest.raises(UsageError, match="no timeline of yours"):
        stories.timeline_answer("somebody else")
    assert act(handler, "story-clear")["story-result"] == ""
    with pytest.raises(UsageError, match="no timeline of yours"):
        stories.timeline_answer("me")

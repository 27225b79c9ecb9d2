"""Views of a timeline and a digest → HTML: each line with its quotes, what differs side by side."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from assistant.newsroom.stories.digest import Story
from assistant.newsroom.stories.report_line import Line
from assistant.newsroom.stories.timeline import Entry, Told
from assistant.query.validate import MAX_QUESTION
from assistant.schema.answers import NOT_STATED
from assistant.text.clipping import clip
from assistant.text.numbers import counted
from assistant.verification.evidence import Evidence
from assistant.web.jobs.stories import DigestSoFar, Made, Timeline
from assistant.web.views.html import tag
from assistant.web.views.icons import icon
from assistant.web.views.labels import outlet, time_tag
from assistant.web.views.quote import quote_html
from assistant.web.views.scope import period_in_words
from assistant.web.views.task import Shown, clear_button, task_html
from assistant.web.views.task import Told as Words

_NAME_SHOWN = 120
_OUTLETS_SHOWN = 12


def _days(*, required: bool = False) -> list[Markup]:
    return [
        tag("label", "From", tag("input", type="date", name="since", required=required)),
        tag("label", "To", tag("input", type="date", name="until")),
    ]


STORIES_HEAD = tag(
    "div",
    tag("h1", "Stories"),
    tag(
        "p",
        "A line a report or story, in our own words where the report states them, else in its own, with its source. "
        "It is kept nowhere; the next one takes its place.",
        class_="lead",
    ),
    tag(
        "form",
        tag("h2", "A story day by day", class_="label", id="timeline-label"),
        tag(
            "label",
            "Story",
            tag(
                "input",
                type="text",
                name="story",
                required=True,
                maxlength=MAX_QUESTION,
                placeholder="What it is about, or a question",
                autocomplete="off",
            ),
        ),
        _days(),
        tag("button", icon("list"), "Make a timeline", type="submit"),
        data_submit="timeline",
        aria_labelledby="timeline-label",
    ),
    tag(
        "form",
        tag("h2", "A digest of what came", class_="label", id="digest-label"),
        _days(required=True),
        tag("button", icon("calendar"), "Make a digest", type="submit"),
        tag("button", "Since my last digest", type="button", data_action="digest-last", class_="plain"),
        data_submit="digest",
        aria_labelledby="digest-label",
    ),
    class_="view-head",
)


def made_html(made: Made) -> Markup:
    """What is told so far."""
    if isinstance(made, Timeline):
        return tag("ol", [_entry(one) for one in made.entries], class_="told") if made.entries else Markup("")
    return tag("ol", [_story(one) for one in made.stories], class_="told") if made.stories else Markup("")


def made_status_html(task: Shown[Made], error: str) -> Markup:
    """How far it is, with the way to stop it; at its end to export a timeline. `error`: why it ended early."""
    made = task.result
    if isinstance(made, Timeline):
        export = tag("button", icon("export"), "Export", type="button", data_export="timeline", data_what="timeline")
        at_end = [export] if made.entries else []
        return task_html(task, "story", _timeline_words(task, made), error, *at_end, clear_button("story"))
    return task_html(task, "story", _digest_words(task, made), error)


def made_in_words(made: Made) -> str:
    """ "12 lines", for who hears the page."""
    if isinstance(made, Timeline):
        return counted(len(made.entries), "line")
    return f"{len(made.stories):,} {'story' if len(made.stories) == 1 else 'stories'}"


def _timeline_words(task: Shown[Made], made: Timeline) -> Words:
    name = f"“{clip(made.story, _NAME_SHOWN)}”"
    if not task.is_on and not made.entries:
        said = NOT_STATED if task.is_whole else "Nothing was told yet."
        return Words(f"{name}: {said}", "", task.done)
    words = f"{name}: {task.done:,} of {counted(task.total, 'report')} read" if task.total else f"{name}: looking"
    apart = "" if made.arranged or not made.entries else "The reports of one day are not compared yet."
    return Words(words, "Reading the reports", task.done, apart)


def _digest_words(task: Shown[Made], made: DigestSoFar) -> Words:
    what = "since your last digest" if made.since_last else f"published {period_in_words(made.period)}"
    if not task.is_on and task.is_whole and not made.articles:
        return Words(f"Nothing came {what}." if made.since_last else f"Nothing was {what}.", "", 0)
    if not task.total:
        return Words(f"Digest of what came {what}: putting reports together", "Putting reports together", 0)
    stories = "story" if task.total == 1 else "stories"
    words = f"{counted(made.articles, 'article')} {what}: {task.done:,} of {task.total:,} {stories} told"
    return Words(words, "Writing the digest", task.done)


def _entry(entry: Entry) -> Markup:
    day = tag("p", time_tag(entry.day), class_="day")
    if len(entry.told) == 1:
        return tag("li", day, _told(entry.told[0]))
    reports = [
        tag("section", tag("p", _outlet(told), class_="as-of"), _told(told), class_="report", aria_label=_outlet(told))
        for told in entry.told
    ]
    note = tag("p", "Reports of this day differ, side by side:", class_="label")
    return tag("li", day, tag("div", note, reports, class_="reports"))


def _outlet(told: Told) -> str:
    passage = told.line.context.passages[0]
    return outlet(passage.source, passage.via)


def _told(told: Told) -> list[Markup]:
    differs = tag("p", tag("q", told.differs.quote.text, dir="auto"), class_="words") if told.differs else Markup("")
    return [_line(told.line), differs, _quotes(told.line, told.evidence)]


def _story(story: Story) -> Markup:
    named: Sequence[str] = story.outlets or ("unknown outlet",)
    more = f" and {len(named) - _OUTLETS_SHOWN} more" if len(named) > _OUTLETS_SHOWN else ""
    carried = f"{', '.join(named[:_OUTLETS_SHOWN])}{more} ({counted(len(story.articles), 'report')})"
    return tag(
        "li",
        tag("p", time_tag(story.line.context.published), class_="day"),
        _line(story.line),
        tag("p", tag("bdi", carried), class_="carried"),
        _quotes(story.line, story.line.evidence),
    )


def _quotes(line: Line, evidence: Sequence[Evidence]) -> Markup:
    said = line.text if line.quoted else ""
    return tag("ul", [quote_html(part, said) for part in evidence], class_="quotes")


def _line(line: Line) -> Markup:
    words = tag("q", line.text, dir="auto") if line.quoted else tag("span", line.text, dir="auto")
    return tag("p", words, class_="words")

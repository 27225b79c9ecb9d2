"""Views of the library → HTML: the search form, the list, one article beside the chat, what an upload did."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import PurePath

from markupsafe import Markup

from assistant.library.report import FileStatus
from assistant.schema.articles import EVERY_ARTICLE, Article, ArticleFilter, ArticleHeader, iso_day
from assistant.text.clipping import clip
from assistant.text.numbers import counted
from assistant.web.views.article import article_html
from assistant.web.views.html import Exact, tag
from assistant.web.views.icons import icon
from assistant.web.views.labels import outlet, time_tag, title

_OUTLETS = 200


class ToCome(StrEnum):
    """Status of an uploaded file before it has a `FileStatus`."""

    WAITING = "waiting"
    READING = "reading"


def find_html(find: ArticleFilter, outlets: Sequence[tuple[str, int]]) -> Markup:
    """Fields that narrow the list."""
    options = [tag("option", "All outlets", value="")]
    options += [
        tag("option", f"{clip(name, 60)} ({number:,})", value=Exact(name), selected=name == find.source)
        for name, number in outlets[:_OUTLETS]
    ]
    return tag(
        "form",
        tag("label", "Words", tag("input", type="search", name="words", value=find.words, autocomplete="off")),
        tag("label", "Outlet", tag("select", options, name="source")),
        tag("label", "From", tag("input", type="date", name="since", value=iso_day(find.since))),
        tag("label", "To", tag("input", type="date", name="until", value=iso_day(find.until))),
        class_="find",
        role="search",
        aria_label="Find articles",
        data_find="articles",
    )


def library_html(
    headers: Sequence[ArticleHeader], total: int, find: ArticleFilter, chosen: Container[str], number_chosen: int
) -> Markup:
    """The articles found, each with a box to choose it, and what can be done with the chosen."""
    if not headers:
        narrowed = find != EVERY_ARTICLE
        words = "No article fits these words, outlet and dates." if narrowed else "There are no articles yet."
        return tag("p", words, class_="empty")
    more = (
        tag("button", f"Show more ({total - len(headers):,} left)", type="button", data_action="more", class_="plain")
        if len(headers) < total
        else None
    )
    return tag(
        "div",
        _bar(total, find, number_chosen),
        tag("ul", [_row(header, header.id in chosen) for header in headers], class_="articles"),
        more,
    )


def _bar(total: int, find: ArticleFilter, number_chosen: int) -> Markup:
    asks = []
    if number_chosen:
        asks = [
            tag("button", f"Ask {counted(number_chosen, 'article')}", type="button", data_action="ask-chosen"),
            tag("button", "Choose none", type="button", data_action="any-article", class_="plain"),
            tag(
                "button",
                "Remove…",
                type="button",
                data_dialog="remove",
                data_count=number_chosen,
                class_="plain danger",
            ),
        ]
    elif find.since or find.until:
        asks = [tag("button", "Ask only these dates", type="button", data_action="ask-dates")]
    return tag("div", tag("p", counted(total, "article"), class_="count", role="status"), asks, class_="bar")


def _row(header: ArticleHeader, chosen: bool) -> Markup:
    shown = title(header.title)
    box = tag(
        "input", type="checkbox", data_choose=Exact(header.id), checked=chosen, aria_label=f"Choose {clip(shown, 100)}"
    )
    opened = tag(
        "button",
        tag("bdi", shown, class_="title"),
        tag(
            "span",
            time_tag(header.published),
            " · ",
            tag("bdi", outlet(header.source, header.via)),
            f" · {counted(header.paragraphs, 'paragraph')}",
            class_="place",
        ),
        type="button",
        class_="open-article",
        data_article=Exact(header.id),
    )
    return tag("li", box, opened, class_="selected" if chosen else None)


def pane_html(article: Article, highlight: tuple[int, int, int] | None, stamp: str) -> Markup:
    """An article beside the chat, its quoted words marked; `highlight` is (paragraph, start, end).

    The page scrolls to them whenever the `stamp` is another.
    """
    only = tag("button", "Ask only this article", type="button", data_action="ask-only", data_article=Exact(article.id))
    # Where on the server's disk a file lies is nobody's to know.
    shown = replace(article, path=PurePath(article.path).name)
    body = article_html(shown, [highlight] if highlight else [])
    return _pane(Markup(body), only, stamp)


def missing_html(words: str, stamp: str) -> Markup:
    """The pane where an article cannot be shown."""
    return _pane(tag("p", words, class_="empty"), None, stamp)


def _pane(body: Markup, only: Markup | None, stamp: str) -> Markup:
    head = tag(
        "div",
        tag("h2", "Source", class_="label", tabindex=-1),
        only,
        tag(
            "button", icon("close"), type="button", data_pane="close", aria_label="Close the source", class_="icon-only"
        ),
        class_="pane-head",
    )
    return tag("aside", head, tag("div", body, class_="pane-body", tabindex=0), aria_label="Source", data_stamp=stamp)


def outcomes_html(rows: Sequence[tuple[str, FileStatus | ToCome, str]], done: int) -> Markup:
    """What became of each uploaded file: its name, a status, a message; those from `done` on are to come."""
    if not rows:
        return Markup("")
    items = [
        tag(
            "li",
            tag("bdi", clip(name, 120)),
            tag("span", _STATUS.get(status, status), class_="outcome"),
            tag("span", clip(message, 400), class_="message", dir="auto") if message else None,
            class_=status,
        )
        for name, status, message in rows
    ]
    bar = (
        tag("progress", value=str(done), max=str(len(rows)), aria_label="Reading the files")
        if done < len(rows)
        else tag("button", icon("close"), type="button", data_action="outcomes-close", aria_label="Close this list")
    )
    words = f"{done} of {counted(len(rows), 'file')} read"
    return tag("div", tag("p", words, role="status"), bar, tag("ul", items), class_="outcomes")


_STATUS = {
    ToCome.WAITING: "waiting",
    ToCome.READING: "reading …",
    FileStatus.ADDED: "added",
    FileStatus.CHANGED: "replaced an earlier version",
    FileStatus.UNCHANGED: "is there already",
    FileStatus.DUPLICATE: "duplicate",
    FileStatus.FAILED: "could not be read",
}

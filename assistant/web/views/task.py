"""View of long work → HTML: how far it is, the way to stop it, what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

from markupsafe import Markup

from assistant.text.numbers import counted
from assistant.web.views.html import tag

R_co = TypeVar("R_co", covariant=True)


class Shown(Protocol[R_co]):
    """Work on its way, as `Tasks` keeps it."""

    @property
    def name(self) -> str: ...
    @property
    def result(self) -> R_co: ...
    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int: ...
    @property
    def is_on(self) -> bool: ...
    @property
    def is_whole(self) -> bool: ...
    @property
    def place(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Told:
    """Work in words: how far it is (`done` of its total), what is being done, what it came to so far ("": nothing)."""

    words: str
    doing: str
    done: int
    counts: str = ""


def clear_button(name: str) -> Markup:
    """The way to forget what it came to."""
    return tag("button", "Clear", type="button", data_action=f"{name}-clear", class_="plain")


def task_html(task: Shown[object], name: str, told: Told, error: str, *at_end: Markup) -> Markup:
    """How far it is, with the way to stop it (action NAME-stop); at its end `at_end`, else to clear it (NAME-clear).

    `error`: why it ended early.
    """
    if task.is_on:
        waits = f"; waiting, {counted(task.place, 'question')} before it" if task.place else ""
        # Without a total it moves, and says only that something is done.
        value = {"value": str(told.done), "max": str(task.total)} if task.total else {}
        bar = tag("progress", **value, aria_label=told.doing)
        buttons = [tag("button", "Stop", type="button", data_action=f"{name}-stop")]
    else:
        waits, bar = ("" if task.is_whole or error else "; stopped"), None
        buttons = list(at_end) or [clear_button(name)]
    failed = tag("p", f"Ended early: {error}", class_="failed", role="alert") if error else None
    return tag(
        "div",
        tag("p", tag("bdi", f"{told.words}{waits}")),
        bar,
        buttons,
        tag("p", told.counts, class_="counts") if told.counts else None,
        failed,
        class_="task-status",
    )

"""Handler of the library: find, open, choose, add and remove articles.

Every method gives the parts of the page that changed, by name. No method knows Gradio.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from markupsafe import Markup

from assistant.api import Assistant
from assistant.errors import AssistantError, UsageError
from assistant.library.report import FileStatus
from assistant.library.upload_policy import UploadPolicy, display_name
from assistant.query.validate import check_days
from assistant.schema.articles import ArticleFilter
from assistant.text.numbers import counted
from assistant.web.handlers.chat import Chat
from assistant.web.handlers.newest import newest_first
from assistant.web.handlers.scope import ScopeHandler
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.session import PAGE, Action, Parts, Session
from assistant.web.views.chat import notice_html
from assistant.web.views.library import ToCome, find_html, library_html, missing_html, outcomes_html, pane_html
from assistant.web.views.timeline import timeline_html

_MOST_CHOSEN = 1_000


class LibraryHandler:
    """Handler of the library of every page."""

    def __init__(
        self, loader: AssistantLoader, chat: Chat, uploads: UploadPolicy, public: Callable[[str], str] = str
    ) -> None:
        """`public` makes of an error's message what may be shown."""
        self._loader = loader
        self._chat = chat
        self._asked_of = ScopeHandler(loader)
        self._uploads = uploads
        self._public = public

    def shown(self, session: Session, owner: str) -> Parts:
        """The whole library as it is now, and the chat's welcome where it names the articles."""
        if not self._loader.is_open:
            return {}
        assistant = self._loader.assistant_for(owner)
        parts = self._list(session, owner)
        if session.conversation is None:
            parts |= {"log": self._chat.shown(session, owner)["log"]}
        return {
            **parts,
            "find": find_html(session.find, assistant.outlets()),
            "timeline": Markup(timeline_html(assistant.months())),
        }

    def stamp(self, owner: str) -> object:
        """Changes when the owner's library does."""
        return self._loader.assistant_for(owner).revision() if self._loader.is_open else None

    def actions(self) -> dict[str, Callable[[Session, str, Action], Parts]]:
        """What can be done at once, by name."""
        return {
            "source": self._source,
            "articles": self._find,
            "period": self._period,
            "more": self._more,
            "choose": self._choose,
            "any-article": self._choose_none,
            "ask-chosen": lambda session, owner, _action: self._scope(session, owner),
            "ask-dates": self._ask_dates,
            "outcomes-close": lambda _session, _owner, _action: {"outcomes": ""},
        }

    def writes(self) -> dict[str, Callable[[Session, str, Action], Parts]]:
        """What changes the library, by name: it may have to wait for another process."""
        return {"remove": self._remove, "refresh": self._refresh}

    def add(self, session: Session, owner: str, paths: Sequence[Path]) -> Iterator[Parts]:
        """Add files one after the other, telling what becomes of each; each is removed when it is read."""
        names = [display_name(path.name) for path in paths]
        rows: list[tuple[str, FileStatus | ToCome, str]] = [(name, ToCome.WAITING, "") for name in names]
        try:
            assistant = self._loader.assistant_for(owner)
            problems = self._uploads.problems([(path.name, path.stat().st_size) for path in paths])
            for place, (path, name, problem) in enumerate(zip(paths, names, problems, strict=True)):
                rows[place] = (name, ToCome.READING, "")
                yield {"outcomes": outcomes_html(rows, place)}
                rows[place] = (name, *((FileStatus.FAILED, problem) if problem else self._added(assistant, path)))
        except AssistantError as error:
            yield {"notice": notice_html(self._public(str(error))), "outcomes": "", "upload": None}
            return
        finally:
            for path in paths:
                path.unlink(missing_ok=True)
        session.library = self.stamp(owner)
        yield {**self.shown(session, owner), "outcomes": outcomes_html(rows, len(rows)), "upload": None}

    def _added(self, assistant: Assistant, path: Path) -> tuple[FileStatus, str]:
        try:
            outcome = assistant.add_files([path]).outcomes[0]
            status, message = outcome.status, outcome.message
        except AssistantError as error:
            status, message = FileStatus.FAILED, str(error)
        # Where an upload lay for a moment is nobody's to know.
        return status, self._public(message.replace(str(path), display_name(path.name)))

    def _list(self, session: Session, owner: str) -> Parts:
        assistant, find = self._loader.assistant_for(owner), session.find
        headers = newest_first(assistant, find, session.shown)
        total = assistant.count(find)
        chosen = session.articles.ids or ()
        return {"library-list": library_html(headers, total, find, chosen, len(chosen))}

    def _scope(self, session: Session, owner: str) -> Parts:
        return {"scope": self._asked_of.shown(session, owner), "notice": ""}

    def _source(self, _: Session, owner: str, action: Action) -> Parts:
        number, start, end = (action.number(name) if action.text(name) else 0 for name in ("paragraph", "start", "end"))
        try:
            article = self._loader.assistant_for(owner).article(action.text("article"))
        except AssistantError as error:
            return {"pane": missing_html(str(error), action.text("again"))}
        return {"pane": pane_html(article, (number, start, end) if end else None, action.text("again"))}

    def _find(self, session: Session, owner: str, action: Action) -> Parts:
        session.find = action.dated(ArticleFilter(action.text("words"), action.text("source") or None))
        session.shown = PAGE
        return {**self._list(session, owner), "notice": ""}

    def _period(self, session: Session, owner: str, action: Action) -> Parts:
        since, until = period_days(action.text("period"))
        session.find = replace(session.find, since=since, until=until)
        session.shown = PAGE
        outlets = self._loader.assistant_for(owner).outlets()
        return {**self._list(session, owner), "find": find_html(session.find, outlets)}

    def _more(self, session: Session, owner: str, _: Action) -> Parts:
        session.shown += PAGE
        return self._list(session, owner)

    def _choose(self, session: Session, owner: str, action: Action) -> Parts:
        article = action.text("article")
        others = tuple(one for one in session.articles.ids or () if one != article)
        chosen = (*others, article) if action.text("on") == "true" else others
        if len(chosen) > _MOST_CHOSEN:
            raise UsageError(f"at most {_MOST_CHOSEN:,} articles can be ticked; narrow them by dates instead")
        session.articles = replace(session.articles, ids=chosen or None)
        return {**self._list(session, owner), **self._scope(session, owner)}

    def _choose_none(self, session: Session, owner: str, _: Action) -> Parts:
        session.articles = replace(session.articles, ids=None)
        return {**self._list(session, owner), **self._scope(session, owner)}

    def _ask_dates(self, session: Session, owner: str, _: Action) -> Parts:
        scope = replace(session.articles, since=session.find.since, until=session.find.until)
        check_days(scope)
        session.articles = scope
        return self._scope(session, owner)

    def _remove(self, session: Session, owner: str, _: Action) -> Parts:
        if not session.articles.ids:
            return {"notice": notice_html("Tick the articles that are to go first.", "info")}
        removed = self._loader.assistant_for(owner).remove(session.articles.ids)
        session.articles = replace(session.articles, ids=None)
        session.library = self.stamp(owner)
        words = f"{counted(removed, 'article')} removed."
        return {**self.shown(session, owner), **self._scope(session, owner), "notice": notice_html(words, "info")}

    def _refresh(self, session: Session, owner: str, _: Action) -> Parts:
        report = self._loader.assistant_for(owner).refresh()
        session.library = self.stamp(owner)
        changes = ", ".join(
            f"{number:,} {what}"
            for number, what in ((report.added, "new"), (report.changed, "changed"), (report.removed, "gone"))
            if number
        )
        return {
            **self.shown(session, owner),
            "notice": notice_html(f"Looked again: {changes or 'nothing new'}.", "info"),
        }


def period_days(period: str) -> tuple[date, date]:
    """The first and last day of "2017-07" or of "2017". Raises `UsageError`."""
    try:
        year, month = (int(part) for part in (period.split("-") if "-" in period else (period, "0")))
        first = date(year, month or 1, 1)
        last = date(year + (month in (0, 12)), month % 12 + 1 if month else 1, 1) - timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{period[:20]!r} is no month and no year; reload the page") from error
    return first, last

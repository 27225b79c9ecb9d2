"""What a page's view of a draft does: check what is pasted or uploaded, tell how far it is, stop, clear.

Every method gives the parts of the page that changed, by name. No method knows Gradio.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from assistant.errors import UsageError
from assistant.library.upload_policy import display_name
from assistant.web.handlers.session import Action, Parts, Session
from assistant.web.jobs.drafts import Drafts
from assistant.web.views.draft import counts_in_words, draft_html, draft_status_html

SUFFIXES = (".md", ".txt")


class DraftHandler:
    """The drafts of every page; each browser's, or user's, is its own."""

    def __init__(self, drafts: Drafts, public: Callable[[str], str] = str) -> None:
        """`public` makes of an error's message what may be shown."""
        self._drafts = drafts
        self._public = public

    def actions(self) -> dict[str, Callable[[Session, str, Action], Parts]]:
        """What can be done at once, by name."""
        return {"draft-stop": self._stop, "draft-clear": self._clear}

    def check(self, session: Session, owner: str, text: str) -> Parts:
        """Begin to check what was pasted. Raises `AssistantError`."""
        if not text.strip():
            raise UsageError("there is no draft yet; paste its text, or choose a file")
        self._drafts.begin(owner, text, "The draft", markdown=True)
        return {**self.shown(session, owner), "notice": ""}

    def check_file(self, session: Session, owner: str, path: Path) -> Parts:
        """Begin to check a file, which is removed when it is read. Raises `AssistantError`."""
        name = display_name(path.name)
        try:
            if path.suffix.lower() not in SUFFIXES:
                raise UsageError(f"{name}: is no Markdown or plain text; give a file that ends in .md or .txt")
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UsageError(f"{name}: is not UTF-8; save it as UTF-8, or paste its text") from error
        finally:
            path.unlink(missing_ok=True)
        self._drafts.begin(owner, text, name, markdown=path.suffix.lower() == ".md")
        return {**self.shown(session, owner), "notice": ""}

    def shown(self, session: Session, owner: str) -> Parts:
        """How far the draft is, and what is checked of it."""
        draft = self._drafts.of(owner)
        session.drafted = self._stamp(owner)
        if draft is None:
            return {"draft-status": "", "draft-result": ""}
        error = self._public(draft.error) if draft.error else ""
        return {"draft-status": draft_status_html(draft, error), "draft-result": draft_html(draft.checked)}

    def followed(self, session: Session, owner: str) -> Parts:
        """The same where something is new since it was shown."""
        if self._stamp(owner) == session.drafted:
            return {}
        parts, draft = self.shown(session, owner), self._drafts.of(owner)
        if draft and not draft.is_on:
            parts["announce"] = f"Checked. {counts_in_words(draft.checked)}"
        return parts

    def is_on(self, owner: str) -> bool:
        """Whether the owner's draft is being checked."""
        draft = self._drafts.of(owner)
        return draft is not None and draft.is_on

    def _stamp(self, owner: str) -> object:
        draft = self._drafts.of(owner)
        return draft and (id(draft), len(draft.checked), draft.is_on, draft.place)

    def _stop(self, session: Session, owner: str, _: Action) -> Parts:
        self._drafts.stop(owner)
        return {**self.shown(session, owner), "announce": "Stopped."}

    def _clear(self, session: Session, owner: str, _: Action) -> Parts:
        self._drafts.forget(owner)
        return {**self.shown(session, owner), "draft-text": ""}

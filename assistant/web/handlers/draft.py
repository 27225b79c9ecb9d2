"""Handler of the draft check: check what is pasted or uploaded, tell how far it is, stop, clear."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from assistant.errors import UsageError
from assistant.library.upload_policy import display_name
from assistant.web.handlers.task import TaskHandler
from assistant.web.jobs.drafts import Checked, Drafts
from assistant.web.jobs.tasks import Task
from assistant.web.session import Action, Parts, Session
from assistant.web.views.draft import counts_in_words, draft_html, draft_status_html

SUFFIXES = (".md", ".txt")


class DraftHandler(TaskHandler[Checked]):
    """Handler of the drafts of every page; each browser's, or user's, is its own."""

    name = "draft"

    def __init__(self, drafts: Drafts, public: Callable[[str], str] = str) -> None:
        """`public` makes of an error's message what may be shown."""
        super().__init__(drafts.tasks, public)
        self._drafts = drafts

    def check(self, session: Session, owner: str, text: str) -> Parts:
        """Begin to check what was pasted. Raises `AssistantError`."""
        if not text.strip():
            raise UsageError("there is no draft yet; paste its text, or choose a file")
        self._drafts.begin(owner, text, "The draft", markdown=True)
        return self._begun(session, owner)

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
        return self._begun(session, owner)

    def _parts(self, owner: str, task: Task[Checked] | None, error: str) -> Parts:
        if task is None:
            return {"draft-status": "", "draft-result": ""}
        return {"draft-status": draft_status_html(task, error), "draft-result": draft_html(task.result)}

    def _said(self, task: Task[Checked]) -> str:
        return f"Checked. {counts_in_words(task.result)}"

    def _clear(self, session: Session, owner: str, action: Action) -> Parts:
        return {**super()._clear(session, owner, action), "draft-text": ""}

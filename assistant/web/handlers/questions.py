"""Handler of saved questions: keep one, list them, ask them now, stop, remove one."""

from __future__ import annotations

from collections.abc import Callable

from assistant.errors import UsageError
from assistant.web.handlers.task import TaskHandler
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.owner_data import OwnerData
from assistant.web.jobs.saved_questions import Found, QuestionRuns
from assistant.web.jobs.tasks import Task
from assistant.web.session import Action, Parts, Session
from assistant.web.storage.conversations import ConversationStore
from assistant.web.views.chat import notice_html
from assistant.web.views.html import text_of
from assistant.web.views.questions import outcomes_in_words, questions_html, run_html

_MOST = 500


class QuestionsHandler(TaskHandler[Found]):
    """Handler of the saved questions of every page; each browser's, or user's, are its own."""

    name = "questions"

    def __init__(
        self,
        loader: AssistantLoader,
        runs: QuestionRuns,
        data: OwnerData,
        conversations: ConversationStore,
        public: Callable[[str], str] = str,
    ) -> None:
        """`public` makes of an error's message what may be shown."""
        super().__init__(runs.tasks, public)
        self._loader = loader
        self._runs = runs
        self._data = data
        self._conversations = conversations

    def actions(self) -> dict[str, Callable[[Session, str, Action], Parts]]:
        """What can be done at once, by name."""
        return {
            **super().actions(),
            "questions": lambda session, owner, _action: self.shown(session, owner),
            "question-add": self._add,
            "question-keep": self._keep,
            "question-remove": self._remove,
            "questions-run": self._run,
        }

    def _parts(self, owner: str, task: Task[Found] | None, error: str) -> Parts:
        if not self._loader.is_open:
            return {"questions-status": "", "questions-list": ""}
        book = self._data.questions(owner)
        questions, last = book.questions(), {event.question_id: event for event in book.events()}
        return {
            "questions-status": run_html(task, len(questions), error),
            "questions-list": questions_html(questions, last),
        }

    def _stamp(self, owner: str) -> object:
        return super()._stamp(owner), self._loader.is_open

    def _said(self, task: Task[Found]) -> str:
        return f"Asked. {outcomes_in_words(task.result)}"

    def _add(self, session: Session, owner: str, action: Action) -> Parts:
        self._save(owner, action.text("text"))
        return {**self._begun(session, owner), "announce": "Saved."}

    def _keep(self, session: Session, owner: str, action: Action) -> Parts:
        """Save the question of an answer, as it was understood."""
        position = action.number("position")
        messages = self._conversations.messages(owner, session.conversation) if session.conversation else ()
        message = next((one for one in messages if one.position == position), None)
        if message is None:
            raise UsageError("this answer is not kept any more; reload the page")
        self._save(owner, text_of(message.answer, "standalone_question") or message.question)
        words = "The question is saved: see Newsroom, Saved questions."
        return {**self.shown(session, owner), "notice": notice_html(words, "info")}

    def _save(self, owner: str, text: str) -> None:
        book = self._data.questions(owner)
        if len(book.questions()) >= _MOST:
            raise UsageError(f"{_MOST} questions are saved already; remove one first")
        book.add(text)

    def _remove(self, session: Session, owner: str, action: Action) -> Parts:
        book = self._data.questions(owner)
        if any(one.id == action.text("id") for one in book.questions()):
            book.remove(action.text("id"))
        return {**self._begun(session, owner), "announce": "Removed."}

    def _run(self, session: Session, owner: str, _: Action) -> Parts:
        self._runs.begin(owner)
        return self._begun(session, owner)

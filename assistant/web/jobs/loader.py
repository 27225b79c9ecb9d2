"""Background loading of the assistant, so that the page is there before the model is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from assistant.api import Assistant
from assistant.errors import INTERNAL_ERROR, AssistantError, ModelConnectionError
from assistant.schema.opening import Phase, State
from assistant.util.progress import Progress, ProgressOf
from assistant.web.jobs.own_libraries import OwnLibraries

_log = logging.getLogger(__name__)
_PATIENCE_S = 10
_AGAIN_S = 15.0


class AssistantLoader:
    """An assistant that is being opened, is open, or could not be."""

    def __init__(
        self,
        open_assistant: Callable[[ProgressOf], Assistant],
        *,
        again: float = _AGAIN_S,
        own: OwnLibraries | None = None,
    ) -> None:
        """`again`: seconds after which an endpoint that did not answer is asked again whether it does.

        `own`: on the page each has a library of their own.
        """
        self._own = own
        self._again = again
        self._open = open_assistant
        self._assistant: Assistant | None = None
        self._state = State(Phase.OPENING, "starting")
        self._lock = threading.Lock()
        self._closed = False
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @classmethod
    def of(cls, assistant: Assistant, own: OwnLibraries | None = None) -> AssistantLoader:
        """An assistant that is open already."""
        loader = cls(lambda _progress: assistant, own=own)
        loader._assistant, loader._state = assistant, State(Phase.READY)
        return loader

    def start(self) -> None:
        """Begin; returns at once. Starting twice does nothing."""
        with self._lock:
            if self._thread is None and self._assistant is None:
                self._thread = threading.Thread(target=self._work, name="opening", daemon=True)
                self._thread.start()

    @property
    def state(self) -> State:
        """How far it is now."""
        return self._state

    @property
    def assistant(self) -> Assistant:
        """The assistant. Raises `AssistantError` while it is not open, with what can be done about it."""
        if self._assistant is None:
            if self._state.phase is Phase.FAILED:
                raise AssistantError(self._state.doing)
            raise AssistantError("the articles are still being opened; try again in a moment")
        return self._assistant

    def assistant_for(self, owner: str) -> Assistant:
        """The assistant on the library that this owner of a page works with. Raises `AssistantError` as `assistant`."""
        return self._own.of(self.assistant, owner) if self._own else self.assistant

    def library_of(self, owner: str) -> str:
        """What tells this owner's library from others'; "" for the common one."""
        return owner if self._own else ""

    @property
    def is_open(self) -> bool:
        """True when the articles can be read."""
        return self._assistant is not None

    def close(self) -> None:
        """Close the assistant, or do so as soon as it is open."""
        with self._lock:
            self._closed = True
            self._ended.set()
            assistant, self._assistant = self._assistant, None
        if self._own is not None:
            self._own.close()
        if assistant is not None:
            assistant.close()
        if self._thread is not None:
            self._thread.join(_PATIENCE_S)

    def _work(self) -> None:
        try:
            assistant = self._open(self._progress)
            with self._lock:
                closed = self._closed
                self._assistant = None if closed else assistant
            if closed:
                assistant.close()
                return
            self._state = State(Phase.LOADING, "waiting for the language model")
            while not self._is_ready(assistant):
                if self._ended.wait(self._again):
                    return
            self._state = State(Phase.READY)
            if self._own is None:
                self._read_ahead(assistant)
        except AssistantError as error:
            self._state = State(Phase.FAILED, str(error))
        except Exception:
            if self._ended.is_set():
                # It was closed under what was waited for.
                return
            _log.exception("the assistant could not be opened")
            self._state = State(Phase.FAILED, INTERNAL_ERROR)

    def _read_ahead(self, assistant: Assistant) -> None:
        """What fails here fails a question too, which says so."""
        try:
            assistant.read_ahead()
        except AssistantError as error:
            if not self._ended.is_set():
                _log.warning("the library could not be read ahead: %s", error)

    def _is_ready(self, assistant: Assistant) -> bool:
        """Wait for the model. An endpoint that does not answer may do so later: that is told and asked again."""
        try:
            assistant.model.wait()
        except ModelConnectionError as error:
            if assistant.model.embedded:
                raise
            self._state = State(Phase.FAILED, str(error))
            return False
        return True

    def _progress(self, what: str) -> Progress:
        def tell(done: int, total: int) -> None:
            self._state = State(Phase.OPENING, what, min(1.0, done / total) if total > 0 else None)

        self._state = State(Phase.OPENING, what)
        return tell

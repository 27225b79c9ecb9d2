"""Recovery of the embedded engine from a crash, a hang or a kill: started again, and the request is made once more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from assistant.errors import ModelConnectionError, ModelError
from assistant.schema.events import Event, Step, StepName

if TYPE_CHECKING:
    from assistant.llm.chat_model import ChatModel


class EngineRecovery:
    """Asks a model, and once more where its embedded engine does not answer. An endpoint elsewhere is not ours to
    start: its error is passed on. Thread-safe: of several questions that fail together one starts the engine.
    """

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self._starts = 0
        self._closed = False
        self._lock = threading.Lock()

    def stream(self, ask: Callable[[], Iterator[Event]]) -> Iterator[Event]:
        """The events of `ask`; after `Step(StepName.RESTARTING)` they begin anew. Raises `ModelError`.

        A question that hangs is given up after `ASSISTANT_TIMEOUT`; a second failure is passed on.
        """
        starts = self._starts
        try:
            yield from ask()
            return
        except ModelError as error:
            # What fails because another question's failure ended the engine is asked again as well.
            gone = isinstance(error, ModelConnectionError) or self._starts != starts
            if self._closed or not gone or not self._model.embedded:
                raise
        yield Step(StepName.RESTARTING)
        self._start_again(starts)
        yield from ask()

    def close(self) -> None:
        """Nothing is started again from now on."""
        with self._lock:
            self._closed = True

    def _start_again(self, starts: int) -> None:
        with self._lock:
            if self._closed:
                raise ModelError("the language model was closed while it was asked; ask again")
            if self._starts == starts:
                # Ends what is left of the engine, one that hangs too; whoever asks next starts another.
                self._model.close()
                self._starts += 1
                self._model.start()
        self._model.wait()

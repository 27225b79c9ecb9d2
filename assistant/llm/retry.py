"""Retry policy: how long a failed request is waited for before it is made again, and when it is not."""

from __future__ import annotations

from assistant.llm.failures import Kind, ProviderError, retry_after
from assistant.llm.scope import QuestionScope

# Beside 429 and 503: a proxy or a server that stumbled. 529 is Anthropic's "overloaded".
_BUSY, _STUMBLED = (429, 503, 529), (408, 409, 500, 502, 504, 520, 521, 522, 523, 524)
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_MOST_STUMBLES = 2


class Retries:
    """Retry state of one request: its failed attempts.

    A server that is busy, or still loads its model, is waited for as long as it says within the question's time;
    where it says nothing, or less than it was given already, for `patience` seconds in all, ever longer. What stumbled
    is asked twice more.
    """

    def __init__(self, patience: float, *, local: bool) -> None:
        self._patience = patience
        self._local = local
        self._waited = 0.0
        self._next = _FIRST_PAUSE
        self._stumbles = 0

    def wait(self, failure: ProviderError, scope: QuestionScope, reason: str) -> bool:
        """Wait before the next attempt, telling `reason`; False where there should be none."""
        pause = self._pause(failure)
        if pause is None:
            return False
        left = scope.remaining()
        if left is not None and pause >= left:
            return False
        scope.pause(pause, reason)
        return True

    def _pause(self, failure: ProviderError) -> float | None:
        if failure.status in _BUSY and failure.kind is Kind.REFUSED and not failure.is_quota:
            told = retry_after(failure.headers)
            pause = min(self._next, _LONGEST_PAUSE)
            # Else a server that says 0 s each time would be asked without end, and without a pause.
            if told is not None and told >= pause:
                return told
            if self._waited + pause > self._patience:
                return None
            self._waited += pause
            self._next *= 2
            return pause
        # Where nothing listens on this machine, nothing will in a moment.
        gone = failure.kind is Kind.BROKEN_OFF or (failure.kind is Kind.UNREACHABLE and not self._local)
        stumbled = failure.kind is Kind.REFUSED and failure.status in _STUMBLED and not failure.is_quota
        if not (gone or stumbled) or self._stumbles >= _MOST_STUMBLES:
            return None
        self._stumbles += 1
        return _FIRST_PAUSE / 4 * self._stumbles

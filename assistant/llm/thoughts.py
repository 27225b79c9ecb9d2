"""Removal of a model's thoughts that stand in its text, before the answer: `<think>…</think>` and the like."""

from __future__ import annotations

import re

# The names that models and the prompts of others give a thought.
_NAMES = (
    *("think", "thinking", "thought", "thoughts", "reasoning", "reflection", "analysis", "scratchpad", "reason"),
    *("antthinking", "seed:think", "inner_monologue"),
)
# The marks of gpt-oss (its channels, and what is left of them without special tokens), Kimi, Cohere, OpenThinker.
_MARKS = (
    ("<|channel|>analysis<|message|>", r"<\|channel\|>final<\|message\|>|assistantfinal"),
    ("◁think▷", "◁/think▷"),
    ("<|start_thinking|>", r"<\|END_THINKING\|>"),
    ("<|begin_of_thought|>", r"<\|end_of_thought\|>"),
    ("[think]", r"\[/THINK\]"),
)
_OPENERS = (*(f"<{name}>" for name in _NAMES), *(opener for opener, _ in _MARKS))
_CLOSER = re.compile(rf"</(?:{'|'.join(_NAMES)})>|{'|'.join(closer for _, closer in _MARKS)}", re.IGNORECASE)
_LONGEST_CLOSER = len("<|channel|>final<|message|>")


class ThoughtFilter:
    """Takes the text piece by piece and lets through what is no thought.

    `thought` is True once one was seen, `unopened` where only its end was: its opening mark was in the prompt.
    """

    def __init__(self, *, hold: bool = False) -> None:
        """`hold`: let nothing through before a thought has ended or the reply has: it may have begun in one."""
        self.thought = False
        self.unopened = False
        self._hold = hold
        self._held = ""
        self._inside = False
        self._past = False

    def feed(self, text: str) -> str:
        """What of it is known to be no thought."""
        if self._past:
            return text
        self._held += text
        if not self._inside and not self._begin():
            return ""
        return self._after_closer()

    def end(self) -> str:
        """What was held back and is no thought, at the end of the reply."""
        rest = "" if self._inside else self._held
        self._held = ""
        return rest

    def _begin(self) -> bool:
        """Decide whether the reply begins in a thought; False while that is open."""
        begun = self._held.lstrip().lower()
        if any(opener.startswith(begun) for opener in _OPENERS):
            return False
        if begun.startswith(_OPENERS):
            self._inside = self.thought = True
        return True

    def _after_closer(self) -> str:
        if not self._inside and not self._hold:
            self._past = True
            return self.end()
        closer = _CLOSER.search(self._held)
        if closer is None:
            if self._inside:
                self._held = self._held[-_LONGEST_CLOSER:]
            return ""
        self.unopened = not self._inside
        self.thought = self._past = True
        self._inside = False
        rest, self._held = self._held[closer.end() :], ""
        return rest

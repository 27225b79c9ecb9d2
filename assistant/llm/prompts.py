"""Prompt templates: Markdown files with `$placeholders` (string.Template).

A file is the user's message; or several messages, in turns, each below a line `# system`, `# user` or `# assistant`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from string import Template

from assistant.errors import PromptError
from assistant.llm.chat_model import Message

_TURN = re.compile(r"^# (system|user|assistant)$", re.M)


class Prompts:
    """The prompt files of one folder, each read once."""

    def __init__(self, folder: Path, *, before: Path | None = None) -> None:
        """A prompt that lies in the folder `before` is taken from there, every other from `folder`."""
        self.folder = folder
        self._before = before
        self._turns: dict[str, list[tuple[str, Template]]] = {}

    @classmethod
    def of(cls, folder: Path, *, taught: bool) -> Prompts:
        """The prompts of a model: short ones, from `folder`/taught, for one that was taught its tasks."""
        return cls(folder, before=folder / "taught" if taught else None)

    def render(self, name: str, /, **variables: str) -> str:
        """The text of `<name>.md` with its placeholders filled in.

        Raises `PromptError` when the file is missing, and when a placeholder has no variable
        or a variable no placeholder; the message names both the file and the variable.
        """
        return "\n\n".join(message["content"] for message in self._filled(name, variables))

    def messages(self, name: str, /, **variables: str) -> list[Message]:
        """The messages of `<name>.md`, filled in as by `render`; first the system's, `system.md` where it has none."""
        messages = self._filled(name, variables)
        if messages[0]["role"] == "system":
            return messages
        return [{"role": "system", "content": self.render("system")}, *messages]

    def _filled(self, name: str, variables: Mapping[str, str]) -> list[Message]:
        turns = self._turns.get(name) or self._load(name)
        wanted = {variable for _, template in turns for variable in template.get_identifiers()}
        given = set(variables)
        path = self._path(name)
        if missing := sorted(wanted - given):
            known = ", ".join(f"${key}" for key in sorted(given)) or "none"
            raise PromptError(f"{path}: no variable for ${missing[0]}; this prompt's variables: {known}")
        if unused := sorted(given - wanted):
            raise PromptError(f"{path}: the variable ${unused[0]} is not used; put ${unused[0]} into the prompt")
        return [{"role": role, "content": template.substitute(variables)} for role, template in turns]

    def digest(self) -> str:
        """SHA-256 over the names and contents of all prompt files, for provenance."""
        total = hashlib.sha256()
        for path in sorted(self.folder.rglob("*.md")):
            total.update(path.relative_to(self.folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
        return total.hexdigest()

    def _path(self, name: str) -> Path:
        own = self._before / f"{name}.md" if self._before else None
        return own if own and own.is_file() else self.folder / f"{name}.md"

    def _load(self, name: str) -> list[tuple[str, Template]]:
        path = self._path(name)
        try:
            # Divided before anything is filled in: nothing that is asked can begin a turn.
            before, *turns = _TURN.split(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise PromptError(f"{path}: prompt cannot be read ({error}); restore the file") from error
        if turns and before.strip():
            raise PromptError(f"{path}: a text stands before the first '# {turns[0]}'; put it below a turn")
        texts = list(zip(turns[::2], turns[1::2], strict=True)) or [("user", before)]
        read = [(role, Template(text.strip())) for role, text in texts]
        if not all(template.is_valid() for _, template in read):
            raise PromptError(f"{path}: a $ is followed by no variable name; write $$ for a dollar sign")
        self._turns[name] = read
        return read

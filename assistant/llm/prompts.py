"""Prompt templates: Markdown files, one message a file, with `$placeholders` (string.Template)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from string import Template

from assistant.errors import PromptError
from assistant.llm.chat_model import Message


class Prompts:
    """The prompt files of one folder, each read once."""

    def __init__(self, folder: Path, *, before: Path | None = None) -> None:
        """A prompt that lies in the folder `before` is taken from there, every other from `folder`."""
        self.folder = folder
        self._before = before
        self._templates: dict[str, Template] = {}

    @classmethod
    def of(cls, folder: Path, *, taught: bool) -> Prompts:
        """The prompts of a model: short ones, from `folder`/taught, for one that was taught its tasks."""
        return cls(folder, before=folder / "taught" if taught else None)

    def render(self, name: str, /, **variables: str) -> str:
        """The text of `<name>.md` with its placeholders filled in.

        Raises `PromptError` when the file is missing, and when a placeholder has no variable
        or a variable no placeholder; the message names both the file and the variable.
        """
        template = self._templates.get(name) or self._load(name)
        wanted, given = set(template.get_identifiers()), set(variables)
        path = self._path(name)
        if missing := sorted(wanted - given):
            known = ", ".join(f"${key}" for key in sorted(given)) or "none"
            raise PromptError(f"{path}: no variable for ${missing[0]}; this prompt's variables: {known}")
        if unused := sorted(given - wanted):
            raise PromptError(f"{path}: the variable ${unused[0]} is not used; put ${unused[0]} into the prompt")
        return template.substitute(variables)

    def messages(self, name: str, /, **variables: str) -> list[Message]:
        """The system's message and the user's, `<name>.md`, as `render` fills it in."""
        return [
            {"role": "system", "content": self.render("system")},
            {"role": "user", "content": self.render(name, **variables)},
        ]

    def digest(self) -> str:
        """SHA-256 over the names and contents of all prompt files, for provenance."""
        total = hashlib.sha256()
        for path in sorted(self.folder.rglob("*.md")):
            total.update(path.relative_to(self.folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
        return total.hexdigest()

    def _path(self, name: str) -> Path:
        own = self._before / f"{name}.md" if self._before else None
        return own if own and own.is_file() else self.folder / f"{name}.md"

    def _load(self, name: str) -> Template:
        path = self._path(name)
        try:
            template = Template(path.read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            raise PromptError(f"{path}: prompt cannot be read ({error}); restore the file") from error
        if not template.is_valid():
            raise PromptError(f"{path}: a $ is followed by no variable name; write $$ for a dollar sign")
        self._templates[name] = template
        return template

"""Redaction of messages on the page: not where on the server a file lies, nor by which login it is reached."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from assistant.settings import Settings
from assistant.util.redact import without_logins

# An absolute path of two parts or more; what follows "//" or ":" is an address's.
_PATH = re.compile(r"(?<![\w:/.])/(?:[^/\s:;,'\"()]+/)+(?P<name>[^/\s:;,'\"()]*)")


class Redactor:
    """Takes the server's folders and logins out of a message; a file is called by its name alone."""

    def __init__(self, settings: Settings, hidden: Iterable[Path] = ()) -> None:
        """`hidden`: folders of the server's beside those that the settings name."""
        named = [settings.articles, settings.home, settings.prompts, *hidden]
        if settings.index and "://" not in settings.index:
            named.append(Path(settings.index))
        written = {str(form) for path in named if path is not None for form in (path, path.absolute(), path.resolve())}
        # The longest first: one may lie in another.
        self._folders = sorted((path for path in written if len(path) > 1), key=len, reverse=True)

    def __call__(self, message: str) -> str:
        """The message as it may be shown."""
        shown = without_logins(message)
        for folder in self._folders:
            shown = re.sub(rf"(?<![\w./-]){re.escape(folder)}(?![\w-])", Path(folder).name.replace("\\", r"\\"), shown)
        return _PATH.sub(lambda found: found["name"] or "…", shown)

"""Print docs/settings.md, made of `assistant.settings.Settings`; `make docs` writes it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from assistant.settings import PREFIX, Settings

HEAD = """# Settings

<!-- Made by scripts/document_settings.py (make docs); change the descriptions in assistant/settings.py. -->

Environment variables. Command-line options come first, and so does what is passed to `Assistant.open(settings=…)`. \
An empty variable counts as not set; an unknown `ASSISTANT_…` is refused with the nearest name that there is.

| variable | default | allowed | meaning |
|---|---|---|---|
"""
LIMITS = (
    ("minimum", "{} or more"),
    ("exclusiveMinimum", "more than {}"),
    ("maximum", "{} or less"),
    ("exclusiveMaximum", "less than {}"),
)


def page() -> str:
    """The whole page, Markdown."""
    return HEAD + "".join(_row(name, field) for name, field in Settings.model_json_schema()["properties"].items())


def _row(name: str, field: dict[str, Any]) -> str:
    default = field.get("default")
    shown = "" if default in (None, "") else f"`{default}`"
    return f"| `{PREFIX}{name.upper()}` | {shown} | {_allowed(field)} | {field['description']} |\n"


def _allowed(field: dict[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    # A setting that may be left out has its limits in one of two forms.
    forms = [field, *field.get("anyOf", ())]
    return ", ".join(words.format(form[key]) for form in forms for key, words in LIMITS if key in form)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(page())

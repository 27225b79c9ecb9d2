"""Inline SVG icons: nothing is fetched for them."""

from __future__ import annotations

from markupsafe import Markup

_PATHS = {
    "add": "M8 3v10M3 8h10",
    "calendar": "M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2v3M10.5 2v3",
    "close": "M4 4l8 8M12 4l-8 8",
    "copy": "M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1",
    "down": "M5 2.5v7l3.5 4.5 1-.6V10h4l-1-7.5zM5 3H2.5v6H5",
    "edit": "M3 13l.6-2.8L11 2.8l2.2 2.2-7.4 7.4zM9.5 4.3l2.2 2.2",
    "export": "M8 10V2.5M5 5l3-3 3 3M3 8v5.5h10V8",
    "list": "M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.5M2.5 8h.5M2.5 12h.5",
    "markdown": "M1.5 3.5h13v9h-13zM4 10V6l2 2.2L8 6v4M11 6v4M9.5 8.6L11 10l1.5-1.4",
    "menu": "M2.5 4h11M2.5 8h11M2.5 12h11",
    "more": "M3.5 8h.01M8 8h.01M12.5 8h.01",
    "more-below": "M4.5 6.5L8 10l3.5-3.5",
    "retry": "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3",
    "save": "M4 2.5h8v11l-4-3-4 3z",
    "theme": "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
    "up": "M5 13.5v-7L8.5 2l1 .6V6h4l-1 7.5zM5 13H2.5V7H5",
}


def icon(name: str) -> Markup:
    """The drawing `name`, for decoration only: its button says in words what it does."""
    return Markup(
        f'<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d="{_PATHS[name]}"/></svg>'
    )

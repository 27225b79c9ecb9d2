"""Hidden elements of a page: hidden, withdrawn or overlying, by markup and by style."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from assistant.ingest.readers.html_elements import drop, local_name

_UNSEEN = frozenset({"template", "noscript", "datalist", "dialog"})
# Withdrawn by the writer; the reading of a word beside the word (ruby); parts of AMP pages that overlie the page.
_WITHDRAWN = frozenset({"del", "s", "strike", "rt", "rp", "rtc"})
_OVERLAYS = frozenset(
    {"amp-sidebar", "amp-consent", "amp-user-notification", "amp-ad", "amp-lightbox", "amp-analytics"}
)
_KEPT = frozenset({"", "html", "body", "head"})
_NOT_SHOWN = _UNSEEN | _WITHDRAWN | _OVERLAYS
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0(?![.\d])|"
    r"(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|$|!)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$|!)|"
    r"text-decoration(?:-line)?\s*:[^;]{0,40}line-through|"
    r"(?:left|right|top|text-indent)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*[01](?:px)?[ ,]+[01]",
    re.I,
)
_HIDING = "@hidden or @aria-hidden or @style or @amp-access"
_HIDABLE = etree.XPath(f"//*[{_HIDING}]")
_HIDABLE_OR_NAMED = etree.XPath(f"//*[{_HIDING} or @class or @id]")
_CLASSES = etree.XPath("//@class", smart_strings=False)
_IDS = etree.XPath("//@id", smart_strings=False)
_RULE = re.compile(r"([^{}]{1,2000})\{([^{}]{0,2000})\}")
_SIMPLE_SELECTOR = re.compile(r"(?P<tag>[a-zA-Z][\w-]*)?(?:(?P<mark>[.#])(?P<name>[\w-]+))")


def remove_hidden(root: Any) -> None:
    """Takes out what a reader of the page does not see: `hidden`, `aria-hidden`, `display:none` and the like.

    Styles are followed for inline attributes and for rules of one class or id; colours are not.
    """
    classes, ids = _hidden_names(root)
    for element in [*root.iter(*_NOT_SHOWN), *(_HIDABLE_OR_NAMED if classes or ids else _HIDABLE)(root)]:
        tag = local_name(element)
        if tag in _NOT_SHOWN or (tag not in _KEPT and _is_hidden(element, classes, ids)):
            drop(element)


def _hidden_names(root: Any) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    classes: set[tuple[str, str]] = set()
    ids: set[tuple[str, str]] = set()
    for style in root.iter("style"):
        for selectors, declarations in _RULE.findall(_outside_conditions((style.text or "")[:500_000])):
            if not _HIDDEN_STYLE.search(declarations):
                continue
            for selector in selectors.split(","):
                match = _SIMPLE_SELECTOR.fullmatch(selector.strip())
                if match:
                    (classes if match["mark"] == "." else ids).add(((match["tag"] or "").lower(), match["name"]))
    # Of the many that a style sheet hides, a page uses few.
    used = frozenset(" ".join(_CLASSES(root)).split()) if classes else frozenset()
    own = frozenset(_IDS(root)) if ids else frozenset()
    return {pair for pair in classes if pair[1] in used}, {pair for pair in ids if pair[1] in own}


def _outside_conditions(css: str) -> str:
    """The rules that hold always: those within `@media`, `@supports` and `@keyframes` do not."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    kept, depth, at = [], 0, 0
    for match in re.finditer(r"@[\w-]+[^{};]*\{|\{|\}", css):
        if match[0].startswith("@") and depth == 0:
            kept.append(css[at : match.start()])
            depth = 1
        elif depth:
            depth += 1 if match[0].endswith("{") else -1
            at = match.end()
    return "".join(kept) + ("" if depth else css[at:])


def _is_hidden(element: Any, classes: set[tuple[str, str]], ids: set[tuple[str, str]]) -> bool:
    get = element.get
    if get("hidden") is not None or (get("aria-hidden") or "").strip().lower() == "true":
        return True
    if _HIDDEN_STYLE.search((get("style") or "")[:2000]):
        return True
    if "not" in (get("amp-access") or "").lower().split():
        return True  # shown to those who may not read the rest
    tag = local_name(element)
    if ids and any((name, get("id")) in ids for name in ("", tag)):
        return True
    return bool(classes) and any((name, own) in classes for own in (get("class") or "").split() for name in ("", tag))

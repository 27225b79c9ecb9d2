"""Detection of pages that are no article: consent, login, errors, checks for robots, lists of saved links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lxml import etree

# Of small letters, each branch of which begins with one: so it is looked for quickly.
_NOTICE = re.compile(
    r"cookies?\b|consent\b|legitimate interest|personal data|partners\b.{0,60}\b(?:store|process|access)|"
    r"privacy (?:policy|settings)|manage (?:your )?choices|clicking below|einwilligung|datenschutz|"
    r"données personnelles|datos personales|dati personali|persoonsgegevens|персональн|"
    r"enable javascript|javascript (?:is|to be) (?:disabled|enabled)|not a robot|unusual traffic|captcha|cloudflare|"
    r"access denied|page (?:was |could )?not (?:be )?found|(?:403|404|500|502|503)(?<!\d\d\d\d)\b.{0,20}"
    r"(?:error|forbidden|found)|"
    r"(?:error|fehler|erreur) (?:403|404|500|502|503)|checking your browser|log in to continue|sign in to continue"
)
_MOST_CHARS = 3_000
_WITHIN = ("a", "head", "title", "style", "script", "h1", "h2", "h3", "h4", "h5", "h6")
_BESIDE_LINKS = etree.XPath(
    f"boolean(//text()[normalize-space() and not({' or '.join(f'ancestor::{tag}' for tag in _WITHIN)})])"
)


def is_notice(texts: Sequence[str]) -> bool:
    """True where a short page without a date speaks, in half of its paragraphs or more, of such things alone."""
    if sum(map(len, texts)) > _MOST_CHARS:
        return False
    return 2 * sum(bool(_NOTICE.search(text.lower())) for text in texts) >= len(texts)


def is_link_list(root: Any) -> bool:
    """True for a page of links in lists and headings alone: what Instapaper, Pocket and browsers export."""
    # Most pages show at their first paragraph that they are none.
    if any((p.text or "").strip() and next(p.iterancestors(*_WITHIN), None) is None for p in root.iter("p")):
        return False
    links = root.xpath("boolean((//li//a[@href] | //dt//a[@href])[1])")
    return bool(links) and not _BESIDE_LINKS(root)

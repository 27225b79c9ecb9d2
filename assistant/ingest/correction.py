"""Detection of correction notes: lines in which an article says that something in it was wrong."""

from __future__ import annotations

import re

_NOTE = re.compile(
    r"\W*(?:corrections?|clarifications?|editor[’']?s[’']? note|errat(?:um|a)|amendment|korrektur|berichtigung|"
    r"rectificatif|rectificación|fe de erratas?|corrección|correzione|rettelse|rättelse|rectificatie|correção|"
    r"исправление|уточнение|виправлення|更正|訂正|정정|تصحيح)\b[^.:：]{0,60}[:：]",
    re.I,
)
_EDITORS_NOTE = re.compile(r"\W*editor[’']?s[’']? note\b", re.I)
_WRONG = re.compile(
    r"correct|amend|misstat|misspel|misidentif|misattribut|mistaken|wrong|(?:earlier|previous|original) version", re.I
)
# Of an article about a mistake, the mistake is another's: these speak of the article itself.
_OWN = re.compile(
    r"\b(?:an?|the|in an?|in the) (?:earlier|previous|original|prior) version of (?:this|the|our) "
    r"(?:article|story|report|post|page|headline)\b|"
    r"\bthis (?:[\w ]{0,20})?(?:article|story|report|post|headline|piece) (?:was|has been|is) (?:since )?"
    r"(?:corrected|amended)\b|"
    r"\bin einer (?:früheren|vorherigen|ersten) (?:version|fassung) (?:dieses|des) (?:artikels|textes|beitrags)\b|"
    r"\b(?:une|dans une) (?:précédente version|version (?:précédente|antérieure|initiale)) de (?:cet|l[’']) ?article\b|"
    r"\b(?:una|en una) versión (?:anterior|previa) de (?:este|esta) (?:artículo|noticia|información|texto)\b|"
    r"\b(?:una|in una) versione precedente di quest[oa’'] ?(?:articolo|notizia)\b|"
    r"\b(?:uma|numa|em uma) versão anterior dest[ae] (?:artigo|notícia|reportagem|matéria|texto)\b|"
    r"\bin een eerdere versie van dit (?:artikel|bericht)\b|"
    r"в (?:предыдущей|первоначальной|ранней) версии (?:этой |данной )?(?:статьи|материала|публикации|новости)",
    re.I,
)
# One of these stands in whatever `_OWN` finds.
_STEMS = ("vers", "fassung", "верси", "corrected", "amended")


def is_correction(text: str) -> bool:
    """True for a line that a label makes a note of correction ("Correction, 6 March: …")."""
    return bool(_NOTE.match(text))


def says_corrected(text: str) -> bool:
    """True where a paragraph says that this article was corrected; an editor's note may be about anything."""
    if _NOTE.match(text) and not (_EDITORS_NOTE.match(text) and not _WRONG.search(text)):
        return True
    lower = text.lower()
    return any(stem in lower for stem in _STEMS) and bool(_OWN.search(text))

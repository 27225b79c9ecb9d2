"""Kickers: the kind of text above a headline ("PRESS RELEASE", "Opinion", "Exklusiv")."""

from __future__ import annotations

import re

_KINDS = (
    # A release and when it may be used.
    r"(?:for (?:immediate|general) )?release|(?:press|news|media) (?:release|statement|advisory|notice)|"
    r"(?:strictly )?(?:under )?embargo(?:ed)?(?: (?:until|till)\b.{0,80})?|immediate release|"
    r"communiqué(?: de presse)?|presse(?:mitteilung|meldung|information|aussendung)|medienmitteilung|"
    r"(?:comunicado|nota) (?:de|à) (?:prensa|imprensa)|nota de prensa|comunicato stampa|persbericht|"
    r"пресс-релиз|прес-реліз|"
    r"komunikat prasowy|informacja prasowa|tisková zpráva|tlačová správa|pressmeddelande|pressemeddelelse|"
    r"pressemelding|lehdistötiedote|sajtóközlemény|basın bülteni|comunicat de presă|δελτίο τύπου|siaran pers|"
    r"thông cáo báo chí|بيان صحفي|प्रेस विज्ञप्ति|新闻稿|新聞稿|プレスリリース|보도자료|"
    # Whom to ask about it.
    r"(?:(?:media|press) )?(?:contacts?|enquiries|inquiries)(?: information)?(?::.{0,100})?|"
    # What kind of story it is.
    r"opinion|op-ed|comment|commentary|editorial|leader|analysis|news analysis|explainer|feature|long read|"
    r"(?:a )?special report|exclusive|breaking(?: news)?|news(?: (?:alert|flash|brief))?|developing(?: story)?|"
    r"live(?: (?:blog|updates?|coverage))?|just in|interview|q ?& ?a|fact[- ]?check|obituary|profile|viewpoint|"
    r"guest (?:column|essay|post)|column|letters?(?: to the editor)?|tribune|éditorial|analyse|entretien|exclusif|"
    r"en direct|direct|reportage|enquête|décryptage|kommentar|meinung|leitartikel|gastbeitrag|exklusiv|eilmeldung|"
    r"(?:live)?ticker|opinión|análisis|entrevista|exclusiva|en vivo|última hora|opinião|análise|opinione|"
    r"analisi|intervista|esclusiva|opinie|мнение|интервью|эксклюзив|анализ|opinia|wywiad|社论|社論|评论|評論|独家|獨家|快讯|"
    r"快訊|社説|論説|速報|사설|속보|단독"
)
_KICKER = re.compile(rf"[\W_]*(?:{_KINDS})[\W_]*$", re.I)
_LONGEST = 120


def is_kicker(text: str) -> bool:
    """True for a line that says what kind of text follows and nothing of what it tells."""
    return len(text) <= _LONGEST and "\n" not in text and bool(_KICKER.match(text))

"""Names of the months in the languages of the large agencies, as they stand in dates.

The forms are CLDR's (wide and abbreviated, in a date and alone), with those of the Levant in Arabic. They are written
out: every command would wait for Babel to load, CLDR lacks what papers write as well ("setiembre", "ноя"), and has
abbreviations that are words ("лист", a letter). `calendar_names` has the other languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAMES = {
    "en": "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sept sep|"
    "october oct|november nov|december dec",
    "fr": "janvier janv|février févr fév|mars|avril avr|mai|juin|juillet juil|août|septembre|octobre|novembre|"
    "décembre déc",
    "de": "januar jänner jan|februar feb|märz mär|april|mai|juni|juli|august|september|oktober okt|november|"
    "dezember dez",
    "es": "enero ene|febrero|marzo|abril abr|mayo|junio|julio|agosto ago|septiembre setiembre|octubre|noviembre|"
    "diciembre dic",
    "it": "gennaio gen|febbraio|marzo|aprile|maggio mag|giugno giu|luglio lug|agosto|settembre set|ottobre ott|"
    "novembre|dicembre dic",
    "pt": "janeiro|fevereiro fev|março|abril|maio mai|junho|julho|agosto|setembro set|outubro out|novembro|"
    "dezembro dez",
    "nl": "januari|februari|maart mrt|april|mei|juni|juli|augustus|september|oktober|november|december",
    "ru": "января январь янв|февраля февраль февр фев|марта март мар|апреля апрель апр|мая май|июня июнь июн|"
    "июля июль июл|августа август авг|сентября сентябрь сент сен|октября октябрь окт|ноября ноябрь нояб ноя|"
    "декабря декабрь дек",
    "uk": "січня січень|лютого лютий|березня березень|квітня квітень|травня травень|червня червень|липня липень|"
    "серпня серпень|вересня вересень|жовтня жовтень|листопада листопад|грудня грудень",
    "ar": "يناير كانون_الثاني جانفي|فبراير شباط فيفري|مارس آذار اذار|أبريل ابريل إبريل نيسان أفريل|مايو أيار ايار ماي|"
    "يونيو يونيه حزيران جوان|يوليو يوليه تموز جويلية|أغسطس اغسطس آب أوت|سبتمبر أيلول ايلول|"
    "أكتوبر اكتوبر تشرين_الأول|نوفمبر تشرين_الثاني|ديسمبر كانون_الأول",
    "fa": "ژانویه|فوریه|مارس|آوریل|مه|ژوئن|ژوئیه|اوت|سپتامبر|اکتبر|نوامبر|دسامبر",
    "hi": "जनवरी जन|फ़रवरी फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर सितम्बर|अक्टूबर अक्तूबर|नवंबर नवम्बर|दिसंबर दिसम्बर",
    "th": "มกราคม ม.ค|กุมภาพันธ์ ก.พ|มีนาคม มี.ค|เมษายน เม.ย|พฤษภาคม พ.ค|มิถุนายน มิ.ย|กรกฎาคม ก.ค|สิงหาคม ส.ค|"
    "กันยายน ก.ย|ตุลาคม ต.ค|พฤศจิกายน พ.ย|ธันวาคม ธ.ค",
}  # fmt: skip

MONTH_NAMES = tuple(names.split()[0].title() for names in _NAMES["en"].split("|"))
"""January to December; `calendar.month_name` would change with the locale."""

ENGLISH_MONTHS = {name: number for number, names in enumerate(_NAMES["en"].split("|"), 1) for name in names.split()}
MONTHS = {
    name.replace("_", " "): number
    for names in _NAMES.values()
    for number, forms in enumerate(names.split("|"), start=1)
    for name in forms.split()
}
"""Every name, in lower case, → 1 to 12. No name means two months in two languages."""

VIETNAMESE_MONTHS = {
    "một": 1, "giêng": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8,
    "chín": 9, "mười": 10, "mười một": 11, "mười hai": 12, "chạp": 12,
}  # fmt: skip
"""What stands behind "tháng", which is "month": numbers in words, for the most part."""


def any_of(names: Iterable[str]) -> str:
    """A pattern of names, longest first."""
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


MONTH, ENGLISH_MONTH, VIETNAMESE_MONTH = any_of(MONTHS), any_of(ENGLISH_MONTHS), any_of(VIETNAMESE_MONTHS)
"""Patterns of all names, of the English and of the Vietnamese ones, longest first."""

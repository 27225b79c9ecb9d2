"""Reference export of the cited articles: CSL-JSON, RIS and BibTeX, one entry an article."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

import rispy
from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.model import Entry, Field
from pylatexenc.latexencode import RULE_DICT, UnicodeToLatexConversionRule, UnicodeToLatexEncoder

from assistant.newsroom.export.fact_check import FactCheck, Source
from assistant.newsroom.provenance.independence import in_words
from assistant.text.unicode import fold
from assistant.util.hashing import text_sha256

_NO_KEY = re.compile("[^a-z0-9]")
_IN_ADDRESSES = ":/?#[]@!$&'()*+,;=%~_-."


@dataclass(frozen=True, slots=True)
class Reference:
    """An article that is cited; `note` has a line for each paragraph: its id, SHA-256, quoted words and carriers."""

    source: Source
    accessed: date
    note: str


def references(check: FactCheck) -> list[Reference]:
    """The cited articles, in the order in which they are first cited."""
    cited: dict[str, list[Source]] = {}
    for source in check.sources:
        cited.setdefault(source.article_id, []).append(source)
    return [
        Reference(sources[0], check.accessed.date(), "\n".join(dict.fromkeys(map(_note, sources))))
        for sources in cited.values()
    ]


def to_csl_json(check: FactCheck) -> str:
    """CSL-JSON 1.0: a list of items of the type "article-newspaper"."""
    return json.dumps([_csl_item(one) for one in references(check)], ensure_ascii=False, indent=2) + "\n"


def to_ris(check: FactCheck) -> str:
    """RIS, of the type NEWS."""
    return str(rispy.dumps([_ris_entry(one) for one in references(check)]))


def to_bibtex(check: FactCheck) -> str:
    """BibTeX; what LaTeX would read as a command is escaped."""
    library = Library()
    library.add([_bibtex_entry(one, _key(one.source)) for one in references(check)])
    return write_string(library)


def _key(source: Source) -> str:
    """An article's BibTeX key, the same in every export: "theskarpost2019-1f0c9a2b"."""
    first = source.title.split()[:1]
    name = next(
        (word for word in (_NO_KEY.sub("", fold(text)) for text in (source.outlet or "", *first)) if word), "source"
    )
    year = source.published.year if source.published else ""
    return f"{name}{year}-{text_sha256(source.article_id)[:8]}"


def _note(source: Source) -> str:
    carried = f". {_one_line(in_words(source.carriage))}" if source.carriage else ""
    return f"{source.paragraph_id}, SHA-256 {source.sha256}: “{_one_line(source.quote)}”{carried}"


def _csl_item(one: Reference) -> dict[str, Any]:
    source = one.source
    known = {
        "id": source.article_id,
        "type": "article-newspaper",
        "title": source.title,
        "container-title": source.outlet,
        # A name is not taken apart: which part is the family's is not told by the article.
        "author": [{"literal": source.author}] if source.author else None,
        "issued": _date_parts(source.published) if source.published else None,
        "accessed": _date_parts(one.accessed),
        "URL": source.url,
        "note": one.note,
    }
    return {name: value for name, value in known.items() if value is not None}


def _ris_entry(one: Reference) -> dict[str, Any]:
    source = one.source
    known = {
        "type_of_reference": "NEWS",
        "id": _one_line(source.article_id),
        "title": _one_line(source.title),
        "secondary_title": _one_line(source.outlet or ""),
        "authors": [_one_line(source.author)] if source.author else None,
        "date": source.published.strftime("%Y/%m/%d/") if source.published else None,
        "year": str(source.published.year) if source.published else None,
        "urls": [_one_line(source.url)] if source.url else None,
        "access_date": one.accessed.strftime("%Y/%m/%d/"),
        "notes": one.note.split("\n"),
    }
    return {name: value for name, value in known.items() if value}


def _bibtex_entry(one: Reference, key: str) -> Entry:
    source = one.source
    day = source.published
    texts = {
        "title": _latex(source.title),
        # In braces it is one name, whatever "and" stands in it.
        "author": f"{{{_latex(source.author)}}}" if source.author else None,
        "journal": _latex(source.outlet) if source.outlet else None,
        "year": str(day.year) if day else None,
        "month": str(day.month) if day else None,
        "day": str(day.day) if day else None,
        # An address is read as it stands; a brace in it would end the field.
        "url": quote(source.url, safe=_IN_ADDRESSES) if source.url else None,
        "urldate": one.accessed.isoformat(),
        "note": _latex(f"{source.article_id}. {one.note}"),
    }
    return Entry("article", key, [Field(name, text) for name, text in texts.items() if text])


def _latex(text: str) -> str:
    # BibTeX counts braces even where LaTeX would take them as text: an odd one by its name instead.
    braces = {ord("{"): r"{\textbraceleft}", ord("}"): r"{\textbraceright}"}
    rules = [UnicodeToLatexConversionRule(RULE_DICT, braces), "defaults"]
    encoder = UnicodeToLatexEncoder(conversion_rules=rules, unknown_char_policy="keep", unknown_char_warning=False)
    return str(encoder.unicode_to_latex(_one_line(text)))


def _date_parts(day: date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}


def _one_line(text: str) -> str:
    """A line end would begin another field."""
    return " ".join(text.split())

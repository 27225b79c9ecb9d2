"""Export dispatch: answers → a fact check in a format that an editor, a spreadsheet or a reference manager reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from assistant.errors import UsageError
from assistant.newsroom.answers.file import SavedAnswer
from assistant.newsroom.export.claim_review import to_claim_review
from assistant.newsroom.export.document import to_html, to_markdown
from assistant.newsroom.export.fact_check import ArticleOf, CarriageOf, FactCheck, fact_check
from assistant.newsroom.export.kinds import ExportFormat
from assistant.newsroom.export.references import to_bibtex, to_csl_json, to_ris
from assistant.newsroom.export.table import to_csv

FORMATS: Mapping[str, Callable[[FactCheck], str]] = {
    ExportFormat.MARKDOWN: to_markdown,
    ExportFormat.HTML: to_html,
    ExportFormat.CSV: to_csv,
    ExportFormat.CSL_JSON: to_csl_json,
    ExportFormat.RIS: to_ris,
    ExportFormat.BIBTEX: to_bibtex,
    ExportFormat.CLAIMREVIEW: to_claim_review,
}
# These list sources and nothing else.
_OF_SOURCES = {ExportFormat.CSL_JSON, ExportFormat.RIS, ExportFormat.BIBTEX, ExportFormat.CLAIMREVIEW}


def export(
    answers: Sequence[SavedAnswer],
    article_of: ArticleOf,
    accessed: datetime,
    form: str,
    carriage_of: CarriageOf = lambda _citation: None,
) -> str:
    """The text of the export; `form` is an `ExportFormat`. `accessed` is the time at which the library is read.

    Raises `UsageError` for another `form`, and for answers without a source where only sources are listed.
    """
    return write(fact_check(answers, article_of, accessed, carriage_of), form)


def write(check: FactCheck, form: str) -> str:
    """As `export`, of a fact check that is already made."""
    if form not in FORMATS:
        raise UsageError(f"format {form!r} is not known; choose one of {', '.join(FORMATS)}")
    if form in _OF_SOURCES and not check.sources:
        raise UsageError(f"these answers cite nothing, so {form} would be empty; choose markdown, html or csv")
    return FORMATS[form](check)

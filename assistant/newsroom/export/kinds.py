"""List of the export formats."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class ExportFormat(StrEnum):
    """A format by the name that commands take; `suffix` ends a file's name, `label` and `words` tell what it is."""

    MARKDOWN = "markdown", "md", "text/markdown", "Markdown", "to read and to edit"
    HTML = "html", "html", "text/html", "HTML", "one page that opens anywhere, without a server"
    CSV = "csv", "csv", "text/csv", "CSV", "a row for each sentence and source"
    CSL_JSON = (
        "csl-json",
        "csl.json",
        "application/vnd.citationstyles.csl+json",
        "CSL-JSON",
        "the sources, for a reference manager",
    )
    RIS = "ris", "ris", "application/x-research-info-systems", "RIS", "the sources, for a reference manager"
    BIBTEX = "bibtex", "bib", "application/x-bibtex", "BibTeX", "the sources, for LaTeX"
    CLAIMREVIEW = "claimreview", "jsonld", "application/ld+json", "ClaimReview", "schema.org, for a page of your own"

    suffix: str
    media_type: str
    label: str
    words: str

    def __new__(cls, name: str, suffix: str, media_type: str, label: str, words: str) -> Self:
        """A member of these values."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.suffix, member.media_type, member.label, member.words = suffix, media_type, label, words
        return member

"""Document export of a fact check: Markdown, or HTML that needs no server and loads nothing."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from assistant.newsroom.export.fact_check import FactCheck, Source
from assistant.newsroom.provenance.independence import in_words
from assistant.schema.answers import CitationState
from assistant.text.markdown import escape_markdown

_STATES = {
    CitationState.UNCHANGED: "the library still holds this paragraph",
    CitationState.CHANGED: "the library no longer holds this paragraph as it was cited",
    CitationState.GONE: "the article is no longer in the library",
}


def to_html(check: FactCheck) -> str:
    """One page, its style inside; texts are escaped."""
    return _render("fact_check.html.j2", check, autoescape=True)


def to_markdown(check: FactCheck) -> str:
    """CommonMark; what an article's text would say to Markdown is escaped."""
    return _render("fact_check.md.j2", check, autoescape=False)


def _render(name: str, check: FactCheck, *, autoescape: bool) -> str:
    environment = Environment(
        loader=PackageLoader("assistant.newsroom.export.formats", "templates"),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(md=escape_markdown, marked=_marked, in_words=in_words)
    return environment.get_template(name).render(
        check=check, states=_STATES, accessed=check.accessed.isoformat(" ", timespec="seconds")
    )


def _marked(source: Source) -> tuple[str, str, str]:
    """The paragraph before its quote, the quote, and the paragraph after it."""
    end = source.start + len(source.quote)
    return source.text[: source.start], source.quote, source.text[end:]

"""Questions about a folder of news articles, answered with a citation for every sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.api import Assistant
    from assistant.schema.answers import Answer, Citation, Question, Sentence, Turn
    from assistant.schema.articles import Article, ArticleFilter
    from assistant.settings import Settings

__all__ = ["Answer", "Article", "ArticleFilter", "Assistant", "Citation", "Question", "Sentence", "Settings", "Turn"]
__version__ = "0.2.0"


def __getattr__(name: str) -> Any:
    # Loaded when first used: `assistant --help` must not import a retrieval framework.
    from importlib import import_module

    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    articles = "schema.articles"
    homes = {"Assistant": "api", "Settings": "settings", "Article": articles, "ArticleFilter": articles}
    return getattr(import_module(f"assistant.{homes.get(name, 'schema.answers')}"), name)

"""Names that a question asks of and the reports that may answer it have, or lack."""

from __future__ import annotations

from assistant.retrieval.context import ArticleContext
from assistant.text.names import capitals_tell, has_word, names_within
from assistant.text.tokens import Word


def other_lacks_asked_name(question: str, context: ArticleContext, other: ArticleContext) -> bool:
    """Whether the question has a name that the report has and the other lacks, and none the other way round.

    A name is what the question writes with a capital within the sentence; of several words side by side one is enough.
    Abbreviations are left out: the other may write them out.
    """
    if not capitals_tell(passage.paragraph.text for passage in context.passages):
        return False
    names = [name for name in names_within(question) if not all(word.written.isupper() for word in name)]
    here, there = context.folded_words(), other.folded_words()
    has = [(_has(here, name), _has(there, name)) for name in names]
    return (True, False) in has and (False, True) not in has


def _has(folded_words: frozenset[str], name: list[Word]) -> bool:
    return any(has_word(folded_words, word) for word in name)

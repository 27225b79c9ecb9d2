"""The source sentence nearest to a question, in words and in meaning.

Words alone take "state visit" for the answer to a question about heads of state; meaning alone
misses names. Their mean finds a paragraph that states the answer more often than either (see
docs/measured.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.schema import Passage, Quote
from assistant.support import Evidence, placing, quotable
from assistant.words import content_words, stems

Similarities = Callable[[str, Sequence[str]], Sequence[float]]


class Quoter:
    """Finds what to quote where nothing that was written holds."""

    def __init__(self, similarities: Similarities) -> None:
        """`similarities(question, texts)` are cosine similarities in [-1, 1], one a text."""
        self._similarities = similarities

    def best(self, question: str, passages: Sequence[Passage]) -> Evidence | None:
        """The nearest source sentence; its support is how near, in [0, 1]. None without any sentence."""
        spans = [(passage, start, end) for passage in passages for start, end in quotable(passage)]
        if not spans:
            return None
        texts = [passage.paragraph.text[start:end] for passage, start, end in spans]
        asked = {word.stem for word in content_words(question)}
        near = self._similarities(question, texts)
        best: Evidence | None = None
        for (passage, start, end), text, similarity in zip(spans, texts, near, strict=True):
            share = len(asked & (stems(text) | placing(passage))) / max(1, len(asked))
            closeness = (share + max(0.0, similarity)) / 2
            if best is None or closeness > best.support:
                best = Evidence(passage, Quote(text, start, end), closeness)
        return best

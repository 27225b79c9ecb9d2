"""Conversion of what was found and what is cited into llama-index's nodes."""

from __future__ import annotations

from typing import Any

from llama_index.core.schema import NodeRelationship, NodeWithScore, RelatedNodeInfo, TextNode

from assistant.schema.answers import Answer, Citation
from assistant.schema.articles import Passage, iso_day

# What a model is to read beside the paragraph; the rest is for programs.
_SHOWN = {"title", "source", "published"}


def node_of_passage(passage: Passage) -> NodeWithScore:
    """A paragraph that was found; the score is the fused rank score."""
    metadata = {
        "title": passage.title,
        "source": passage.source,
        "published": iso_day(passage.published),
        "via": passage.via,
        "article_id": passage.article_id,
        "paragraph": passage.paragraph.number,
        "dense_score": passage.dense_score,
        "bm25_score": passage.bm25_score,
    }
    node = _node(passage.paragraph.id, passage.paragraph.text, passage.article_id, metadata)
    return NodeWithScore(node=node, score=passage.score)


def nodes_of_answer(answer: Answer) -> list[NodeWithScore]:
    """The cited paragraphs in the order of their marks; `text[start:end]` is `quote`, all three in the metadata.

    The score is the highest support of the sentences that cite it, None where the verifier gives none.
    """
    return [NodeWithScore(node=_cited(one), score=_support(answer, one.number)) for one in answer.citations]


def _cited(citation: Citation) -> TextNode:
    metadata = {
        "title": citation.title,
        "source": citation.source,
        "published": iso_day(citation.published),
        "via": citation.via,
        "article_id": citation.article_id,
        "paragraph": citation.paragraph,
        "number": citation.number,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
    }
    return _node(citation.paragraph_id, citation.text, citation.article_id, metadata)


def _support(answer: Answer, number: int) -> float | None:
    found = [one.support for one in answer.sentences if number in one.citations and one.support is not None]
    return max(found, default=None)


def _node(node_id: str, text: str, article_id: str, metadata: dict[str, Any]) -> TextNode:
    hidden = [name for name in metadata if name not in _SHOWN]
    return TextNode(
        id_=node_id,
        text=text,
        metadata=metadata,
        excluded_llm_metadata_keys=hidden,
        excluded_embed_metadata_keys=hidden,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=article_id)},
    )

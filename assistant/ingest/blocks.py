"""Blocks of text that an article is built from, each with its place in the file."""

from __future__ import annotations

Block = tuple[int, str]
"""An offset, which grows from block to block, and the text that stands there."""

Dropped = tuple[int, str, str]
"""A block, and why it is no part of the article."""

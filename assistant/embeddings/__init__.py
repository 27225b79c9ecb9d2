"""The embedding model: a text → 384 numbers."""

"""The embedding model (MiniLM): a text → 384 numbers."""

"""Stores of indexed paragraphs: one interface, an embedded store (SQLite) and a distributed one (Milvus)."""

"""Retrieval: a `Query` → the articles that may answer it, and what of them is read."""

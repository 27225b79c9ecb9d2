"""Utilities that several packages need: files, SQLite, hashes, progress, the processor, validation, redaction."""

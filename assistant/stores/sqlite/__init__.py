"""The embedded store: one SQLite file, its vectors beside it."""

"""Persistent storage of the page, in SQLite: accounts and sessions, conversations, feedback."""

"""Checks of drafts: each sentence against the library."""

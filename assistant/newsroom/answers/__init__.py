"""Saved answers: read from a file, compared with later ones, found stale."""

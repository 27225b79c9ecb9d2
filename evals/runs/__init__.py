"""Asking every case, and what is kept of it."""

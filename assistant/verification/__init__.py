"""Verification: a draft and its articles → what states it, and how surely."""

"""A draft and an article → what states it, and how surely."""

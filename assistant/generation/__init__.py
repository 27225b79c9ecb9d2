"""A query and an article → the draft of an answer."""

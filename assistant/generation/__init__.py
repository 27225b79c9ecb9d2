"""Generation: a query and an article, or all that was found → the draft of an answer."""

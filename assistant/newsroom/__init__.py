"""What a newsroom does with answers: exports them for fact-checking."""

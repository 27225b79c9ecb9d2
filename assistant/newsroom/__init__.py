"""What a newsroom does with answers and with a library: exports for a fact check, checks of drafts."""

"""Who said what: direct quotes with their speakers."""

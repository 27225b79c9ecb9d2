"""Quote attribution: direct quotes with their speakers."""

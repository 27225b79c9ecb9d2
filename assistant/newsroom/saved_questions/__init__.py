"""Saved questions: kept with a library and asked again when articles arrive."""

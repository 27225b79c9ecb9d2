"""Tools for newsrooms, over answers, drafts and a library.

Fact-check exports, checks of drafts, stale answers, saved questions, article versions, independent sources, searches
for statements and exact words, timelines, digests, quotes.
"""

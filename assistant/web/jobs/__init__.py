"""Background jobs of the page, over one queue.

Questions and their answers as they are written, the loading of libraries, checks of drafts, timelines and digests,
runs of saved questions, stale answers, counts of carriers.
"""

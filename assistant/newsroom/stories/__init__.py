"""Reports of one event together: timelines and digests."""

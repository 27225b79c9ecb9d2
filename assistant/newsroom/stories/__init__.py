"""Stories: the reports of one event, as timelines and digests."""

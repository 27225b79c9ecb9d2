"""Where a report comes from: its earlier versions, and which outlets report independently."""

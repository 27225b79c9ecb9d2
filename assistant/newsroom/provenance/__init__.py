"""Provenance of a report: its earlier versions, and which outlets report independently."""

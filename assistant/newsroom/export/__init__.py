"""Exports of answers for a fact check, in the formats of editors, spreadsheets and reference managers."""

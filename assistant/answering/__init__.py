"""The order of the steps: query, contexts, drafts, claims, selection, answer."""

"""The eval suite: facts, pure scorers, a runner, a report. `pytest evals/` runs it."""

"""llama-index's own `CitationQueryEngine`, in the harness of the assistant."""

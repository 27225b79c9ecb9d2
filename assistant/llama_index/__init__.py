"""For programs that are built on llama-index: the retriever, the model, and the whole as a query engine."""

"""Adapters for llama-index: the retriever, the language model, and the whole as a query engine."""

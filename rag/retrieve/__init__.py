"""Retrieve the passages of a store that fit a question, and rerank them."""

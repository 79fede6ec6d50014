"""Fine-tune a reranker."""

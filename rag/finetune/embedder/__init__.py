"""Fine-tune an embedder."""

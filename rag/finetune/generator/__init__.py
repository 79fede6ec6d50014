"""Fine-tune a generator."""

"""Fine-tune an extractive reader."""

"""Parse files in child processes."""

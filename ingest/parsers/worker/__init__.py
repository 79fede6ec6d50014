"""Parse files in processes of their own."""

"""Filters: conditions on a chunk's source and metadata."""

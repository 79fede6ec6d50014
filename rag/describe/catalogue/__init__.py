"""A whole catalogue in one file: read, described in batches that resume, approved and learnt from."""

"""The licence check: what a text says that no field says."""

"""Labelled rows, their contexts and their checks."""

"""Paragraphs that a model wrote, checked sentence by sentence against the fields."""

"""Measure retrieval, answers, texts and labels on labelled rows, with intervals."""

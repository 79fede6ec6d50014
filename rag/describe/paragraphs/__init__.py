"""Paragraphs of sentences that are checked one by one: each says what fields say, or another one stands for it."""

"""The reading half: answer questions from retrieved passages, with citations."""

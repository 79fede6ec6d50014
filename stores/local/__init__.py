"""The local store: SQLite holds the data, FAISS indexes the vectors."""

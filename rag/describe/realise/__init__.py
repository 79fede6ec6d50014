"""Plain English by rules: which fields a description states, in which clauses and sentences."""

"""A trained realiser: a small model writes patterns with placeholders, and values are put in afterwards."""

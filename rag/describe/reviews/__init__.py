"""Reviews of a product: quoted word for word with their source, counted, and never a claim of the house."""

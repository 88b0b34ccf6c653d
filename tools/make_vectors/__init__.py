"""Makes the shared vectors: `python -m tools.make_vectors` writes every case, the same bytes each time."""

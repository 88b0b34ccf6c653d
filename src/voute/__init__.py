"""Voûte: the virtual vault that a city gives its residents and businesses."""

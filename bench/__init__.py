"""Measurements: each prints a table and writes `bench/results`; nothing here is a test, nothing asserts a time."""

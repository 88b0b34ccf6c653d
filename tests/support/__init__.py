"""What several suites share: readers of vectors, classical age for the kit, simulators."""

"""Work beside the requests: the sequencer, housekeeping, what transactions left to be done."""

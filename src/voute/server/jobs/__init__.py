"""Work beside the requests: the sequencer, housekeeping."""

"""A witness for any log, served on a machine of its own (C2SP tlog-witness); knows nothing of a city."""

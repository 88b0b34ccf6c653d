"""HTTP: one file a resource; rules are in `voute.app`."""

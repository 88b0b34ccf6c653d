"""Bytes on the wire and on disk, exactly as `docs/spec` says: strict parsers, canonical writers, nothing secret."""

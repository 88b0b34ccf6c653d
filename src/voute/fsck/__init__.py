"""Checks what is stored against the log, with code of its own, and mends what the log proves (docs/operate/fsck.md)."""

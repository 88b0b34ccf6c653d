"""The command line: `main` is the entry point, each command has a file of its own."""

from voute.cli.main import main

__all__ = ["main"]

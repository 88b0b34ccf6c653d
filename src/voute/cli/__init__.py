"""The command line: `main` is the entry point, each command has a file of its own."""

import sys

_INTERRUPTED = 130


def main() -> None:
    """Run a command; Ctrl+C ends it quietly even while it still loads."""
    try:
        from voute.cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    run()

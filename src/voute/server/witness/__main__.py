"""`python -m voute.server.witness FOLDER PORT`: serve a witness on this machine alone, as `voute demo` does."""

import sys
from pathlib import Path

from voute.server.witness.run import serve_witness

if __name__ == "__main__":
    serve_witness(Path(sys.argv[1]), "127.0.0.1", int(sys.argv[2]), "warning")

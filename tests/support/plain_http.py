"""Asking servers of tests over plain http."""

import ssl
from typing import Final

NOBODY: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Believes nobody. httpx reads the machine's certificates for each client that is given none, for some 25 ms of processor time:
longer than asking, and, where a start is waited for, taken from the server that starts."""

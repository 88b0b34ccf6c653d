"""Marionette, the remote control that Firefox brings with it: JSON over TCP, one command at a time.

Source: https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html, version 3; the commands are WebDriver's.
"""

import json
import socket
from typing import Any, Final

PATIENCE_S: Final = 60
"""How long one answer may take: the machine may be busy with other suites."""
MAX_HEAD: Final = 12
"""Digits of a message's length; more is no Marionette."""


class MarionetteError(Exception):
    """Firefox refused a command; `kind` is WebDriver's name for it."""

    def __init__(self, kind: str, message: str) -> None:
        """Take what Firefox answered."""
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class Marionette:
    """One connection to one Firefox."""

    def __init__(self, port: int) -> None:
        """Connect to a Firefox that listens on this machine."""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self._stream = self._socket.makefile("rb")
        self._last = 0
        hello = self._receive()
        assert hello["marionetteProtocol"] == 3, hello

    def close(self) -> None:
        self._stream.close()
        self._socket.close()

    def send(self, command: str, **parameters: object) -> Any:  # noqa: ANN401 whatever the command answers
        """Run a command; gives its value.

        Raises:
            MarionetteError: Firefox refused it.
        """
        self._last += 1
        message = json.dumps([0, self._last, command, parameters]).encode()
        self._socket.sendall(b"%d:%b" % (len(message), message))
        _, number, error, result = self._receive()
        assert number == self._last, (number, self._last)
        if error is not None:
            raise MarionetteError(error["error"], error["message"])
        return result["value"] if isinstance(result, dict) and set(result) == {"value"} else result

    def _receive(self) -> Any:  # noqa: ANN401 a message is any JSON
        head = b""
        while not head.endswith(b":"):
            byte = self._stream.read(1)
            assert byte, "Firefox is gone"
            head += byte
            assert len(head) <= MAX_HEAD, head
        return json.loads(self._stream.read(int(head[:-1])))

"""Keys for S3 from a file of the kind `~/.aws/credentials`, read again as it runs so that they can be changed under a server."""

import os
from collections.abc import Mapping
from configparser import ConfigParser, Error
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from voute.core.ports_store import StoreRefusedError

if TYPE_CHECKING:
    from obstore.store import S3Credential

READ_AGAIN: Final = timedelta(minutes=1)
# obstore takes keys for old a while before they expire: this is on top of it.
_MARGIN: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, repr=False)
class Credential:
    """An access key, its secret, and the token of one that is lent; never shown."""

    access_key: str
    secret: str
    token: str | None


class CredentialFile:
    """Reads section `default` of the file each time it is asked (obstore's `credential_provider`)."""

    FAILED: ClassVar = "the file of credentials for S3 cannot be used"

    def __init__(self, path: Path) -> None:
        """Take the file's place; it is read later."""
        self._path = path

    def read(self) -> Credential:
        """Return what the file holds now.

        Raises:
            StoreRefusedError: it cannot be read, or lacks a key.
        """
        parser = ConfigParser(interpolation=None)
        try:
            parser.read_string(self._path.read_text("utf-8"))
            section = parser["default"]
            return Credential(section["aws_access_key_id"], section["aws_secret_access_key"], section.get("aws_session_token"))
        except (OSError, UnicodeDecodeError, Error, KeyError) as error:
            # Neither the text of the error nor its cause: either may repeat the file.
            raise StoreRefusedError(f"{self.FAILED} ({type(error).__name__})") from None

    def __call__(self) -> "S3Credential":
        """Return the keys in obstore's form."""
        found = self.read()
        return {
            "access_key_id": found.access_key,
            "secret_access_key": found.secret,
            "token": found.token,
            "expires_at": datetime.now(UTC) + READ_AGAIN + _MARGIN,
        }


def find_credential(path: Path, environ: Mapping[str, str] = os.environ) -> Credential | None:
    """Return the keys of the file, else of the environment; None where the machine's role gives them.

    Raises:
        StoreRefusedError: the file cannot be used.
    """
    if path != Path():
        return CredentialFile(path).read()
    key, secret = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
    return Credential(key, secret, environ.get("AWS_SESSION_TOKEN")) if key and secret else None

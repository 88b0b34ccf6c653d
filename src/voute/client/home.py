"""The department's folder: its secrets, its registry, its pinned trust root, and what each run left behind.

HOME/trust-root.json                 the highest trust root seen
HOME/issuers/ID/issuer.toml          city, server, binding delay
HOME/issuers/ID/letter.toml          what letters say of the department (`voute.client.letter_settings`)
HOME/issuers/ID/master.key           32 bytes in hex, mode 0600: makes every code
HOME/issuers/ID/signing.key          Ed25519 seed in hex, mode 0600
HOME/issuers/ID/signing.next.key     the key that is to follow, until the trust root lists it and it takes the place
HOME/issuers/ID/registry.json        codes issued and vaults bound (docs/spec/claim.md, Registry), mode 0600
HOME/issuers/ID/vaults.kept          what was proven of vaults (`voute.client.kept_vaults`), mode 0600
HOME/issuers/ID/outbox               signed acts that the city has not acknowledged yet
HOME/issuers/ID/runs/RUN/            receipts, lists and summary of a run; its journal and spool until it is finished; what of the
                                     receipts a log's successor lacks (`voute.client.lost_receipts`)
"""

import hashlib
import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from voute.client.disk import DISK
from voute.core.errors import FormatError, VouteError
from voute.core.ids import Slug, parse_hex, slug
from voute.format.ed25519 import SigningKey

DEFAULT_DELAY_DAYS = 3
"""Days before new documents go to a young binding (docs/spec/claim.md): a letter's journey and a telephone call."""

NEXT_KEY = "signing.next.key"
"""File of the signing key that is to follow."""

_SECRET_SIZE = 32
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class HomeError(VouteError):
    """The department's folder lacks something or holds what it should not."""

    code: ClassVar[str] = "issuer-home"


class NoHomeError(HomeError):
    """There is no folder of this department in the home."""

    code: ClassVar[str] = "no-issuer-home"


@dataclass(frozen=True, slots=True)
class IssuerSettings:
    """What `issuer.toml` says: slugs, the city's origin, and whole days."""

    city: Slug
    issuer: Slug
    server: str
    binding_delay_days: int


@dataclass(frozen=True, slots=True, repr=False)
class IssuerSecrets:
    """The department's two secrets, 32 bytes each; never shown, logged or sent."""

    master: bytes
    signing_seed: bytes


def default_home() -> Path:
    """Give VOUTE_HOME, or `~/.voute`."""
    return Path(os.environ.get("VOUTE_HOME") or Path.home() / ".voute")


class IssuerHome:
    """One issuer's folder inside a home."""

    def __init__(self, home: Path, issuer: str) -> None:
        """Take the home and the issuer's id; raises `NoHomeError` when there is no such folder."""
        try:
            self.issuer = slug(issuer)
        except FormatError as error:
            raise HomeError("not an issuer's id", path=str(home)) from error
        self.home = home
        self.folder = home / "issuers" / self.issuer
        if not self.folder.is_dir():
            raise NoHomeError("no such issuer here", path=str(self.folder))

    @property
    def trust_root_path(self) -> Path:
        """Where the pinned trust root is."""
        return self.home / "trust-root.json"

    @property
    def registry_path(self) -> Path:
        """Where the registry is."""
        return self.folder / "registry.json"

    def run_folder(self, run: str) -> Path:
        """Give the folder of a run, made when missing."""
        folder = self.run_path(run)
        DISK.make_folder(folder)
        return folder

    def run_path(self, run: str) -> Path:
        """Say where the folder of a run is; a name that a file system refuses is made plain, and told apart."""
        return self.folder / "runs" / file_name_of(run, "run")

    def settings(self) -> IssuerSettings:
        """Read `issuer.toml`; unknown keys and wrong kinds are refused."""
        path = self.folder / "issuer.toml"
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise HomeError("issuer.toml", path=str(path)) from error
        delay = found.pop("binding_delay_days", DEFAULT_DELAY_DAYS)
        city, server = found.pop("city", None), found.pop("server", None)
        if found or not (isinstance(city, str) and isinstance(server, str) and type(delay) is int and delay >= 0):
            raise HomeError("issuer.toml", path=str(path))
        return IssuerSettings(slug(city), self.issuer, server, delay)

    def secrets(self) -> IssuerSecrets:
        """Read both secrets; refuses files that others may read."""
        return IssuerSecrets(self._secret("master.key"), self._secret("signing.key"))

    def read_next(self) -> SigningKey:
        """Read the signing key that is to follow; `HomeError` when there is none."""
        return SigningKey(self._secret(NEXT_KEY))

    def _secret(self, name: str) -> bytes:
        path = self.folder / name
        try:
            if path.stat().st_mode & 0o077:
                raise HomeError("others may read a secret", path=str(path))
            return parse_hex(path.read_text(encoding="ascii").strip(), _SECRET_SIZE)
        except (OSError, UnicodeDecodeError, FormatError) as error:
            raise HomeError("secret", path=str(path)) from error


def file_name_of(name: str, otherwise: str) -> str:
    """Make a name plain enough for a file system; names that this changes are told apart."""
    plain = _UNSAFE.sub("-", name).strip(".-")
    return plain if plain == name else f"{plain or otherwise}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def create_issuer_home(home: Path, settings: IssuerSettings, master: bytes | None = None) -> IssuerHome:
    """Make an issuer's folder with new secrets, or with a master that came back; refuses to touch one that exists."""
    folder = home / "issuers" / settings.issuer
    if folder.exists():
        raise HomeError("exists already", path=str(folder))
    for name, secret in (("master.key", master or os.urandom(_SECRET_SIZE)), ("signing.key", os.urandom(_SECRET_SIZE))):
        DISK.replace(folder / name, secret.hex().encode() + b"\n")
    text = f'city = "{settings.city}"\nserver = "{settings.server}"\nbinding_delay_days = {settings.binding_delay_days}\n'
    DISK.replace(folder / "issuer.toml", text.encode())
    return IssuerHome(home, settings.issuer)

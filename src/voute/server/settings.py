"""Settings of the server: a TOML file, overridden by environment variables `VOUTE_*`; an unknown key is refused.

Each field's annotation is its documentation: `docs/operate/settings.md` is generated from here (`voute.server.settings_page`).
What is in the trust root (city, names, origin, RP ID, keys) is not repeated in settings.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, ClassVar, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from voute.core.errors import VouteError
from voute.store.s3_address import s3_address

PREFIX: Final = "VOUTE_"
CONFIG: Final = "VOUTE_CONFIG"
"""The variable that names the TOML file; not a setting itself."""

NOT_SETTINGS: Final = frozenset({CONFIG, "VOUTE_HOME"})
"""Variables with our prefix that are not the server's: its own file, and the home of a department's commands."""

SHARED_COUNTERS: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in which the processes of one server count together; prometheus-client reads it once, when it is loaded."""

LOG_LEVELS: Final = ("debug", "info", "warning", "error")

SMTP_SECURITIES: Final = ("starttls", "tls", "none")
LOOPBACK: Final = "127.0.0.1"
MAX_PORT: Final = 65_535
PORT: Final = re.compile(r"[0-9]{1,5}")
THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
S3_PLACE: Final = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}){0,8})")
S3_ADDRESS: Final = re.compile(r"https?://(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:]{2,39}\])(?::[1-9][0-9]{0,4})?")
"""Nothing that could end a source of a policy and begin another one."""
X_ACCEL_REDIRECT: Final = "x-accel-redirect"
SIGNED_URL: Final = "signed-url"
DIRECT_READS: Final = ("", X_ACCEL_REDIRECT, SIGNED_URL)
MAIL_FROM: Final = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,189}")

_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
PUSH_SERVICE: Final = re.compile(rf"(?:\*\.)?(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
"""A name of two labels or more, the last of which is no number: never an address, never everything."""
PUSH_OWN_SERVICE: Final = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}:[1-9][0-9]{{0,4}}")

Network = IPv4Network | IPv6Network
Value = bool | int | str | Path | tuple[Network, ...]


class SettingError(VouteError):
    """A setting is unknown or its value cannot be; the fact `setting` names it."""

    code: ClassVar[str] = "setting"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, each with a default that suits one machine."""

    data: Annotated[Path, "folder of packs, tiles, catalogue, keys and trust root"] = Path("voute-data")
    locks: Annotated[
        Path, "folder of the locks that keep the log from forking; never part of a backup; empty: `locks` inside `data`"
    ] = Path()
    catalogue: Annotated[
        str,
        "address of the catalogue, `sqlite:///…` or `postgresql+psycopg://…` (docs/operate/postgresql.md); empty:"
        " `catalogue.sqlite` inside `data`",
    ] = ""
    blobs: Annotated[
        str,
        "where packs, tiles and ledger are: `s3://BUCKET/FOLDER`; empty: folders inside `data` (docs/operate/s3.md)",
    ] = ""
    s3_locks: Annotated[
        str, "where the locks are when no folder is to hold them: `s3://BUCKET/FOLDER`, apart from `blobs` and without versions"
    ] = ""
    s3_endpoint: Annotated[str, "address of the S3 server; empty: Amazon's of the region"] = ""
    s3_region: Annotated[str, "its region"] = "us-east-1"
    s3_credentials: Annotated[
        Path,
        "file of its keys (`~/.aws/credentials`, section `default`, mode 0600); empty: variables `AWS_*`, or the machine's role",
    ] = Path()
    s3_ca: Annotated[Path, "certificates that its own is checked with, beside those of the system"] = Path()
    s3_seconds: Annotated[int, "how long one call to it may take, repetitions included"] = 30
    s3_at_once: Annotated[int, "calls of one batch of the log that are on their way at once"] = 8
    direct_reads: Annotated[
        str,
        "who hands sealed bodies to their holders: empty, this server; `x-accel-redirect`, the nginx in front of it, from disk;"
        " `signed-url`, the S3 server itself (docs/operate/direct-reads.md)",
    ] = ""
    s3_public_endpoint: Annotated[str, "address that browsers reach the S3 server at, for `signed-url`; empty: `s3_endpoint`"] = (
        ""
    )
    trust_root: Annotated[Path, "the signed trust root, read again when it changes; empty: `trust-root.json` inside `data`"] = (
        Path()
    )
    host: Annotated[str, "address to listen on"] = "127.0.0.1"
    port: Annotated[int, "port to listen on"] = 8100
    workers: Annotated[int, "processes that answer requests; on SQLite they share its one writer"] = 1
    threads: Annotated[int, "threads of a process in which use cases run"] = 16
    trusted_proxies: Annotated[
        tuple[Network, ...], "networks of the proxies whose `x-forwarded-for` is believed, separated by commas"
    ] = ()
    limit_factor: Annotated[int, "by how much every rate limit is multiplied; for load tests"] = 1
    sequencer: Annotated[bool, "whether this server takes part in the election of the log's writer"] = True
    web: Annotated[Path, "folder of the built pages; empty: those of the package, or `web/dist` of a checkout"] = Path()
    witnesses: Annotated[
        str,
        "where the witnesses of the trust root answer: `NAME=ADDRESS`, separated by commas; one without an address is not asked",
    ] = ""
    arms: Annotated[Path, "the city's coat of arms, an SVG or PNG file, beside its name on every page; empty: our mark"] = Path()
    help_phone: Annotated[str, "number that the pages show for help"] = ""
    help_hours_fr: Annotated[str, "when somebody answers, in French"] = ""
    help_hours_en: Annotated[str, "when somebody answers, in English"] = ""
    time_zone: Annotated[str, "the city's time zone, for the hours at which notices go"] = "America/Toronto"
    smtp_host: Annotated[str, "mail server that takes notices; empty: this city sends no mail"] = ""
    smtp_port: Annotated[int, "its port"] = 587
    smtp_security: Annotated[
        str, "`starttls`, `tls` (from the first byte), or `none`, which is refused unless the mail server is this machine"
    ] = "starttls"
    smtp_ca: Annotated[Path, "certificates that the mail server's is checked with; empty: those of the system"] = Path()
    smtp_user: Annotated[str, "name to sign in at the mail server with; empty: none"] = ""
    smtp_password: Annotated[Path, "file with the password, one line, mode 0600"] = Path()
    mail_from: Annotated[str, "address that notices come from; bounces go there too"] = ""
    mail_per_minute: Annotated[int, "mails sent in a minute, at most"] = 60
    push: Annotated[bool, "whether holders may be told on their devices, through the push services of their browsers"] = False
    push_services: Annotated[
        str, "hosts of the push services that are used, separated by commas; `*.` before one stands for all below it"
    ] = "fcm.googleapis.com,updates.push.services.mozilla.com,*.push.apple.com,*.notify.windows.com"
    push_own_services: Annotated[
        str, "`HOST:PORT` of push services of the city's own, or of tests: the only ones that may have a private address"
    ] = ""
    push_ca: Annotated[Path, "certificates that those of `push_own_services` are checked with; empty: those of the system"] = (
        Path()
    )
    privacy_officer: Annotated[str, "who answers for personal information: name and title, shown on the privacy page"] = ""
    privacy_contact: Annotated[str, "how to reach that person: telephone, e-mail or postal address"] = ""
    metrics: Annotated[
        str, "where Prometheus reads measurements: `PORT`, for this machine alone, or `HOST:PORT`; empty: nowhere"
    ] = ""
    traces: Annotated[str, "OTLP/HTTP address that traces go to, `http://127.0.0.1:4318/v1/traces`; empty: none are made"] = ""
    trace_percent: Annotated[int, "how many requests of a hundred are traced"] = 10
    tsa_url: Annotated[str, "RFC 3161 timestamp authority that is asked to stamp checkpoints; empty: none is"] = ""
    tsa_certificates: Annotated[Path, "its certificates, PEM: the root, and those that lead to it"] = Path()
    scrub_days: Annotated[int, "within how many days every stored byte is read and compared"] = 30
    scrub_megabytes: Annotated[int, "megabytes a second that this reads, at most"] = 20
    log_level: Annotated[str, "`debug`, `info`, `warning` or `error`"] = "info"

    def __post_init__(self) -> None:
        """Refuse a level or an address that cannot be, before anything starts."""
        if self.log_level not in LOG_LEVELS:
            raise SettingError("not a log level", setting="log_level")
        for name, port in (("port", self.port), ("smtp_port", self.smtp_port)):
            if port > MAX_PORT:
                # Systems take such a number for another port.
                raise SettingError("not a port", setting=name)
        _ = self.witness_addresses
        _ = self.metrics_address
        if self.traces and not self.traces.startswith(("http://", "https://")):
            raise SettingError("not an address", setting="traces")
        if self.tsa_url and not self.tsa_url.startswith(("http://", "https://")):
            raise SettingError("not an address", setting="tsa_url")
        self._check_mail()
        self._check_push()
        self._check_s3()
        self._check_direct()

    def _check_push(self) -> None:
        if not all(PUSH_SERVICE.fullmatch(one) for one in self.push_hosts):
            raise SettingError("not a host", setting="push_services")
        if not all(PUSH_OWN_SERVICE.fullmatch(one) for one in self.push_own_hosts):
            raise SettingError("not HOST:PORT", setting="push_own_services")

    def _check_mail(self) -> None:
        try:
            _ = self.zone
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise SettingError("not a time zone of this machine", setting="time_zone") from error
        if self.smtp_security not in SMTP_SECURITIES:
            raise SettingError("not a way to a mail server", setting="smtp_security")
        if self.smtp_host and not MAIL_FROM.fullmatch(self.mail_from):
            raise SettingError("mails need a sender", setting="mail_from")
        if self.smtp_host and self.smtp_security == "none" and self.smtp_host not in THIS_MACHINE:
            raise SettingError("mails leave this machine encrypted, or not at all", setting="smtp_security")
        if self.smtp_user and self.smtp_security == "none":
            raise SettingError("a password goes over an encrypted connection, or not at all", setting="smtp_user")

    def _check_s3(self) -> None:
        for name, place in (("blobs", self.blobs), ("s3_locks", self.s3_locks)):
            if place and not S3_PLACE.fullmatch(place):
                raise SettingError("not s3://BUCKET/FOLDER", setting=name)
        if self.s3_locks and self.s3_locks == self.blobs:
            raise SettingError("locks lie apart from what they guard", setting="s3_locks")
        for name, text in (("s3_endpoint", self.s3_endpoint), ("s3_public_endpoint", self.s3_public_endpoint)):
            address = urlsplit(text)
            is_near = address.scheme == "http" and address.hostname in THIS_MACHINE
            if text and not (S3_ADDRESS.fullmatch(text) and (address.scheme == "https" or is_near)):
                raise SettingError("https://HOST, or http:// on this machine", setting=name)

    def _check_direct(self) -> None:
        if self.direct_reads not in DIRECT_READS:
            raise SettingError("not a way to hand out bodies", setting="direct_reads")
        if self.direct_reads == SIGNED_URL and not self.blobs:
            raise SettingError("only S3 is read by signed links", setting="direct_reads")
        if self.direct_reads == X_ACCEL_REDIRECT and (self.blobs or not self.trusted_proxies):
            # A client that comes past the proxy would be told where its bytes lie, and get none of them.
            raise SettingError("packs on this machine's disk, and `trusted_proxies`", setting="direct_reads")

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def push_hosts(self) -> frozenset[str]:
        """Hosts of the push services that are used."""
        return frozenset(filter(None, (one.strip() for one in self.push_services.split(","))))

    @property
    def push_own_hosts(self) -> frozenset[str]:
        """Host and port of the city's own push services."""
        return frozenset(filter(None, (one.strip() for one in self.push_own_services.split(","))))

    @property
    def witness_addresses(self) -> Mapping[str, str]:
        """Where each witness answers, by its name.

        Raises:
            SettingError: the setting is not of this form.
        """
        addresses: dict[str, str] = {}
        for part in filter(None, (one.strip() for one in self.witnesses.split(","))):
            name, sign, address = part.partition("=")
            if not sign or not name or name in addresses or not address.startswith(("https://", "http://")):
                raise SettingError("not NAME=ADDRESS", setting="witnesses")
            addresses[name] = address
        return addresses

    @property
    def metrics_address(self) -> tuple[str, int] | None:
        """Where measurements are read, or None.

        Raises:
            SettingError: the setting is not of this form.
        """
        if not self.metrics:
            return None
        host, _, port = self.metrics.rpartition(":")
        if not PORT.fullmatch(port) or not 0 < int(port) <= MAX_PORT:
            raise SettingError("not PORT or HOST:PORT", setting="metrics")
        return host.strip("[]") or LOOPBACK, int(port)

    @property
    def locks_folder(self) -> Path:
        """Where the locks are."""
        return self.data / "locks" if self.locks == Path() else self.locks

    @property
    def catalogue_url(self) -> str:
        """Where the catalogue is."""
        return self.catalogue or f"sqlite:///{(self.data / 'catalogue.sqlite').absolute()}"

    @property
    def catalogue_folder(self) -> Path:
        """Where the catalogue's file is; the city's folder where a database has it."""
        if not self.is_catalogue_local:
            return self.data
        return Path(self.catalogue_url.partition(":///")[2].partition("?")[0]).parent

    @property
    def is_catalogue_local(self) -> bool:
        """Whether a read of the catalogue is a local one."""
        return not self.catalogue or self.catalogue.startswith("sqlite:")

    @property
    def s3_address(self) -> str:
        """The S3 server as the city names it, without a path."""
        return s3_address(self.s3_region, self.s3_endpoint)

    @property
    def public_s3_address(self) -> str:
        """The S3 server as browsers name it, without a path."""
        return s3_address(self.s3_region, self.s3_public_endpoint, self.s3_endpoint)

    @property
    def trust_root_file(self) -> Path:
        """Where the trust root is."""
        return self.data / "trust-root.json" if self.trust_root == Path() else self.trust_root

    @property
    def packs_folder(self) -> Path:
        """Where packs and sidecars are, unless they are on S3."""
        return self.data / "packs"

    @property
    def log_folder(self) -> Path:
        """Where the log's tiles are."""
        return self.data / "log"

    @property
    def ledger_folder(self) -> Path:
        """Where the ledger is (docs/spec/ledger.md); never served."""
        return self.data / "ledger"

    @property
    def keys_folder(self) -> Path:
        """Where the log's and the local witness's seeds are."""
        return self.data / "keys"


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the TOML file that `VOUTE_CONFIG` names, then the variables `VOUTE_*`, which win.

    Raises:
        SettingError: a key is unknown, a value cannot be, the file cannot be read.
    """
    texts = dict(_read_file(environ.get(CONFIG)))
    for key, value in environ.items():
        if key.startswith(PREFIX) and key not in NOT_SETTINGS:
            texts[key.removeprefix(PREFIX).lower()] = value
    return read_settings(texts)


def defaults_of() -> Mapping[str, Value]:
    """Return every setting with its default."""
    settings = Settings()
    return {one.name: getattr(settings, one.name) for one in fields(Settings)}


def read_settings(texts: Mapping[str, str]) -> Settings:
    """Make settings from a text for each key that is not left at its default.

    Raises:
        SettingError: a key is unknown or a value cannot be.
    """
    defaults = defaults_of()
    values: dict[str, Value] = {}
    for key, text in texts.items():
        if key not in defaults:
            raise SettingError("unknown setting", setting=key)
        try:
            values[key] = _parse(text, defaults[key])
        except (ValueError, KeyError) as error:
            raise SettingError("not a value of this setting", setting=key) from error
    return replace(Settings(), **values)  # type: ignore[arg-type] # each value has its default's type


def write_settings(settings: Settings) -> Mapping[str, str]:
    """Write settings as environment variables: `load_settings` of the result gives them back."""
    return {
        PREFIX + name.upper(): _text(list(value) if isinstance(value, tuple) else value)
        for name in defaults_of()
        if (value := getattr(settings, name)) != Path()
    }


def _read_file(name: str | None) -> Mapping[str, str]:
    if not name:
        return {}
    try:
        with Path(name).open("rb") as file:
            table = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingError("the settings file cannot be read", setting=CONFIG) from error
    return {key: _text(value) for key, value in table.items()}


def _text(value: object) -> str:
    """Write a TOML value as it would stand in a variable."""
    if isinstance(value, list):
        return ",".join(str(one) for one in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parse(text: str, default: Value) -> Value:
    """Read a text as a value of the default's type; a bad one raises `ValueError` or `KeyError`."""
    if isinstance(default, bool):
        return {"true": True, "false": False}[text.lower()]
    if isinstance(default, int):
        return _positive(int(text))
    if isinstance(default, Path):
        return Path(text)
    if isinstance(default, tuple):
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    return text


def _positive(number: int) -> int:
    if number < 1:
        raise ValueError(number)
    return number

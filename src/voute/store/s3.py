"""One S3 bucket through obstore: every call ends well, or as one of our errors that says what kind of failure it was.

Sources: docs/adr/0044, docs/operate/s3.md. Nothing of a request or an answer but its status and its error code reaches a log.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError, PreconditionError, UnauthenticatedError
from obstore.store import S3Store

from voute.core.errors import StoreError
from voute.core.ports_store import StoreFullError, StoreRefusedError, StoreUnreachableError, StoreUntrustedError
from voute.store.durable import storing
from voute.store.s3_address import s3_address
from voute.store.s3_credentials import CredentialFile
from voute.store.watch import StepCounter, Watch

if TYPE_CHECKING:
    from obstore import ObjectMeta, PutMode, WritableFile

CONNECT_SECONDS: Final = 5
"""A server of the same data centre accepts a connection in milliseconds; one that does not is down."""
RETRIES: Final = 4
"""Repeats of a call that met a 5xx or a cut connection, within `S3Place.seconds`: longer pauses are the caller's matter."""
UPLOAD_BUFFER: Final = 8 * 1024 * 1024
"""Bytes of one part of an upload; S3 takes no part but the last below 5 MiB."""
UPLOADS_AT_ONCE: Final = 2
"""Parts of one upload on their way: with the one that fills, an upload holds three buffers at most."""
_FULL: Final = re.compile(r"QuotaExceeded|InsufficientStorage|status code: 507")
_STATUS: Final = re.compile(r"status code: ([0-9]{3})")
_CODE: Final = re.compile(r"<Code>([A-Za-z]{1,60})</Code>")
_CERTIFICATE: Final = re.compile(r"InvalidCertificate\(\s*(?:Other\(\s*OtherError\(\s*)?([A-Za-z]+)")
_PROBLEMS: Final = {
    "UnknownIssuer": "certificate-unknown",
    "Expired": "certificate-ended",
    "NotValidYet": "certificate-early",
    "NotValidForName": "certificate-other-host",
    # What `openssl req -x509` makes when it is not told otherwise.
    "CaUsedAsEndEntity": "certificate-of-authority",
}
"""What obstore's library for TLS calls them, without `Context` at the end. Source: rustls, `CertificateError`."""
_OUR_FAULT: Final = frozenset({"301", "307", "400", "401", "403", "404"})


class KeyMissingError(StoreError):
    """Nothing is stored under this key."""


class KeyTakenError(StoreError):
    """The condition of a write does not hold: something is stored there, or something else."""


@dataclass(frozen=True, slots=True)
class S3Place:
    """Where a city keeps what it keeps on S3, and how it asks for it."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = "us-east-1"
    ca: Path = Path()
    credentials: Path = Path()
    """A file of the kind `~/.aws/credentials`; empty: as obstore finds them (variables `AWS_*`, the machine's role)."""
    seconds: float = 30
    """How long one call may take, and how long it is repeated."""

    @property
    def address(self) -> str:
        """Where the server is."""
        return s3_address(self.region, self.endpoint)

    @property
    def has_tls(self) -> bool:
        """Whether the way there is encrypted."""
        return not self.endpoint.startswith("http://")


def connect(place: S3Place, *, retries: int = RETRIES) -> S3Store:
    """Return obstore's store; nothing is asked of the server yet."""
    patience = timedelta(seconds=place.seconds)
    client: dict[str, Any] = {
        "allow_http": not place.has_tls,
        "connect_timeout": timedelta(seconds=min(CONNECT_SECONDS, place.seconds)),
        "timeout": patience,
    }
    if place.ca != Path():
        with storing("certificates of S3"):
            client["root_certificate"] = place.ca.read_bytes()
    more: dict[str, Any] = {}
    if place.endpoint:
        # Under both names: the second one is looked for in the environment first.
        more |= {"endpoint": place.endpoint, "aws_endpoint_url_s3": place.endpoint}
    if place.credentials != Path():
        more["credential_provider"] = CredentialFile(place.credentials)
    return S3Store(
        place.bucket,
        prefix=place.prefix or None,
        region=place.region,
        # One form of address for all servers; bulk deletion is not offered by all of them.
        virtual_hosted_style_request=False,
        disable_bulk_delete=True,
        client_options=client,  # type: ignore[arg-type] # a part of it is added above
        retry_config={"max_retries": retries, "retry_timeout": patience},
        **more,
    )


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Turn what obstore raises into our errors.

    Raises:
        KeyMissingError: there is no such object.
        KeyTakenError: the condition of a write does not hold.
        StoreFullError: a quota is used up.
        StoreRefusedError: the server knows us not, lets us not, or has no such bucket.
        StoreUntrustedError: who answers shows a certificate that isn't believed.
        StoreUnreachableError: no answer, or none in time, or the server says that it failed.
    """
    try:
        yield
    except FileNotFoundError as error:
        text = str(error)
        if "NoSuchBucket" in text:
            raise StoreRefusedError(f"{what}: no such bucket") from error
        raise KeyMissingError(what) from error
    except OSError as error:
        if error.errno is None:
            # What obstore makes of a failed upload.
            raise _error_of(what, error) from error
        with storing(what):
            raise
    except (AlreadyExistsError, PreconditionError) as error:
        raise KeyTakenError(what) from error
    except (BaseError, ValueError) as error:
        raise _error_of(what, error) from error


def _error_of(what: str, error: Exception) -> StoreError:
    text = str(error)
    if "NoSuchUpload" in text:
        return KeyMissingError(what)
    if shown := _CERTIFICATE.search(text):
        problem = _PROBLEMS.get(shown[1].removesuffix("Context"), "certificate-refused")
        return StoreUntrustedError(f"{what}: {problem}", problem=problem)
    status, code = _STATUS.search(text), _CODE.search(text)
    said = " ".join(found[1] for found in (status, code) if found) or "no answer"
    if _FULL.search(text):
        return StoreFullError(f"{what}: {said}")
    is_refusal = isinstance(error, PermissionDeniedError | UnauthenticatedError) or CredentialFile.FAILED in text
    if is_refusal or (status is not None and status[1] in _OUR_FAULT):
        return StoreRefusedError(f"{what}: {said}")
    return StoreUnreachableError(f"{what}: {said}")


class Bucket:
    """One folder of a bucket; every change is announced to the watch. Safe from several threads, not across a fork."""

    def __init__(self, store: S3Store, folder: str, watch: Watch | None = None) -> None:
        """Take the store and the folder, without a slash at its end."""
        self._store = store
        self._folder = folder
        self._watch = watch or StepCounter()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Announce one step around the block that does it, and translate its errors."""
        with asking(name):
            self._watch.before(name)
            yield
            self._watch.after(name)

    def get(self, key: str) -> bytes:
        """Return an object's bytes."""
        return self.get_with_tag(key)[0]

    def get_with_tag(self, key: str) -> tuple[bytes, str]:
        """Return an object's bytes and the tag of this version of it."""
        data, facts = self.get_with_facts(key)
        return data, facts["e_tag"] or ""

    def get_with_facts(self, key: str) -> tuple[bytes, "ObjectMeta"]:
        """Return an object's bytes and what the server says of this version of it."""
        with asking("read"):
            found = obstore.get(self._store, self._key(key))
            return found.bytes().to_bytes(), found.meta

    def stream(self, key: str, offset: int, length: int, whole: int, piece: int) -> Iterator[bytes]:
        """Return the chunks of a range, at most `piece` bytes each; the object is looked up now.

        Up to `whole` bytes are read now. What lies behind the end never comes: the caller counts.
        """
        with asking("read"):
            found = obstore.get(self._store, self._key(key), options={"range": (offset, offset + length)})
            if length <= whole:
                data = found.bytes().to_bytes()
                return (data[at : at + piece] for at in range(0, len(data), piece))
        return _pieces(iter(found.stream(min_chunk_size=piece)), piece)

    def size(self, key: str) -> int | None:
        """Return an object's size, or None when it is absent.

        A server answers a question for an absent object of a bucket, and one for a bucket that is gone, in the same way: only a
        list tells them apart.
        """
        try:
            with asking("size"):
                return int(obstore.head(self._store, self._key(key))["size"])
        except KeyMissingError:
            self.prove()
            return None

    def prove(self) -> None:
        """Raise `StoreError` unless the bucket is there and lets us list it."""
        with asking("list"):
            for _ in obstore.list(self._store, self._key("-"), chunk_size=1):
                return

    def put(self, key: str, data: bytes, mode: "PutMode | None" = None) -> None:
        """Store an object, in one request: it is there whole or not at all. `mode` is a condition of obstore's."""
        with self.step("s3-put"):
            obstore.put(self._store, self._key(key), data, mode=mode, use_multipart=False)

    def swap(self, key: str, tag: str, data: bytes) -> None:
        """Replace the version of an object that has this tag; `KeyTakenError` when another one is there."""
        with self.step("s3-swap"):
            try:
                obstore.put(self._store, self._key(key), data, mode={"e_tag": tag}, use_multipart=False)
            except PreconditionError:
                # Ceph before 17 compares the header as it stands with a tag that it keeps without the quotes.
                obstore.put(self._store, self._key(key), data, mode={"e_tag": tag.strip('"')}, use_multipart=False)

    def writer(self, key: str) -> "WritableFile":
        """Open an upload in parts; nothing is visible before it is closed."""
        return obstore.open_writer(self._store, self._key(key), buffer_size=UPLOAD_BUFFER, max_concurrency=UPLOADS_AT_ONCE)

    def delete(self, key: str) -> None:
        """Remove an object; removing nothing is not an error."""
        try:
            with self.step("s3-delete"):
                obstore.delete(self._store, self._key(key))
        except KeyMissingError:
            return

    def listed(self, prefix: str = "") -> Iterator["ObjectMeta"]:
        """Yield what lies below a folder of this folder, in rising order of the keys; `path` is below this folder."""
        last = ""
        pages = iter(obstore.list(self._store, self._key(prefix) if prefix else self._folder))
        while True:
            with asking("list"):
                page = next(pages, ())
            if not page:
                return
            for one in page:
                path = one["path"].removeprefix(f"{self._folder}/")
                if path <= last:
                    raise StoreError("the list of S3 is not in order")
                last = path
                yield {**one, "path": path}

    def _key(self, key: str) -> str:
        return f"{self._folder}/{key}"


def _pieces(stream: Iterator[bytes], piece: int) -> Iterator[bytes]:
    while True:
        with asking("read"):
            chunk = next(stream, b"")
        if not chunk:
            return
        view = memoryview(chunk)
        for at in range(0, len(view), piece):
            yield bytes(view[at : at + piece])

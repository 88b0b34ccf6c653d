"""RFC 3161 timestamps of checkpoints: an authority that is none of the city's says that a tree head was there at a time.

Stamped: the authority's answer, and the signed checkpoint whose text it is about (docs/spec/log.md, "Timestamps").
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from voute.core import errors
from voute.core.errors import FormatError
from voute.format.fields import from_base64, to_base64
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint

MAX_RESPONSE: Final = 48 * 1024
"""Bytes of an answer: a token with its certificates has some thousands. In base64 it is as long as a receipt takes it."""
LATEST: Final = "timestamp/latest"
"""Where the newest stamped checkpoint lies, in the store of tiles and below `/log/`."""
MEDIA_TYPE: Final = "application/timestamp-query"
_MAX_LINE: Final = MAX_RESPONSE // 3 * 4
_GROUP: Final = 1_000
_SHA256: Final = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")


class TimestampBadError(errors.VerificationError):
    """An answer is not that of an authority of the chain, or is about something else."""

    code: ClassVar[str] = "timestamp-bad"


def stamp_path(size: int) -> str:
    """Return where the stamped checkpoint of a tree size lies: digits in groups of three, as those of tiles."""
    groups = [f"{size % _GROUP:03d}"]
    rest = size // _GROUP
    while rest:
        groups.append(f"x{rest % _GROUP:03d}")
        rest //= _GROUP
    return f"timestamp/{'/'.join(reversed(groups))}"


@dataclass(frozen=True, slots=True)
class Chain:
    """Certificates of an authority: roots that are believed, and others that lead to them."""

    roots: tuple[x509.Certificate, ...]
    others: tuple[x509.Certificate, ...]

    @classmethod
    def of_pem(cls, data: bytes) -> Self:
        """Read certificates; those that issued themselves are the roots.

        Raises:
            FormatError: there is none, or no root.
        """
        try:
            found = x509.load_pem_x509_certificates(data)
            # A name is read when it is asked for, and may be none.
            roots = tuple(one for one in found if one.subject == one.issuer)
        except (ValueError, x509.InvalidVersion):
            raise FormatError("no certificates") from None
        if not roots:
            raise FormatError("no root certificate among them")
        return cls(roots, tuple(one for one in found if one not in roots))


@dataclass(frozen=True, slots=True)
class Query:
    """A question to an authority about a checkpoint's text, with a nonce."""

    text: bytes
    body: bytes
    nonce: int | None

    @classmethod
    def about(cls, head: Checkpoint) -> Self:
        """Make one; the authority is asked for its certificates."""
        text = head.encode().encode()
        builder = TimestampRequestBuilder().data(text).hash_algorithm(HashAlgorithm.SHA256)
        request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
        return cls(text, request.as_bytes(), request.nonce)


def verify_response(raw: bytes, head: Checkpoint, chain: Chain, nonce: int | None = None) -> int:
    """Verify an authority's answer about a checkpoint and return its time, seconds since 1970.

    Raises:
        FormatError: no answer of RFC 3161, or more than there can be.
        TimestampBadError: refused, about another text, by another authority, to another question, or with a broken signature.
    """
    response = _decoded(raw)
    text = head.encode().encode()
    builder = VerifierBuilder(roots=list(chain.roots), intermediates=list(chain.others), nonce=nonce)
    try:
        imprint = response.tst_info.message_imprint
        if imprint.hash_algorithm != _SHA256 or imprint.message != hashlib.sha256(text).digest():
            raise TimestampBadError("about another text")
        builder.build().verify_message(response, text)
        return int(response.tst_info.gen_time.timestamp())
    except (VerificationError, InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError) as error:
        raise TimestampBadError(type(error).__name__ if not isinstance(error, VerificationError) else str(error)) from None


def _decoded(raw: bytes) -> TimeStampResponse:
    if len(raw) > MAX_RESPONSE:
        raise FormatError("timestamp: too long")
    try:
        response = decode_timestamp_response(raw)
        # Whatever else stands behind or inside is not taken along.
        if response.as_bytes() != raw:
            raise FormatError("timestamp: not DER")
    except (ValueError, TypeError):
        raise FormatError("timestamp: not an answer of RFC 3161") from None
    return response


@dataclass(frozen=True, slots=True)
class Stamped:
    """A signed checkpoint with an authority's answer about its text; nothing is verified."""

    response: bytes
    checkpoint: SignedCheckpoint

    def encode(self) -> bytes:
        """Write the file: the answer in base64 on a line of its own, an empty line, the checkpoint's note."""
        return to_base64(self.response).encode() + b"\n\n" + self.checkpoint.encode()

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read the file.

        Raises:
            FormatError: it is none; `encode` gives the same bytes.
            LimitError: the note is too long or has too many signatures.
        """
        line, sign, note = raw.partition(b"\n\n")
        try:
            response = from_base64(line.decode("ascii"), _MAX_LINE)
        except UnicodeDecodeError:
            raise FormatError("timestamp: not base64") from None
        if not sign or not response:
            raise FormatError("timestamp: an answer, an empty line, a checkpoint")
        return cls(response, SignedCheckpoint.parse(note))


def stamped_time(stamped: Stamped, heads: Sequence[Checkpoint], chain: Chain) -> int:
    """Verify a stamped checkpoint that is one of these, and return the authority's time.

    Raises:
        TimestampBadError: it is about another checkpoint, or the answer does not hold.
        FormatError: no answer of RFC 3161.
    """
    if stamped.checkpoint.head not in heads:
        raise TimestampBadError("of another checkpoint")
    return verify_response(stamped.response, stamped.checkpoint.head, chain)

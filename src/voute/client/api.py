"""The issuer's calls to the city (docs/spec/api.md, Issuer): one method a route; errors carry the city's codes."""

import base64
import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from types import TracebackType
from typing import ClassVar, Self
from urllib.parse import urlsplit

import httpx
from typing_extensions import override

from voute.client.answers import (
    KNOWN_ROOM,
    MATCH_ROOM,
    MAX_ANSWER,
    Json,
    list_in,
    number_in,
    plain,
    read_body,
    read_facts,
    read_lines,
    read_object,
    text_in,
)
from voute.core.errors import FormatError, StateError, VouteError
from voute.core.ids import HASH_SIZE, ID_SIZE, parse_hex
from voute.core.ports_log import TileMissingError
from voute.outside.http import certificate_problem, open_http

__all__ = [
    "ACT_LIMIT",
    "MATCH_LIMIT",
    "CityApi",
    "CityCertificateError",
    "CityRefusedError",
    "CityUnreachableError",
    "Json",
    "SessionToken",
    "unanswered",
]

MATCH_LIMIT = 10_000
"""Lookup ids, or dedupe ids, in one call (docs/spec/api.md)."""

ACT_LIMIT = 1_000
"""Acts in one call (docs/spec/api.md)."""

MAX_LOG = 32 * 1024 * 1024
"""Bytes of what a log serves: a bundle of 256 entries of the largest size has half of it."""

_TRIES = 4
"""A call that the network lost is repeated: every route of an issuer may be, but for `sign_in`."""

_FIRST_WAIT_S = 0.25

HEAD_S = 60.0
"""Seconds until the whole head of an answer is there, and for each pause after it: what a busy city may take for a large pack."""

_TIMEOUT = httpx.Timeout(HEAD_S, connect=10.0)

_BUSY = frozenset({httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT})

_STORAGE = {"store-unreachable": "store-unreachable", "store-refused": "store-refused", "store-full": "city-full"}
"""What a city says of its storage that a department can do something about (wait, or call), and how it is told.

The full disk has a name of its own: it is not the department's.
"""

_CODE = re.compile(r"[a-z][a-z0-9-]{0,60}")
"""What a problem's code may be (docs/spec/api.md): it is shown, and names a message."""


class CityRefusedError(VouteError):
    """The city answered with a problem; `problem` is its code, `status` the HTTP status."""

    code: ClassVar[str] = "city-refused"

    def __init__(self, problem: str, status: int, facts: Mapping[str, str | int]) -> None:
        """Keep the code, the status and the facts of the city's answer."""
        super().__init__(f"{status} {problem}", problem=problem, status=status)
        self.problem = problem
        self.status = status
        self.answer_facts = facts

    @property
    def final(self) -> bool:
        """Whether the same request would be refused again: not when the session ended, or the city is busy or broken."""
        again = {httpx.codes.UNAUTHORIZED, httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_EARLY, httpx.codes.TOO_MANY_REQUESTS}
        return httpx.codes.is_client_error(self.status) and self.status not in again


class CityUnreachableError(VouteError):
    """The city did not answer, after several tries; what it acknowledged before stays.

    Fact `problem`, where it said so: its storage does not answer (`store-unreachable`), does not let it in (`store-refused`), or
    is full (`city-full`).
    """

    code: ClassVar[str] = "city-unreachable"


class CityCertificateError(CityUnreachableError):
    """Who answers at the city's address can't prove to be the city; nothing was said to them. Facts `problem` and `host`."""

    code: ClassVar[str] = "certificate-refused"


class NotYetLoggedError(StateError):
    """The delivery is committed and safe, but the log has not published it in time; receipts can be fetched later."""

    code: ClassVar[str] = "not-yet-logged"


def unanswered(error: Exception, address: str) -> CityUnreachableError:
    """Return what to raise for a call that got no answer: nobody there, or somebody with a certificate that does not hold."""
    problem = certificate_problem(error)
    if problem is None:
        return CityUnreachableError(type(error).__name__)
    return CityCertificateError(type(error).__name__, problem=problem, host=plain(urlsplit(address).netloc))


@dataclass(frozen=True, slots=True)
class SessionToken:
    """The bearer token of a signed challenge; never shown."""

    value: str

    @override
    def __repr__(self) -> str:
        """Hide the token from logs and traces."""
        return "SessionToken(…)"


class CityApi:
    """One connection to a city for one issuer; used by one thread or process at a time.

    Raises `CityRefusedError` for a problem, `CityUnreachableError` when nobody answers, `CityCertificateError` when who
    answers is not proven to be the city, `FormatError` for an answer that is not what the specification says.
    """

    def __init__(self, server: str, token: SessionToken | None = None) -> None:
        """Take the city's origin, for instance `https://coffre.ville.example`."""
        self._server = server
        self._http = open_http(server, base_url=server, timeout=_TIMEOUT)
        self._token = token

    def __enter__(self) -> Self:
        """Use as a context; closes its connections."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the connections."""
        self._http.close()

    # -- sign in

    @property
    def token(self) -> SessionToken:
        """The token of the session, for another connection of the same run; raises `StateError` before `sign_in`."""
        if self._token is None:
            raise StateError("not signed in")
        return self._token

    def challenge(self, issuer: str) -> bytes:
        """Ask for the challenge that the issuer signs."""
        return _bytes(self._json("POST", "/api/issuer/challenge", json_body={"issuer": issuer}), "challenge")

    def sign_in(self, statement: bytes) -> SessionToken:
        """Send the signed challenge; later calls of this object carry the token that comes back.

        A challenge is good once: this call is not repeated, since its first request may have arrived.
        """
        answer = self._json("POST", "/api/issuer/sessions", json_body={"statement": _b64(statement)}, tries=1)
        self._token = SessionToken(text_in(answer, "token"))
        return self._token

    def trust_root(self) -> bytes:
        """Fetch the trust root's envelope, to be verified by the caller."""
        return self._call("GET", "/api/trust-root")

    def earlier_root(self, number: int) -> bytes | None:
        """Fetch the envelope of a root that was in force, to be verified by the caller; None if the city has it no more."""
        try:
            return self._there(f"/api/trust-root?number={number}", MAX_ANSWER)
        except TileMissingError:
            return None

    def next_root(self) -> bytes:
        """Fetch the envelope of the root that waits, `{}` where none does; raises as `log` in a city that says nothing of it."""
        return self._there("/api/trust-root/next", MAX_ANSWER)

    def log(self, path: str) -> bytes:
        """Fetch what the log has under a path, to be verified by the caller; raises `TileMissingError` where there is nothing."""
        return self._there(f"/log/{path}", MAX_LOG)

    def _there(self, path: str, limit: int) -> bytes:
        try:
            return self._call("GET", path, limit=limit)
        except CityRefusedError as error:
            if error.status == httpx.codes.NOT_FOUND:
                raise TileMissingError("not there", path=path.removeprefix("/log/")) from error
            raise

    # -- directory

    def match(self, lookup_ids: Sequence[bytes], document_types: Sequence[str] = (), pinned: Sequence[bytes | None] = ()) -> Json:
        """Ask which lookup ids wait, are bound or revoked, with proofs of what is bound; at most `MATCH_LIMIT`.

        With each bound one comes what its vault has chosen for these document types, paper or none. `pinned` has a head or None
        for each lookup id, or is empty: of a vault whose head it is the city says only so. A city of a release before that
        refuses it (`request-invalid`).
        """
        asked: dict[str, list[str] | list[str | None]] = {
            "lookup_ids": [i.hex() for i in lookup_ids],
            "document_types": list(document_types),
        }
        if pinned:
            asked["pinned"] = [None if head is None else head.hex() for head in pinned]
        limit = MAX_ANSWER + len(lookup_ids) * MATCH_ROOM
        return self._json("POST", "/api/directory/match", json_body=asked, limit=limit)

    def bound(self, acts: Sequence[bytes]) -> int:
        """Hand over signed `bound` acts, at most `ACT_LIMIT`."""
        return number_in(self._json("POST", "/api/directory/bound", json_body={"acts": [_b64(a) for a in acts]}), "accepted")

    def revoke(self, acts: Sequence[bytes]) -> int:
        """Hand over signed `revoked` acts, at most `ACT_LIMIT`."""
        return number_in(self._json("POST", "/api/lookups/revoke", json_body={"acts": [_b64(a) for a in acts]}), "revoked")

    def freeze(self, lookup_id: bytes, token: bytes) -> None:
        """Freeze a code by showing its token, as whoever holds the letter may; again changes nothing."""
        self._json("POST", "/api/claims/freeze", json_body={"lookup_id": lookup_id.hex(), "token": _b64(token)})

    def known(self, dedupe_ids: Sequence[bytes]) -> Sequence[Json]:
        """Ask which documents this issuer delivered already; at most `MATCH_LIMIT`. Each that is said was asked about, once."""
        asked = {"dedupe_ids": [i.hex() for i in dedupe_ids]}
        limit = MAX_ANSWER + len(dedupe_ids) * KNOWN_ROOM
        found = [
            _known(one) for one in list_in(self._json("POST", "/api/deliveries/known", json_body=asked, limit=limit), "known")
        ]
        said = {one["dedupe_id"] for one in found}
        if len(said) != len(found) or not said <= set(asked["dedupe_ids"]):
            raise FormatError("a document twice among those that the city knows, or one that nobody asked about")
        return found

    # -- a delivery

    def open_delivery(self, delivery_id: bytes, run: str) -> None:
        """Open a draft; the same id again changes nothing."""
        self._call("POST", "/api/deliveries", json_body={"delivery_id": delivery_id.hex(), "run": run})

    def put_pack(self, delivery_id: bytes, pack_hash: bytes, parts: Sequence[bytes | memoryview]) -> None:
        """Send a pack from memory, part by part; a pack that is there already is not stored again."""
        size = sum(len(part) for part in parts)
        self._call(
            "PUT",
            f"/api/deliveries/{delivery_id.hex()}/packs/{pack_hash.hex()}",
            parts=parts,
            headers={"content-length": str(size), "content-type": "application/octet-stream"},
        )

    def put_draft(self, delivery_id: bytes, pack_hash: bytes, draft: bytes) -> int:
        """Send what stands beside a pack (pack statement, headers, cards, boxes)."""
        answer = self._json(
            "PUT",
            f"/api/deliveries/{delivery_id.hex()}/packs/{pack_hash.hex()}/draft",
            parts=(draft,),
            headers={"content-length": str(len(draft)), "content-type": "application/octet-stream"},
        )
        return number_in(answer, "documents")

    def commit(self, delivery_id: bytes, documents: int, packs: Sequence[bytes]) -> Json:
        """Make the whole delivery count, at once."""
        body = {"documents": documents, "packs": [p.hex() for p in packs]}
        return self._json("POST", f"/api/deliveries/{delivery_id.hex()}/commit", json_body=body)

    def cancel(self, delivery_id: bytes) -> None:
        """Cancel a draft; it leaves nothing."""
        self._call("DELETE", f"/api/deliveries/{delivery_id.hex()}")

    def delivery(self, delivery_id: bytes) -> Json:
        """Fetch the state of a delivery."""
        return self._json("GET", f"/api/deliveries/{delivery_id.hex()}")

    def receipts(self, delivery_id: bytes) -> Iterator[bytes]:
        """Stream the receipts of a visible delivery, line by line as they came, never all in memory."""
        request = self._request("GET", f"/api/deliveries/{delivery_id.hex()}/receipts", {})
        try:
            answer = self._http.send(request, stream=True)
            try:
                if answer.status_code != httpx.codes.OK:
                    raise _problem(answer.status_code, read_body(answer, MAX_ANSWER))
                yield from read_lines(answer)
            finally:
                answer.close()
        except httpx.HTTPError as error:
            raise unanswered(error, self._server) from error

    # -- one call

    def _request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        content: Iterable[bytes | memoryview] | bytes | None = None,
    ) -> httpx.Request:
        all_headers = {"x-voute": "1", "accept-encoding": "identity", **headers}
        if self._token is not None:
            all_headers["authorization"] = f"Bearer {self._token.value}"
        return self._http.build_request(method, path, headers=all_headers, content=content)  # type: ignore[arg-type]

    def _call(
        self,
        method: str,
        path: str,
        *,
        json_body: object = None,
        parts: Sequence[bytes | memoryview] | None = None,
        headers: Mapping[str, str] | None = None,
        limit: int = MAX_ANSWER,
        tries: int = _TRIES,
    ) -> bytes:
        """Make one call, repeated when the network lost it or the city is busy for a moment; returns the answer's body."""
        wait = _FIRST_WAIT_S
        last, facts = "", dict[str, str]()
        for attempt in range(tries):
            if attempt:
                time.sleep(wait)
                wait *= 2
            extra = dict(headers or {})
            content: Iterable[bytes | memoryview] | bytes | None = iter(parts) if parts is not None else None
            if json_body is not None:
                content, extra["content-type"] = json.dumps(json_body).encode(), "application/json"
            try:
                answer = self._http.send(self._request(method, path, extra, content), stream=True)
                with closing(answer):
                    body = read_body(answer, limit)
            except httpx.HTTPError as error:
                if certificate_problem(error) is not None:
                    raise unanswered(error, self._server) from error
                last, facts = type(error).__name__, {}
                continue
            if answer.status_code in _BUSY:
                last, said = str(answer.status_code), str(_problem(answer.status_code, body).facts.get("problem"))
                facts = {"problem": _STORAGE[said]} if said in _STORAGE else {}
                continue
            if answer.is_success:
                return body
            raise _problem(answer.status_code, body)
        raise CityUnreachableError(last, **facts)

    def _json(
        self,
        method: str,
        path: str,
        *,
        json_body: object = None,
        parts: Sequence[bytes | memoryview] | None = None,
        headers: Mapping[str, str] | None = None,
        limit: int = MAX_ANSWER,
        tries: int = _TRIES,
    ) -> Json:
        body = self._call(method, path, json_body=json_body, parts=parts, headers=headers, limit=limit, tries=tries)
        return read_object(body)


def _problem(status: int, body: bytes) -> CityRefusedError:
    try:
        problem = read_object(body)
    except FormatError:
        return CityRefusedError("unknown", status, {})
    code = problem.get("code")
    known = isinstance(code, str) and _CODE.fullmatch(code) is not None
    return CityRefusedError(str(code) if known else "unknown", status, read_facts(problem))


def _known(entry: Json) -> Json:
    """Read one entry of `known`: ids as ids, for they go into a table that a spreadsheet opens."""
    ids = {"dedupe_id": HASH_SIZE, "content_id": HASH_SIZE, "document_id": ID_SIZE, "delivery_id": ID_SIZE}
    found = {name: parse_hex(text_in(entry, name), size).hex() for name, size in ids.items()}
    return found | {"run": plain(text_in(entry, "run"))}


def _bytes(answer: Json, key: str) -> bytes:
    try:
        return base64.b64decode(text_in(answer, key), validate=True)
    except ValueError as error:
        raise FormatError(f"{key} is not base64") from error


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()

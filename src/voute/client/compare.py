"""Compares a list with what this department delivered before: the same bytes are passed over, other bytes are a finding."""

from collections.abc import Sequence

from voute.client.api import MATCH_LIMIT, CityApi
from voute.client.findings import Finding, Problem
from voute.client.preflight import Row, dedupe_parts
from voute.client.sealing import plaintext_hash
from voute.core.ids import HASH_SIZE, parse_hex
from voute.seal.claim import content_id, dedupe_id


def find_known(api: CityApi, key: bytes, run: str, rows: Sequence[Row]) -> tuple[dict[int, str], list[Finding]]:
    """Find which rows were delivered before: document id (hex) by line, and the rows whose file is another one now.

    `key` is the department's dedupe key. Raises what the city's calls raise.
    """
    by_id = {dedupe_id(key, *dedupe_parts(row, run)): row for row in rows}
    ids = list(by_id)
    known: dict[int, str] = {}
    findings: list[Finding] = []
    for start in range(0, len(ids), MATCH_LIMIT):
        for one in api.known(ids[start : start + MATCH_LIMIT]):
            row = by_id.get(parse_hex(str(one.get("dedupe_id")), HASH_SIZE))  # type: ignore[call-overload]
            if row is None:
                continue
            if content_id(key, plaintext_hash(row)).hex() == one.get("content_id"):
                known[row.line] = str(one.get("document_id"))
            else:
                facts: dict[str, str | int] = {"delivery": str(one.get("delivery_id")), "run": str(one.get("run"))}
                findings.append(Finding(row.line, Problem.DOCUMENT_DIFFERS, facts))
    return known, findings

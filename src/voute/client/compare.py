"""Compares a list with what this department delivered before: the same bytes are passed over, other bytes are a finding."""

from itertools import islice

from voute.client.api import MATCH_LIMIT, CityApi
from voute.client.findings import Finding, Problem
from voute.client.preflight import Row, dedupe_parts
from voute.client.sealing import plaintext_hash
from voute.client.stored import Items
from voute.core.ids import HASH_SIZE, Hash, parse_hex
from voute.seal.claim import content_id, dedupe_id


def find_known(api: CityApi, key: bytes, run: str, rows: Items[Row]) -> tuple[dict[int, str], list[Finding]]:
    """Find which rows were delivered before: document id (hex) by line, and the rows whose file is another one now.

    `key` is the department's dedupe key. Raises what the city's calls raise.
    """
    known: dict[int, str] = {}
    findings: list[Finding] = []
    ids = (dedupe_id(key, *dedupe_parts(row, run)) for row in rows)
    for start in range(0, len(rows), MATCH_LIMIT):
        places = {one: start + place for place, one in enumerate(islice(ids, MATCH_LIMIT))}
        for one in api.known(list(places)):
            row = rows[places[Hash(parse_hex(one["dedupe_id"], HASH_SIZE))]]
            if content_id(key, plaintext_hash(row)).hex() == one.get("content_id"):
                known[row.line] = str(one.get("document_id"))
            else:
                facts: dict[str, str | int] = {"delivery": str(one.get("delivery_id")), "run": str(one.get("run"))}
                findings.append(Finding(row.line, Problem.DOCUMENT_DIFFERS, facts))
    return known, findings

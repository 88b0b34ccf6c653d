"""Cases of `vectors/ledger`: pages and vault files."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tools.make_vectors.case import Case
from tools.make_vectors.receipt import deliver, manifest
from tools.make_vectors.seeds import seed
from voute.core.ids import Hash
from voute.format.canonical import Json, dumps
from voute.format.ledger import Entry, Page, Row, Rows, Run, encode_index, encode_page, encode_vault

FOLDER = "ledger"
PACK = Hash(seed("pack"))
INDEX: Row = (seed("vault"), 3, seed("sha256"), 90, b"index")
_TAIL = 66


def page() -> Page:
    """Give a page of five entries: three deliveries, a claim, an opening whose document is destroyed."""
    event = deliver(manifest()).encode()
    delivery, packed = seed("delivery", 16), (seed("delivery", 16), PACK, 1_000, seed("statement"), 3, 30)
    lookup: Row = (seed("box"), "finances", seed("token"), seed("vault"), seed("bind"), 40, None, delivery)
    document: Row = (
        *(12, seed("document", 16), 3, delivery, "finances", "vault", seed("vault"), PACK, 100, 64),
        *(seed("sealed"), seed("manifest"), seed("dedupe"), seed("content"), 50, 15, 60, 16),
    )
    return Page(
        7,
        (
            Run(11, PACK, 0, 3),
            Entry(14, "claim", "vault", seed("vault"), seed("salt"), event, b"act"),
            Entry(15, "opened", "vault", seed("vault"), b"", b"", None),
        ),
        ((seed("vault"), seed("chain salt")),),
        {
            "deliveries": [(delivery, "finances", "2026-é", 3, 1_000, 10, 20)],
            "packs": [packed],
            "lookups": [lookup],
            "freezings": [(seed("box"), 45)],
            "openings": [(seed("document", 16), 50)],
            "documents": [document],
        },
    )


def vault() -> Rows:
    """Give the rows of a vault."""
    vault_id, credential = seed("vault"), seed("credential", 20)
    return {
        "vault_numbers": [(4, seed("box"), 70)],
        "vaults": [(vault_id, 4, "person", "open", 1, seed("head"), 1, 80, seed("digest"))],
        "vault_records": [(vault_id, 0, vault_id, b"genesis"), (vault_id, 1, seed("head"), b"record")],
        "keyrings": [(vault_id, 1, seed("hash"), b"keyring")],
        "methods": [
            (vault_id, seed("method", 16), "passkey", credential, None),
            (vault_id, seed("kit", 16), "kit", None, seed("key")),
        ],
        "credentials": [(credential, vault_id, b"cose", "internal,hybrid", 80)],
    }


def resealed(line: bytes) -> bytes:
    """Put the right hash behind a line."""
    return line + f"\n{hashlib.sha256(line).hexdigest()}\n".encode()


def _tree(raw: bytes) -> dict[str, Any]:
    return dict(json.loads(raw[:-_TAIL]))


def _pages() -> Iterator[Case]:
    good = encode_page(page())
    tree = _tree(good)
    events, rows = tree["events"], tree["rows"]
    yield Case(FOLDER, "page-ok", "ledger-page", "ok", {"page": good.decode()}, {"page": good.decode()})
    bare = encode_page(replace(page(), salts=(), rows={}))
    yield Case(FOLDER, "page-without-rows", "ledger-page", "ok", {"page": bare.decode()}, {"page": bare.decode()})
    bad = {
        "empty": b"",
        "hash": good[:-3] + b"00\n",
        "cut-short": good[:-1],
        "bytes-behind": good + b"\n",
        "white-space": resealed(b" " + good[:-_TAIL]),
    }
    changes: dict[str, dict[str, Json]] = {
        "version-2": {"version": 2},
        "unknown-key": {"note": 1},
        "no-events": {"events": []},
        "event-short": {"events": [events[1][:-1]]},
        "run-of-none": {"events": [[*events[0][:3], 0]]},
        "too-many": {"events": [[*events[0][:3], 256], events[1]]},
        "number-negative": {"page": -1},
        "pack-short": {"events": [[11, "AAAA", 0, 3]]},
        "salt-null": {"salts": [[None, None]]},
        "row-short": {"rows": {**rows, "openings": [[5]]}},
        "row-of-another-kind": {"rows": {**rows, "openings": [[5, 5]]}},
        "table-missing": {"rows": {name: rows[name] for name in rows if name != "packs"}},
    }
    for name, change in changes.items():
        bad[name] = resealed(dumps({**tree, **change}))
    for name, raw in bad.items():
        yield Case(FOLDER, f"page-{name}", "ledger-page", "format", {"page": raw.decode()})


def _vaults() -> Iterator[Case]:
    good = encode_vault(vault())
    tree = _tree(good)
    yield Case(FOLDER, "vault-ok", "ledger-vault", "ok", {"vault": good.decode()}, {"vault": good.decode()})
    page_line = encode_page(page())[:-_TAIL]
    bad = {
        "hash": good[:-2] + b"g\n",
        "version-2": resealed(dumps({**tree, "version": 2})),
        "a-page": resealed(page_line),
        "unknown-table": resealed(dumps({**tree, "rows": {**tree["rows"], "sessions": []}})),
    }
    for name, raw in bad.items():
        yield Case(FOLDER, f"vault-{name}", "ledger-vault", "format", {"vault": raw.decode()})


def _indexes() -> Iterator[Case]:
    good = encode_index(INDEX)
    tree = _tree(good)
    row = tree["rows"]["vault_indexes"][0]
    yield Case(FOLDER, "index-ok", "ledger-index", "ok", {"index": good.decode()}, {"index": good.decode()})
    bad = {
        "hash": good[:-2] + b"g\n",
        "none": resealed(dumps({**tree, "rows": {"vault_indexes": []}})),
        "two": resealed(dumps({**tree, "rows": {"vault_indexes": [row, row]}})),
        "a-vault": encode_vault(vault()),
    }
    for name, raw in bad.items():
        yield Case(FOLDER, f"index-{name}", "ledger-index", "format", {"index": raw.decode()})


def cases() -> Iterator[Case]:
    """Give every case of the folder."""
    yield from _pages()
    yield from _vaults()
    yield from _indexes()

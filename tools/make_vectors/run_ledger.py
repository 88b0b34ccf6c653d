"""Runs the cases of `vectors/ledger` against the product."""

from collections.abc import Mapping

from tools.make_vectors.case import Runner, Values
from voute.format.ledger import encode_index, encode_page, encode_vault, parse_index, parse_page, parse_vault


def _page(given: Values) -> Values:
    page = parse_page(given["page"].encode("utf-8"))
    rows = {name: len(rows) for name, rows in page.rows.items()}
    return {"number": page.number, "count": page.count, "rows": rows, "page": encode_page(page).decode("utf-8")}


def _vault(given: Values) -> Values:
    rows = parse_vault(given["vault"].encode("utf-8"))
    return {"rows": {name: len(found) for name, found in rows.items()}, "vault": encode_vault(rows).decode("utf-8")}


def _index(given: Values) -> Values:
    row = parse_index(given["index"].encode("utf-8"))
    return {"number": row[1], "index": encode_index(row).decode("utf-8")}


RUNNERS: Mapping[str, Runner] = {"ledger-page": _page, "ledger-vault": _vault, "ledger-index": _index}

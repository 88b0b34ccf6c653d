"""Keeps a city of the present release for those to come: `python -m tests.golden.keep FILE.tar.gz` (docs/operate/release.md).

In it: what the server kept, what the department kept, and what one holder kept: kit, archive, a document and its receipt.
"""

import json
import shutil
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from tests.support import served_city
from tests.support.command import Voute, bill_rows, write_list
from tests.support.holder import Resident
from voute.client.codes import CodeDesk

REFERENCES = ("roll-1", "roll-2", "roll-3")
SECONDS = 60
PORTS = (18_431, 18_432)
"""The city's address is in its trust root for ever: ports from which no system chooses by itself."""


def receipt_of(resident: Resident, document: str) -> bytes:
    """The receipt of a document, once its event is published."""
    end = time.monotonic() + SECONDS
    while True:
        reply = resident.client.get(f"/api/documents/{document}/receipt")
        if reply.is_success:
            return reply.content
        assert time.monotonic() < end, reply.text
        time.sleep(0.1)


def keep(target: Path) -> None:
    """Found a city, deliver to codes, claim, deliver to the vault, read, take everything along."""
    folder = Path(tempfile.mkdtemp())
    vars(served_city)["free_port"] = iter(PORTS).__next__
    city = served_city.serve_city(folder / "served", ["finances"])
    voute = Voute(folder)
    home = city.home("finances")
    deliver: list[str | Path] = ["deliver", "--as", "finances", "--home", home.home, "--json"]
    bills = write_list(folder / "bills.csv", bill_rows(folder / "pdf", REFERENCES))
    voute(*deliver, bills).ended(0)
    city.settle()
    desk = CodeDesk(home)
    resident = Resident(city.browser(), city.root)
    resident.claim(desk.code(desk.at(REFERENCES[0])[0]), with_kit=True)
    city.settle()
    more = write_list(folder / "more.csv", bill_rows(folder / "pdf", REFERENCES[:1], **{"document key": "second"}))
    voute(*deliver, more, "--run", "second").ended(0)
    city.settle()
    assert resident.kit is not None
    rows = resident.client.get("/api/documents").raise_for_status().json()["documents"]
    kept = folder / "kept"
    (kept / "holder").mkdir(parents=True)
    (kept / "holder" / "kit.txt").write_bytes(resident.kit.encode())
    (kept / "holder" / "archive.zip").write_bytes(resident.client.get("/api/vault/archive").raise_for_status().content)
    for row in rows:
        document = row["document_id"]
        (kept / "holder" / f"{document}.pdf").write_bytes(resident.read(document))
        (kept / "holder" / f"{document}.receipt.json").write_bytes(receipt_of(resident, document))
    city.close()
    voute.close()
    shutil.copytree(city.server.settings.data, kept / "city")
    shutil.copytree(home.home, kept / "home")
    (kept / "golden.json").write_text(json.dumps({"documents": len(rows), "waiting": len(REFERENCES) - 1}))
    with tarfile.open(target, "w:gz") as tar:
        tar.add(kept, arcname="golden")
    shutil.rmtree(folder)


if __name__ == "__main__":
    keep(Path(sys.argv[1]))

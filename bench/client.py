"""`python -m bench.client`: one delivery in a process of its own, as `voute deliver` does it; prints what it took as JSON.

The time runs from the call of the delivery to the moment when the receipts are durable on disk; the start of Python and
the import of the product are not in it.
"""

import json
import sys
from pathlib import Path

from bench.city import ISSUER
from voute.client.deliver import DeliverOrder, Delivery
from voute.client.home import IssuerHome


def main(home: str, table: str, pdf_folder: str, run: str) -> None:
    """Deliver one list."""
    stages: dict[str, int] = {}
    delivery = Delivery(
        IssuerHome(Path(home), ISSUER),
        DeliverOrder(Path(table), Path(pdf_folder), run),
        lambda stage, done, _total: stages.update({stage: done}),
    )
    outcome = delivery.run()
    answer = {
        "seconds": outcome.seconds,
        "sent": len(outcome.sent),
        "to_vaults": outcome.to_vaults,
        "to_codes": outcome.to_codes,
        "packs": outcome.packs,
        "bytes": outcome.bytes,
        "receipts": str(outcome.receipts),
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Tells a department of the trust root that waits: as words for people and as JSON, after a delivery and by itself."""

from typing import Any

from voute.cli.acts import local_time
from voute.cli.console import Speaker
from voute.client.next_root import NextRoot
from voute.core.values import time_text


def next_root_facts(found: NextRoot) -> dict[str, Any]:
    """Give what waits as JSON holds it; null where nothing does."""
    if found.problem is not None:
        return {"trust_root_waiting": {"problem": found.problem}}
    if found.waiting is None:
        return {"trust_root_waiting": None}
    root = found.waiting.trusted.root
    return {
        "trust_root_waiting": {
            "number": root.number,
            "sha256": found.waiting.trusted.hash.hex(),
            "issued_at": time_text(root.issued_at),
            "effective_at": time_text(root.effective_at),
            "signed_by": list(found.waiting.signed_by),
            "lists_us": found.lists_us,
        }
    }


def show_next_root(speaker: Speaker, issuer: str, found: NextRoot) -> None:
    """Say which root waits, that nothing of it was used, and what to do; nothing where none waits."""
    if found.problem is not None:
        speaker.say("root-waits-wrong", {"problem": found.problem}, style="bold red")
    if found.waiting is None:
        return
    root = found.waiting.trusted.root
    facts = {
        "number": root.number,
        "issued": local_time(root.issued_at),
        "effective": local_time(root.effective_at),
        "keys": ", ".join(found.waiting.signed_by),
        "issuer": issuer,
    }
    speaker.say("root-waits", facts, style="yellow")
    if not found.lists_us:
        speaker.say("root-waits-without-us", facts, style="bold red")

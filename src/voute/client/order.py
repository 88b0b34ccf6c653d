"""What a person asks of a delivery, and how it is told that the list has faults."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from voute.client.findings import Finding
from voute.client.run_name import run_name
from voute.core.errors import StateError


@dataclass(frozen=True, slots=True)
class DeliverOrder:
    """What the person asked for."""

    table: Path
    pdf_folder: Path
    run: str
    dry_run: bool = False
    new_party: bool = False
    processes: int | None = None
    patience: float = 0
    """Seconds to wait for the witnesses of a checkpoint that proves a vault's key."""

    def __post_init__(self) -> None:
        """Refuse a name that could be written and never be read again; raises `RunNameError`."""
        run_name(self.run)


class PreflightFailedError(StateError):
    """The list has faults; nothing was sent."""

    code: ClassVar[str] = "preflight-failed"

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(f"{len(findings)} findings", count=len(findings))
        self.findings = tuple(findings)


Progress = Callable[[str, int, int], None]
"""Told (stage, done, total) as the run goes; stages: check, match, compare, seal, log, receipts."""

"""What a check finds: each difference with a stable code, its place, and how it is mended when the log proves what is right."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from voute.core.errors import VouteError

LEFTOVERS: Final = frozenset({"pack-orphan", "sidecar-orphan", "temporary-left", "stray-file", "log-stray"})
"""Codes of what takes room and does no harm."""

Mend = Callable[[], None]
Progress = Callable[[str, int, int], None]
"""Is told stage, done, total."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference: its code names the words (`find-CODE`, `remedy-CODE`), `where` its place in the store."""

    code: str
    where: str
    facts: Mapping[str, str | int]
    can_mend: bool
    is_mended: bool

    @property
    def is_leftover(self) -> bool:
        """Whether it only takes room."""
        return self.code in LEFTOVERS

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same difference in another look."""
        return self.code, self.where, str(self.facts.get("column", ""))


@dataclass(slots=True)
class Report:
    """The result: findings in the order found, what was looked at, and what the server itself will finish."""

    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    pending: Counter[str] = field(default_factory=Counter)

    @property
    def damage(self) -> tuple[Finding, ...]:
        """The findings that are more than leftovers and were not mended."""
        return tuple(one for one in self.findings if not one.is_leftover and not one.is_mended)


class Findings:
    """Gathers findings; while mending, each is mended as soon as it is found."""

    def __init__(self, report: Report, *, mending: bool, tell: Callable[[Finding], None] | None = None) -> None:
        """Add to `report`; `tell` hears each finding at once."""
        self.report = report
        self.mending = mending
        self._tell = tell
        self._seen: set[tuple[str, str, str]] = set()
        self._held: list[tuple[str, str, Mend | None, Mapping[str, str | int]]] | None = None

    def add(self, code: str, where: str, mend: Mend | None = None, /, **facts: str | int) -> None:
        """Note a difference once; `mend` sets right what the log proves, and may be repeated.

        Raises:
            RepairFailedError: a store failed while mending.
        """
        if self._held is not None:
            self._held.append((code, where, mend, facts))
            return
        finding = Finding(code, where, facts, mend is not None, is_mended=False)
        if finding.key in self._seen:
            return
        self._seen.add(finding.key)
        if mend is not None and self.mending:
            try:
                mend()
            except VouteError as error:
                raise RepairFailedError(f"{code} {where}: {error.detail}", where=where) from error
            finding = Finding(code, where, facts, can_mend=True, is_mended=True)
        self.report.findings.append(finding)
        if self._tell is not None:
            self._tell(finding)

    def hold(self) -> None:
        """Keep what is added from now on: whether it can be mended is known later."""
        self._held = []

    def release(self, *, proven: bool) -> None:
        """Add what was kept; it can be mended only if `proven`."""
        held, self._held = self._held or [], None
        for code, where, mend, facts in held:
            self.add(code, where, mend if proven else None, **facts)

    def count(self, what: str, many: int = 1) -> None:
        """Count what was looked at."""
        self.report.counts[what] += many

    def pend(self, what: str, many: int = 1) -> None:
        """Count what is unfinished in a way that the server finishes by itself."""
        if many:
            self.report.pending[what] += many


class RepairFailedError(VouteError):
    """A store failed in the middle of a repair: what was mended before stays, the rest is as it was or mended; run it again."""

    code = "repair-failed"


class CannotCheckError(VouteError):
    """What everything else is compared with cannot be read; nothing was checked, nothing changed."""

    code = "cannot-check"

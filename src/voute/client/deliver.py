"""One run of a department: list → preflight → match → seal and send → commit → receipts → report.

Nothing is sent while anything is wrong with the list. Until the commit the city holds a draft that counts for nothing;
the commit is atomic; a document that was delivered before is recognised and not sent again.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from voute.client.api import MATCH_LIMIT, CityApi, CityRefusedError
from voute.client.findings import Finding, Problem
from voute.client.home import IssuerHome, IssuerSettings
from voute.client.matching import CodeMaker, Matcher, MatchRules, Target, hand_over
from voute.client.preflight import Checked, PdfFolder, Row, check_table, dedupe_parts
from voute.client.receipts import write_receipts
from voute.client.registry_file import Book, one_writer, read_book, write_book
from voute.client.sealers import seal_all
from voute.client.sealing import SealerKit, SentPack, plaintext_hash
from voute.client.table import read_table
from voute.client.trust import PinnedTrust, pinned_trust
from voute.core.errors import StateError, VouteError
from voute.core.ids import ID_SIZE, DeliveryId, parse_hex
from voute.core.values import UnixTime, unix_time
from voute.format.dsse import SigningKey
from voute.format.issuer_auth import IssuerAuth
from voute.format.sidecar import BoxKind
from voute.seal.claim import content_id, dedupe_id, dedupe_key

VISIBLE_WITHIN_S: Final = 120.0
"""The log publishes within seconds; after two minutes the city has a fault, and the receipts can be fetched later."""

_POLL_S: Final = 0.02
_POLL_MOST_S: Final = 0.5


class NotYetLoggedError(StateError):
    """The delivery is committed and safe, but the log has not published it in time; receipts can be fetched later."""

    code: ClassVar[str] = "not-yet-logged"


class UnknownIssuerHereError(StateError):
    """The trust root does not know this issuer, or not with this signing key."""

    code: ClassVar[str] = "issuer-not-in-trust-root"


@dataclass(frozen=True, slots=True)
class DeliverOrder:
    """What the person asked for."""

    table: Path
    pdf_folder: Path
    run: str
    dry_run: bool = False
    new_party: bool = False
    processes: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of each row of one list; `delivery_id` is None when nothing had to be sent."""

    run: str
    delivery_id: DeliveryId | None
    sent: Mapping[int, str]
    """Document id (hex) by line, of what was sent now."""
    known: Mapping[int, str]
    """Document id (hex) by line, of what had been delivered before."""
    held: tuple[Row, ...]
    to_vaults: int
    to_codes: int
    packs: int
    bytes: int
    seconds: float
    receipts: Path | None


class PreflightFailedError(StateError):
    """The list has faults; nothing was sent."""

    code: ClassVar[str] = "preflight-failed"

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(f"{len(findings)} findings", count=len(findings))
        self.findings = tuple(findings)


Progress = Callable[[str, int, int], None]
"""Told (stage, done, total) as the run goes; stages: check, match, compare, seal, log, receipts."""


class Delivery:
    """A run in progress."""

    def __init__(self, home: IssuerHome, order: DeliverOrder, progress: Progress) -> None:
        """Read the department's settings and secrets; raises `HomeError`."""
        self.home = home
        self.order = order
        self.progress = progress
        self.settings: IssuerSettings = home.settings()
        self._secrets = home.secrets()
        self._signer = SigningKey(self._secrets.signing_seed)
        self._dedupe_key = dedupe_key(self._secrets.master)

    def run(self) -> Outcome:
        """Do the whole run.

        Raises `PreflightFailedError` with every finding (nothing was sent), `CityRefusedError`, `CityUnreachableError`,
        `NotYetLoggedError` (committed, receipts later).
        """
        start = time.monotonic()
        with CityApi(self.settings.server) as api, one_writer(self.home):
            trust = pinned_trust(self.home, api.trust_root())
            self._check_issuer(trust)
            checked = self._preflight(trust)
            sign_in(api, self.settings, self._signer)
            targets, held, known = self._match(api, trust, checked)
            if self.order.dry_run or not targets:
                return self._outcome(start, targets, known, held, None)
            delivery_id, packs = self._send(api, targets)
            receipts = self._receive(api, delivery_id, targets, packs)
        return self._outcome(start, targets, known, held, (delivery_id, packs, receipts))

    def _outcome(
        self,
        start: float,
        targets: Sequence[Target],
        known: Mapping[int, str],
        held: Sequence[Row],
        sent: tuple[DeliveryId, Sequence[SentPack], Path] | None,
    ) -> Outcome:
        to_vaults = sum(target.box_kind is BoxKind.VAULT for target in targets)
        packs = sent[1] if sent else ()
        return Outcome(
            run=self.order.run,
            delivery_id=sent[0] if sent else None,
            sent={one.line: one.document_id.hex() for pack in packs for one in pack.documents},
            known=known,
            held=tuple(held),
            to_vaults=to_vaults,
            to_codes=len(targets) - to_vaults,
            packs=len(packs),
            bytes=sum(pack.size for pack in packs),
            seconds=time.monotonic() - start,
            receipts=sent[2] if sent else None,
        )

    # -- before anything is sent

    def _check_issuer(self, trust: PinnedTrust) -> None:
        issuer = trust.root.issuer(self.home.issuer)
        if issuer is None or self._signer.public not in {key.ed25519 for key in issuer.keys}:
            raise UnknownIssuerHereError("not in the trust root", issuer=self.home.issuer)

    def _preflight(self, trust: PinnedTrust) -> Checked:
        issuer = trust.root.issuer(self.home.issuer)
        types = [kind.id for kind in issuer.document_types] if issuer else []
        table = read_table(self.order.table.read_bytes())
        total = len(table.rows)
        folder = PdfFolder(self.order.pdf_folder)
        checked = check_table(table, folder, types, self.order.run, progress=lambda done: self.progress("check", done, total))
        if checked.findings:
            raise PreflightFailedError(checked.findings)
        return checked

    def _match(self, api: CityApi, trust: PinnedTrust, checked: Checked) -> tuple[list[Target], tuple[Row, ...], dict[int, str]]:
        """Match rows, drop what was delivered before, make the registry durable, hand over new bindings."""
        known, differs = self._known(api, checked.rows)
        book = read_book(self.home, self.settings.city, trust.issuer_keys(self.home.issuer))
        fresh = [row for row in checked.rows if row.line not in known]
        matched = self._matcher(api, book, trust).match(fresh, lambda done: self.progress("match", done, len(fresh)))
        findings = sorted([*differs, *matched.findings], key=lambda finding: finding.line)
        if findings:
            raise PreflightFailedError(findings)
        if not self.order.dry_run:
            write_book(self.home, book, self._signer, _now())
            hand_over(api, matched.acts)
        return matched.targets, tuple(matched.held), known

    def _matcher(self, api: CityApi, book: Book, trust: PinnedTrust) -> Matcher:
        codes = CodeMaker(self._secrets.master, self.settings.city, self.settings.issuer)
        rules = MatchRules(self.order.run, self.settings.binding_delay_days, self.order.new_party, _now())
        return Matcher(api, book, codes, self._signer, rules, trust.verify_checkpoint)

    def _known(self, api: CityApi, rows: Sequence[Row]) -> tuple[dict[int, str], list[Finding]]:
        """Find what was delivered before: the same bytes are passed over, other bytes are a finding."""
        by_id = {dedupe_id(self._dedupe_key, *dedupe_parts(row, self.order.run)): row for row in rows}
        ids = list(by_id)
        known: dict[int, str] = {}
        findings: list[Finding] = []
        for start in range(0, len(ids), MATCH_LIMIT):
            for one in api.known(ids[start : start + MATCH_LIMIT]):
                row = by_id.get(parse_hex(str(one.get("dedupe_id")), 32))  # type: ignore[call-overload]
                if row is None:
                    continue
                if content_id(self._dedupe_key, plaintext_hash(row)).hex() == one.get("content_id"):
                    known[row.line] = str(one.get("document_id"))
                else:
                    facts: dict[str, str | int] = {
                        "delivery": str(one.get("delivery_id")),
                        "run": str(one.get("run")),
                    }
                    findings.append(Finding(row.line, Problem.DOCUMENT_DIFFERS, facts))
        self.progress("compare", len(ids), len(ids))
        return known, findings

    # -- sending

    def _send(self, api: CityApi, targets: Sequence[Target]) -> tuple[DeliveryId, list[SentPack]]:
        """Seal and send everything as a draft, then commit; a draft that fails is cancelled."""
        delivery_id = self._open(api)
        packs: list[SentPack] = []
        try:
            done = 0
            for pack in seal_all(self._kit(api, delivery_id), api, targets, self.order.processes):
                packs.append(pack)
                done += len(pack.documents)
                self.progress("seal", done, len(targets))
        except BaseException:
            # The draft counts for nothing; without it the next try finds no half delivery in its way.
            _cancel_quietly(api, delivery_id)
            raise
        api.commit(delivery_id, len(targets), [pack.pack for pack in packs])
        return delivery_id, packs

    def _open(self, api: CityApi) -> DeliveryId:
        """Open a draft; one that an earlier try of this run left behind is cancelled first."""
        delivery_id = DeliveryId(os.urandom(ID_SIZE))
        try:
            api.open_delivery(delivery_id, self.order.run)
        except CityRefusedError as error:
            left = error.answer_facts.get("delivery_id")
            if error.problem != "delivery-open" or not isinstance(left, str):
                raise
            api.cancel(parse_hex(left, ID_SIZE))
            api.open_delivery(delivery_id, self.order.run)
        return delivery_id

    def _kit(self, api: CityApi, delivery_id: DeliveryId) -> SealerKit:
        spool = self.home.run_folder(self.order.run) / delivery_id.hex()
        spool.mkdir(mode=0o700)
        return SealerKit(
            server=self.settings.server,
            token=api.token,
            city=self.settings.city,
            issuer=self.settings.issuer,
            run=self.order.run,
            signing_seed=self._secrets.signing_seed,
            dedupe_key=self._dedupe_key,
            delivery_id=delivery_id,
            spool=spool,
        )

    # -- afterwards

    def _receive(self, api: CityApi, delivery_id: DeliveryId, targets: Sequence[Target], packs: Sequence[SentPack]) -> Path:
        """Wait until the log has published the delivery, then keep every receipt durably."""
        self._wait(api, delivery_id)
        references = {target.row.line: target.row.reference for target in targets}
        path = self.home.run_folder(self.order.run) / f"receipts-{delivery_id.hex()}.ndjson"
        count = len(targets)
        write_receipts(
            path,
            api.receipts(delivery_id),
            packs,
            references,
            lambda done: self.progress("receipts", done, count),
        )
        return path

    def _wait(self, api: CityApi, delivery_id: DeliveryId) -> None:
        self.progress("log", 0, 1)
        pause, end = _POLL_S, time.monotonic() + VISIBLE_WITHIN_S
        while api.delivery(delivery_id).get("state") != "visible":
            if time.monotonic() > end:
                raise NotYetLoggedError("committed, not yet published", delivery=delivery_id.hex())
            time.sleep(pause)
            pause = min(pause * 1.5, _POLL_MOST_S)
        self.progress("log", 1, 1)


def sign_in(api: CityApi, settings: IssuerSettings, key: SigningKey) -> None:
    """Answer the city's challenge with the issuer's key."""
    challenge = api.challenge(settings.issuer)
    statement = IssuerAuth(settings.city, settings.issuer, challenge, settings.server, _now())
    api.sign_in(statement.sign(key))


def _cancel_quietly(api: CityApi, delivery_id: DeliveryId) -> None:
    # What failed before is what the person must hear; a draft that stays is cancelled by the next try of the run.
    with suppress(VouteError):
        api.cancel(delivery_id)


def _now() -> UnixTime:
    return unix_time(int(time.time()))

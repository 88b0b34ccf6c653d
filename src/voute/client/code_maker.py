"""Makes the codes of a department, and makes them again: none is ever stored."""

from voute.client.preflight import Row
from voute.core.ids import Slug
from voute.format.registry import Entry, EntryState
from voute.seal.claim import ClaimKeys, claim_keys, lookup_id_of, make_code, run_secret


class CodeMaker:
    """Makes and re-makes the codes of an issuer; run secrets are derived once each."""

    def __init__(self, master: bytes, city: Slug, issuer: Slug) -> None:
        """Take the department's master secret (32 bytes)."""
        self._master = master
        self._city = city
        self._issuer = issuer
        self._secrets: dict[str, bytes] = {}

    def code(self, entry: Entry) -> bytes:
        """Return the 15 bytes of an entry's code."""
        return self._code(entry.run, entry.reference, entry.party, entry.slot, entry.code_epoch)

    def keys(self, entry: Entry) -> ClaimKeys:
        """Return all that an entry's code gives."""
        return claim_keys(self.code(entry))

    def issue(self, row: Row, run: str, code_epoch: int) -> Entry:
        """Make the entry of a new code for a row."""
        code = self._code(run, row.reference, row.party, row.slot, code_epoch)
        return Entry(row.reference, row.party, row.slot, run, code_epoch, EntryState.ISSUED, lookup_id_of(code))

    def _code(self, run: str, reference: str, party: str, slot: int, code_epoch: int) -> bytes:
        secret = self._secrets.get(run)
        if secret is None:
            secret = self._secrets[run] = run_secret(self._master, self._city, self._issuer, run)
        return make_code(secret, reference, party, slot, code_epoch)

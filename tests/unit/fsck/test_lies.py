"""What is well formed and still not so: forged sidecars, statements, acts, packs, rows."""

import hashlib
import os
import sqlite3
import struct
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from tests.support.city import FINANCES, PERMITS
from tests.support.kept_city import KeptCity
from tests.unit.fsck.test_columns import rows_of, written
from tests.unit.fsck.test_files import pack_of
from voute.core.ids import DeliveryId, Hash
from voute.format import dsse
from voute.format.act import Act, parse_act
from voute.format.pack_statement import parse_pack_statement
from voute.format.sidecar import Sidecar, SidecarRecord, deleted, encode_sidecar, parse_sidecar


def change(kept: KeptCity, statement: str, *values: Any) -> None:  # noqa: ANN401 - whatever a column takes
    with sqlite3.connect(kept.catalogue) as db:
        assert db.execute(statement, values).rowcount > 0


def found(kept: KeptCity, *, repair: bool = False) -> list[str]:
    return [written(one) for one in kept.fsck(repair=repair).findings]


# ---------------------------------------------------------------- sidecars


def first_record(sidecar: Sidecar, make: Callable[[SidecarRecord], SidecarRecord]) -> Sidecar:
    return replace(sidecar, records=(make(sidecar.records[0]), *sidecar.records[1:]))


FORGED: Final[dict[str, tuple[Callable[[Sidecar], Sidecar], str]]] = {
    "a document less": (lambda one: replace(one, records=one.records[1:]), "index"),
    "another order": (lambda one: replace(one, records=one.records[::-1]), "index"),
    "another salt": (lambda one: first_record(one, lambda record: replace(record, salt=Hash(b"s" * 32))), "event"),
    "another event": (lambda one: first_record(one, lambda record: replace(record, event=record.event[:-2] + b" }")), "event"),
    "an event that is none": (lambda one: first_record(one, lambda record: replace(record, event=b"{}")), "event"),
    "a document destroyed": (lambda one: first_record(one, lambda record: deleted(record.placement.document_id)), "event"),
    "no statement": (lambda one: replace(one, statement=b"{}"), "event"),
    "a statement by another key": (lambda one: replace(one, statement=signed_by_another(one.statement)), "event"),
}


def signed_by_another(statement: bytes) -> bytes:
    return parse_pack_statement(dsse.parse(statement).payload).sign(PERMITS)


@pytest.mark.parametrize("lie", FORGED)
def test_lies_of_a_sidecar_are_named_and_the_sidecar_is_restored(small: KeptCity, lie: str) -> None:
    where = f"packs/{pack_of(small, 'run-3')}.side"
    file = small.file(where)
    whole = file.read_bytes()
    make, column = FORGED[lie]
    file.write_bytes(encode_sidecar(make(parse_sidecar(whole))))
    assert found(small) == [f"sidecar-differs {where} {column}"]
    small.fsck(repair=True)
    assert file.read_bytes() == whole


def test_lies_of_a_card_are_named_on_both_sides_and_neither_is_believed(small: KeptCity) -> None:
    where = f"packs/{pack_of(small, 'run-3')}.side"
    file = small.file(where)
    sidecar = parse_sidecar(file.read_bytes())
    lie = first_record(sidecar, lambda one: replace(one, placement=replace(one.placement, card=one.placement.card + b"x")))
    file.write_bytes(encode_sidecar(lie))
    (finding,) = small.fsck(repair=True).findings
    assert (finding.code, finding.facts["column"], finding.is_mended) == ("parts-differ", "card", False)
    assert parse_sidecar(file.read_bytes()) == lie


STATEMENTS: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "another delivery": ({"delivery_id": DeliveryId(b"d" * 16)}, "of another delivery"),
    "other documents": ({"root": Hash(b"r" * 32)}, "about other documents"),
    "another count": ({"count": 7}, "about other documents"),
    "another pack": ({"pack": Hash(b"p" * 32)}, "a statement about another pack"),
    "another city": ({"city": "elsewhere"}, "a statement about another pack"),
    "an unknown issuer": ({"issuer": "nobody"}, ""),
}


@pytest.mark.parametrize("lie", STATEMENTS)
def test_lies_of_a_statement_without_second_copy_are_named(small: KeptCity, lie: str) -> None:
    """A city of before the second copy: the sidecar is the only place of the statement."""
    change(small, "UPDATE events SET act = NULL WHERE type = 'deliver'")
    where = f"packs/{pack_of(small, 'run-3')}.side"
    file = small.file(where)
    sidecar = parse_sidecar(file.read_bytes())
    fields, detail = STATEMENTS[lie]
    said = replace(parse_pack_statement(dsse.parse(sidecar.statement).payload), **fields)
    file.write_bytes(encode_sidecar(replace(sidecar, statement=said.sign(FINANCES))))
    report = small.fsck(repair=True)
    bad = [one for one in report.findings if one.code == "statement-bad"]
    assert [one.where for one in bad] == [where]
    assert detail in str(bad[0].facts["detail"])
    assert not bad[0].can_mend


def test_lies_a_sidecar_lost_without_second_copy_of_its_statement_is_only_named(small: KeptCity) -> None:
    change(small, "UPDATE events SET act = NULL WHERE type = 'deliver'")
    assert found(small) == []
    where = f"packs/{pack_of(small, 'run-3')}.side"
    small.file(where).unlink()
    assert found(small, repair=True) == [f"sidecar-missing {where} "]
    assert not small.file(where).exists()


def test_lies_a_damaged_sidecar_gives_its_statement_if_that_is_whole(small: KeptCity) -> None:
    change(small, "UPDATE events SET act = NULL WHERE type = 'deliver'")
    file = small.file(f"packs/{pack_of(small, 'run-3')}.side")
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    small.fsck(repair=True)
    assert file.read_bytes() == whole


def test_lies_of_a_sidecar_whose_documents_were_deleted_are_destroyed_again(small: KeptCity) -> None:
    """A sidecar from before the deletion, put back from a backup: the log proves that its document is to go."""
    file = small.file(f"packs/{small.pack.name.hex()}.side")
    whole = file.read_bytes()
    sidecar = parse_sidecar(whole)
    gone = next(place for place, one in enumerate(sidecar.records) if one.is_deleted)
    live = next(one for one in sidecar.records if not one.is_deleted)
    identity = sidecar.records[gone].placement.document_id
    back = replace(live, placement=replace(live.placement, document_id=identity))
    records = tuple(back if place == gone else one for place, one in enumerate(sidecar.records))
    file.write_bytes(encode_sidecar(replace(sidecar, records=records)))
    assert found(small) == [f"deleted-remains packs/{small.pack.name.hex()}.side "]
    small.fsck(repair=True)
    assert parse_sidecar(file.read_bytes()).records[gone].is_deleted
    assert small.fsck().findings == []


def test_lies_a_header_of_a_destroyed_document_is_destroyed_again(small: KeptCity) -> None:
    change(small, "UPDATE document_parts SET header = x'01' WHERE header = x''")
    (finding,) = small.fsck(repair=True).findings
    assert (finding.code, finding.is_mended) == ("deleted-remains", True)
    assert small.fsck().pending["destroying"] == 2


def test_lies_an_orphan_that_names_a_living_delivery_is_left_alone(small: KeptCity) -> None:
    living = small.file(f"packs/{pack_of(small, 'run-3')}.side").read_bytes()
    orphan = small.file(f"packs/{'ef' * 32}.side")
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(living)
    assert found(small, repair=True) == [f"sidecar-orphan packs/{'ef' * 32}.side "]
    assert orphan.exists()
    orphan.write_bytes(encode_sidecar(replace(parse_sidecar(living), statement=b"no statement")))
    assert found(small, repair=True) == [f"sidecar-orphan packs/{'ef' * 32}.side "]
    assert orphan.exists()


# ---------------------------------------------------------------- packs


def forged_pack(kept: KeptCity, data: bytes) -> str:
    """Keep bytes as a pack of a delivery that is still a draft, under the name that they have."""
    name = hashlib.sha256(data).digest()
    file = kept.file(f"packs/{name.hex()}.pack")
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    with sqlite3.connect(kept.catalogue) as db:
        db.execute("INSERT INTO packs VALUES (?, ?, ?, NULL, 0, 1)", (kept.draft, name, len(data)))
    return name.hex()


def test_lies_a_pack_without_index_is_named(small: KeptCity) -> None:
    name = forged_pack(small, os.urandom(200))
    assert found(small) == [f"pack-bad packs/{name}.pack "]


def test_lies_a_body_that_is_not_its_index_is_named(small: KeptCity) -> None:
    identity = os.urandom(16)
    index = struct.pack(">16sQQ32s", identity, 0, 40, os.urandom(32))
    footer = struct.pack(">8sQQ32s", b"VOUTEPK1", 1, len(index), hashlib.sha256(index).digest())
    name = forged_pack(small, os.urandom(40) + index + footer)
    assert found(small) == [f"body-differs packs/{name}.pack/{identity.hex()} "]


def test_lies_a_lost_pack_of_a_draft_is_sent_again(small: KeptCity) -> None:
    small.file(f"packs/{pack_of(small, 'run-draft')}.pack").unlink()
    report = small.fsck()
    assert report.findings == []
    assert report.pending["drafts-cut"] == 1


# ---------------------------------------------------------------- events and acts


def another_act(act: bytes, **fields: Any) -> bytes:  # noqa: ANN401 - fields of an act
    said: Act = replace(parse_act(dsse.parse(act).payload), **fields)
    return said.sign(FINANCES)


@pytest.mark.parametrize(
    "make",
    [
        lambda _: b"no envelope",
        lambda act: another_act(act, nonce=Hash(b"n" * 32)),
        lambda act: dsse.sign(dsse.Kind.ACT, dsse.parse(act).payload, PERMITS),
        lambda act: dsse.sign(dsse.Kind.MANIFEST, dsse.parse(act).payload, FINANCES),
        lambda _: None,
    ],
    ids=["none", "another", "another key", "another kind", "lost"],
)
def test_lies_of_an_act_are_named(small: KeptCity, make: Callable[[bytes], bytes | None]) -> None:
    with sqlite3.connect(small.catalogue) as db:
        event, act = db.execute("SELECT event_id, act FROM events WHERE type = 'bound'").fetchone()
    change(small, "UPDATE events SET act = ? WHERE event_id = ?", make(act), event)
    assert found(small, repair=True) == [f"event-act events/{event} act"]


def test_lies_an_act_beside_an_event_that_has_none_is_taken_away(small: KeptCity) -> None:
    before = rows_of(small)
    change(small, "UPDATE events SET act = x'00' WHERE type = 'keyring'")
    assert {one.split()[0] for one in found(small, repair=True)} == {"event-column"}
    assert rows_of(small) == before


def test_lies_an_event_that_no_other_copy_tells_is_only_named(small: KeptCity) -> None:
    with sqlite3.connect(small.catalogue) as db:
        (event,) = db.execute("SELECT event_id FROM events WHERE type = 'bound'").fetchone()
    change(small, "UPDATE events SET salt = ? WHERE event_id = ?", b"s" * 32, event)
    assert found(small, repair=True) == [f"event-differs events/{event} salt, bytes, chain"]


@pytest.mark.parametrize("column", ["salt", "bytes", "chain"])
@pytest.mark.parametrize("value", [b"", b"\x00", b"\x00" * 33])
def test_lies_of_the_wrong_length_are_restored(small: KeptCity, column: str, value: bytes) -> None:
    before = rows_of(small)
    change(small, f"UPDATE events SET {column} = ? WHERE event_id = 10", value)  # noqa: S608 - a column of ours
    codes = {one.split()[0] for one in found(small)}
    assert codes <= {"event-differs", "event-missing", "event-bad"}
    assert codes
    small.fsck(repair=True)
    assert (rows_of(small) == before) or small.fsck().findings != []


def test_lies_a_chain_salt_of_the_wrong_length_is_named(small: KeptCity) -> None:
    change(small, "UPDATE chains SET chain_salt = x'00' WHERE box_id = ?", small.vault)
    assert found(small, repair=True) == [f"chain-differs chains/{small.vault.hex()} chain_salt"]


# ---------------------------------------------------------------- codes and vaults


@pytest.mark.parametrize(
    ("statement", "column", "is_mended"),
    [
        ("UPDATE lookups SET revoked_at = NULL WHERE state = 'revoked'", "revoked_at", True),
        ("UPDATE lookups SET revoked_at = 5 WHERE state = 'bound'", "state", False),
        ("UPDATE lookups SET claimed_at = NULL WHERE state = 'bound'", "claimed_at", False),
        ("UPDATE lookups SET claim_event = 1 WHERE state = 'bound'", "claim_event", True),
        ("UPDATE lookups SET bound_event = 1 WHERE state = 'bound'", "bound_event", True),
        ("UPDATE lookups SET bound_event = 1 WHERE state = 'revoked'", "bound_event", False),
        ("UPDATE lookups SET bind = x'01' WHERE state = 'revoked'", "state", False),
        ("UPDATE lookups SET frozen_at = NULL WHERE state = 'bound'", "frozen_at", True),
        ("UPDATE lookups SET frozen_event = 1 WHERE state = 'bound'", "frozen_event", True),
        ("UPDATE lookups SET frozen_at = 5 WHERE state = 'revoked'", "frozen_event", False),
        ("UPDATE lookups SET frozen_at = 5, frozen_event = 1 WHERE state = 'revoked'", "frozen_event", False),
    ],
)
def test_lies_of_a_code_are_named(small: KeptCity, statement: str, column: str, is_mended: bool) -> None:  # noqa: FBT001
    change(small, statement)
    (finding,) = small.fsck(repair=True).findings
    assert (finding.code, finding.facts["column"], finding.is_mended) == ("lookup-column", column, is_mended)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE methods SET sign_in_key = x'00' WHERE kind = 'kit'", "method-differs"),
        ("UPDATE methods SET sign_in_key = NULL WHERE kind = 'kit'", "method-differs"),
        ("UPDATE vault_records SET envelope = x'7b7d' WHERE number = 0", "records-bad"),
        ("UPDATE deliveries SET committed_at = NULL WHERE run = 'run-3'", "delivery-column"),
        ("UPDATE deliveries SET visible_at = NULL WHERE run = 'run-3'", "delivery-column"),
        ("UPDATE deliveries SET documents = 5 WHERE state = 'draft'", "delivery-column"),
        ("UPDATE documents SET deleted_at = 5 WHERE event_id = 10", "document-column"),
        ("UPDATE deliveries SET state = 'committed' WHERE state = 'draft'", "delivery-column"),
        ("UPDATE deliveries SET visible_at = 5 WHERE state = 'draft'", "delivery-column"),
        ("UPDATE vault_records SET number = number + 1 WHERE number = (SELECT max(number) FROM vault_records)", "record-column"),
    ],
)
def test_lies_of_rows_are_named(small: KeptCity, statement: str, code: str) -> None:
    change(small, statement)
    assert {one.code for one in small.fsck().findings} == {code}


def test_lies_a_vault_whose_newest_record_is_lost_is_not_set_back(small: KeptCity) -> None:
    """What is left is a whole, older chain: the log names a later record, so the rest of the vault is left as it is."""
    change(small, "DELETE FROM vault_records WHERE number = (SELECT max(number) FROM vault_records)")
    before = rows_of(small)
    assert found(small, repair=True) == [f"record-missing vault_records/{small.vault.hex()} "]
    assert rows_of(small) == before


def test_lies_records_of_another_vault_are_named(small: KeptCity) -> None:
    change(small, "UPDATE vault_records SET vault_id = ?", b"v" * 32)
    codes = {one.split()[0] for one in found(small)}
    assert codes == {"catalogue-corrupt", "records-bad", "record-missing", "vault-missing"}


def test_lies_a_draft_is_never_made_to_count(small: KeptCity) -> None:
    change(small, "UPDATE deliveries SET state = 'visible' WHERE state = 'draft'")
    report = small.fsck(repair=True)
    assert report.damage != ()
    with sqlite3.connect(small.catalogue) as db:
        states = db.execute("SELECT state FROM deliveries WHERE delivery_id = ?", (small.draft,)).fetchall()
    assert states == [("visible",)]


def test_lies_a_delivery_that_lost_all_documents_stays_as_it_is(small: KeptCity) -> None:
    change(small, "UPDATE events SET act = NULL WHERE type = 'deliver'")
    ours = "(SELECT delivery_id FROM deliveries WHERE run = 'run-3')"
    change(small, f"DELETE FROM documents WHERE delivery_id IN {ours}")  # noqa: S608 - ours
    report = small.fsck(repair=True)
    assert {one.code for one in report.findings} == {"document-missing"}
    assert report.damage == ()
    with sqlite3.connect(small.catalogue) as db:
        rows = db.execute(f"SELECT position FROM documents WHERE delivery_id IN {ours}").fetchall()  # noqa: S608 - ours
    assert len(rows) == 3

"""`voute codes` and `voute trust`: codes are shown only when asked for, and the city is known by its fingerprint."""

import re
from dataclasses import replace

import pytest

from tests.cli.conftest import Department
from tests.support.city import check
from tests.support.command import bill_rows, environment, write_list
from tests.support.holder import Resident
from tests.support.issuer import b64
from voute.client.registry_file import one_writer, read_book, write_book
from voute.core.ids import LookupId
from voute.core.values import MIN_TIME, unix_time
from voute.format.claim_code import group_code, write_code
from voute.format.dsse import SigningKey, parse
from voute.format.trust_root import fingerprint, sign_trust_root
from voute.seal.claim import claim_keys


def forms_of(office: Department, reference: str) -> list[str]:
    code = office.code(reference)
    text = write_code(code)
    return [form for one in (text, group_code(text), code.hex()) for form in (one, one.lower())]


def test_cli_codes_are_never_shown_unless_asked_for(office: Department) -> None:
    table, home = office.bills("a-1", "a-2"), office.home
    said = office.deliver(table).ended(0).json
    receipt = office.folder / "r.json"
    where = ("--as", home.issuer, "--home", home.home)
    outputs = [
        office.deliver(table, json=False).ended(0).said,
        office.deliver(office.bills("a-1", "a-2", "a-3"), json=False).ended(0).said,
        office.voute("codes", "list", *where).ended(0).said,
        office.voute("codes", "list", *where, "--json").ended(0).said,
        office.voute("receipts", said["receipts"], "--reference", "a-1", "-o", receipt).ended(0).said,
        office.voute("verify", office.folder / "pdf" / "a-1.pdf", receipt, "--home", home.home).ended(0).said,
        office.voute("trust", "show", "--home", home.home).ended(0).said,
        receipt.read_text(),
    ]
    secrets = [*forms_of(office, "a-1"), *forms_of(office, "a-2")]
    secrets += [(home.folder / name).read_text().strip() for name in ("master.key", "signing.key")]
    assert [secret for secret in secrets for output in outputs if secret in output] == []
    shown = office.voute("codes", "show", *where, "--reference", "a-1").ended(0).out
    code = write_code(office.code("a-1"))
    assert group_code(code) in shown
    assert f"{office.city.origin}/ouvrir#{code}" in shown
    assert group_code(write_code(office.code("a-2"))) not in shown


def test_cli_codes_list_says_their_state_in_json(office: Department) -> None:
    office.deliver(office.bills("a-1", "a-2"), "--run", "winter").ended(0)
    ran = office.voute("codes", "list", "--as", office.home.issuer, "--home", office.home.home, "--json").ended(0)
    rows = [{"reference": f"a-{n}", "party": f"party-a-{n}", "slot": 0, "state": "issued", "run": "winter"} for n in (1, 2)]
    rows = [{**row, "fresh": True, "doubt": None} for row in rows]
    assert ran.lines == rows


def test_cli_codes_revoked_opens_nothing_and_wants_a_new_one(office: Department) -> None:
    office.deliver(office.bills("a-1")).ended(0)
    code = office.code("a-1")
    where = ("--as", office.home.issuer, "--home", str(office.home.home), "--reference", "a-1", "--json")
    revoked = office.voute("codes", "revoke", *where).ended(0).json["revoked"]
    assert [one["reference"] for one in revoked] == ["a-1"]
    assert office.voute("codes", "revoke", *where).ended(0).json["revoked"] == []
    keys = office.resident().client
    with pytest.raises(AssertionError, match="claim-revoked"):
        Resident(keys, office.city.root).look_up(code)
    again = office.bills("a-1", **{"document key": "k-2"})
    ran = office.deliver(again).ended(3)
    assert [one["problem"] for one in ran.json["findings"]] == ["code-revoked"]
    assert office.deliver(again, "--new-party").ended(0).json["to_codes"] == 1
    assert office.code("a-1") != code
    assert len(office.resident().look_up(office.code("a-1")).opened) == 1


def test_cli_codes_are_at_hand_after_the_signing_key_changed_and_no_stranger_writes_them(office: Department) -> None:
    """The registry bears the key before until something is written: the day of a `switch-key`, and of a `recover`."""
    office.deliver(office.bills("a-1")).ended(0)
    before = office.home.secrets().signing_seed
    where = ("--as", office.home.issuer, "--home", office.home.home)
    (office.home.folder / "signing.key").write_text(bytes(range(32)).hex() + "\n")
    (entry,) = office.voute("codes", "list", *where, "--offline", "--json").ended(0).lines
    assert (entry["reference"], entry["state"]) == ("a-1", "issued")
    office.voute("codes", "freeze", *where, "--reference", "a-1").ended(0)
    assert office.voute("codes", "list", *where, "--offline", "--json").ended(0).json["state"] == "frozen"
    # What the new key has written is none that the root gives: with the old one in its place it is a stranger's.
    (office.home.folder / "signing.key").write_text(before.hex() + "\n")
    assert office.voute("codes", "list", *where, "--offline", "--json").ended(1).json["error"] == "unknown-key"


def test_cli_codes_of_an_unknown_reference_says_how_to_find_it(office: Department) -> None:
    office.deliver(office.bills("a-1")).ended(0)
    ran = office.voute("codes", "show", "--as", office.home.issuer, "--home", office.home.home, "--reference", "b").ended(1)
    assert "voute codes list" in ran.out


def test_cli_trust_pin_wants_the_fingerprint_of_the_letter(office: Department) -> None:
    root, home = office.city.trust_root_file, office.folder / "new-home"
    right = fingerprint(parse(root.read_bytes()).payload)
    wrong = ("0000" if not right.startswith("0000") else "1111") + right[4:]
    ran = office.voute("trust", "pin", root, "--fingerprint", wrong, "--home", home, "--json").ended(1)
    assert ran.json["error"] == "trust-root-fingerprint"
    assert not (home / "trust-root.json").exists()
    said = office.voute("trust", "pin", root, "--fingerprint", right, "--home", home, "--json").ended(0).json
    assert (said["city"], said["number"], said["fingerprint"]) == ("ville", 1, right)
    assert office.voute("trust", "show", "--home", home, "--json").ended(0).json == said
    assert right in office.voute("trust", "show", "--home", home).ended(0).out


def test_cli_trust_pin_again_checks_the_fingerprint_again(office: Department) -> None:
    root, home = office.city.trust_root_file, office.home.home
    ran = office.voute("trust", "pin", root, "--fingerprint", "0000-0000-0000-0000", "--home", home, "--json").ended(1)
    assert ran.json["error"] == "trust-root-fingerprint"


def test_cli_trust_pin_refuses_too_few_officers(office: Department) -> None:
    path = office.folder / "root.json"
    path.write_bytes(sign_trust_root(office.city.root, office.city.officers[:1]))
    ran = office.voute("trust", "pin", path, "--home", office.folder / "new-home", "--json").ended(1)
    assert (ran.json["error"], ran.json["facts"]) == ("trust-root-quorum", {"have": 1, "need": 2})
    english = environment(office.folder, "en_CA.UTF-8")
    ran = office.voute("trust", "pin", path, "--home", office.folder / "new-home", env=english).ended(1)
    assert "Too few" in ran.out


def where_of(office: Department) -> tuple[str, ...]:
    return ("--as", office.home.issuer, "--home", str(office.home.home), "--json")


def states(office: Department, *more: str, code: int = 0) -> dict[str, str]:
    return {
        line["reference"]: line["state"] for line in office.voute("codes", "list", *where_of(office), *more).ended(code).lines
    }


def test_cli_codes_list_asks_the_city_and_pins_what_it_proves(office: Department) -> None:
    office.deliver(office.bills("a-1", "a-2", "a-3")).ended(0)
    office.resident().claim(office.code("a-1"))
    keys = claim_keys(office.code("a-2"))
    body = {"lookup_id": keys.lookup_id.hex(), "token": b64(keys.token)}
    check(office.city.browser().post("/api/claims/freeze", json=body))
    office.city.settle()
    now = {"a-1": "bound", "a-2": "frozen", "a-3": "issued"}
    assert states(office, "--offline") == dict.fromkeys(now, "issued")
    assert states(office) == now
    assert states(office, "--offline") == now
    assert office.desk.at("a-1")[0].binding is not None
    assert "coffre ouvert" in office.voute("codes", "list", *where_of(office)[:-1]).ended(0).out
    # The department's word of what it pinned is with the city, as after a delivery.
    with office.city.catalogue() as db:
        (told,) = db.execute(
            "SELECT count(*) FROM lookups WHERE bound_event IS NOT NULL AND lookup_id = ?", [office.desk.at("a-1")[0].lookup_id]
        )
    assert told == (1,)


def test_cli_codes_list_without_the_city_gives_what_was_known_and_says_so(office: Department) -> None:
    office.deliver(office.bills("a-1")).ended(0)
    path = office.home.folder / "issuer.toml"
    kept = path.read_text()
    path.write_text(re.sub(r'server = "[^"]*"', 'server = "http://127.0.0.1:1"', kept))
    ran = office.voute("codes", "list", *where_of(office)).ended(4)
    assert [(line["reference"], line["fresh"]) for line in ran.lines] == [("a-1", False)]
    said = office.voute("codes", "list", *where_of(office)[:-1]).ended(4).out
    assert "dernier passage" in said
    path.write_text(kept)
    with one_writer(office.home):
        assert [line["fresh"] for line in office.voute("codes", "list", *where_of(office)).ended(1).lines] == [False]


def test_cli_codes_freeze_at_the_desk_used_or_not(office: Department) -> None:
    office.deliver(office.bills("a-1", "a-2")).ended(0)
    stranger = office.resident()
    stranger.claim(office.code("a-1"))
    office.city.settle()
    revoke = office.voute("codes", "revoke", *where_of(office), "--reference", "a-1").ended(1).json
    assert revoke["error"] == "code-used"
    frozen = office.voute("codes", "freeze", *where_of(office), "--reference", "a-1").ended(0).json["frozen"]
    assert [(one["reference"], one["state"]) for one in frozen] == [("a-1", "frozen")]
    assert office.voute("codes", "freeze", *where_of(office), "--reference", "a-1").ended(0).json["frozen"] == []
    assert states(office) == {"a-1": "frozen", "a-2": "issued"}
    code = office.code("a-2")
    office.voute("codes", "freeze", *where_of(office)[:-1], "--reference", "a-2").ended(0)
    with pytest.raises(AssertionError, match="claim-frozen"):
        office.resident().look_up(code)
    before = len(stranger.client.get("/api/documents").json()["documents"])
    said = office.deliver(office.bills("a-1", "a-2", **{"document key": "next"})).ended(0).json
    assert (said["to_codes"], said["to_vaults"], said["frozen"]) == (2, 0, [])
    office.city.settle()
    assert len(stranger.client.get("/api/documents").json()["documents"]) == before


def test_cli_codes_freeze_takes_one_of_several_owners(office: Department) -> None:
    rows = bill_rows(office.folder / "pdf", ["a-1"], slot="0")
    rows += bill_rows(office.folder / "pdf", ["a-1"], slot="1", party="second", **{"document key": "second"})
    office.deliver(write_list(office.folder / "owners.csv", rows)).ended(0)
    one = office.voute("codes", "freeze", *where_of(office), "--reference", "a-1", "--slot", "1").ended(0).json["frozen"]
    assert [entry["party"] for entry in one] == ["second"]
    none = office.voute("codes", "freeze", *where_of(office), "--reference", "a-1", "--party", "nobody").ended(0)
    assert none.json["frozen"] == []
    assert sorted(str(entry.state) for entry in office.desk.at("a-1")) == ["frozen", "issued"]


def test_cli_codes_freeze_of_what_was_never_sent_says_so(office: Department) -> None:
    office.deliver(office.bills("a-1")).ended(0)
    book = read_book(office.home, office.city.root.city, (SigningKey(office.home.secrets().signing_seed).public,))
    entry = office.desk.at("a-1")[0]
    book.put(replace(entry, reference="b-1", lookup_id=LookupId(bytes(32))))
    write_book(office.home, book, SigningKey(office.home.secrets().signing_seed), unix_time(MIN_TIME))
    assert office.voute("codes", "freeze", *where_of(office), "--reference", "b-1").ended(1).json["error"] == "code-unsent"


def test_cli_codes_frozen_go_on_paper_and_then_get_another_code(office: Department) -> None:
    """One code that somebody else used, and one whose letter came to the wrong house."""
    office.deliver(office.bills("a-1", "a-2", "a-3")).ended(0)
    stranger = office.resident()
    stranger.claim(office.code("a-1"))
    office.city.settle()
    codes = {reference: office.code(reference) for reference in ("a-1", "a-2")}
    for code in codes.values():
        keys = claim_keys(code)
        body = {"lookup_id": keys.lookup_id.hex(), "token": b64(keys.token)}
        check(office.city.browser().post("/api/claims/freeze", json=body))
    before = len(stranger.client.get("/api/documents").json()["documents"])

    second = office.deliver(office.bills("a-1", "a-2", "a-3", **{"document key": "second"}), "--run", "second").ended(5)
    assert (second.json["sent"], second.json["frozen"], second.json["to_vaults"]) == (1, [2, 3], 0)
    assert [str(office.desk.at(one)[0].state) for one in ("a-1", "a-2", "a-3")] == ["frozen", "frozen", "issued"]
    said = office.deliver(office.bills("a-1", "a-2", **{"document key": "third"}), "--run", "third").ended(0).json
    assert (said["sent"], said["to_codes"], said["frozen"]) == (2, 2, [])
    office.city.settle()
    assert len(stranger.client.get("/api/documents").json()["documents"]) == before
    for reference, old in codes.items():
        assert office.code(reference) != old
        assert len(office.resident().look_up(office.code(reference)).opened) == 1

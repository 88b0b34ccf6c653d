"""A city founded by its officers apart, one with a token; a second root with another key; a department's master lost and back."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import Ran, environment, run
from voute.client.home import IssuerHome
from voute.client.trust import read_pinned
from voute.format.trust_root import parse_trust_root
from voute.server.settings import Settings
from voute.server.trust_file import TrustFile
from voute.verify.trust import accept_first

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "824713"


class Room:
    """One place: officers' files are brought here on a stick."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.folder = folder
        self.env = env

    def voute(self, *args: str | Path) -> Ran:
        return run(self.folder, *args, env=environment(self.folder, **self.env))

    def json(self, *args: str | Path) -> dict[str, object]:
        return self.voute(*args, "--json").ended(0).lines[-1]

    def refused(self, *args: str | Path) -> str:
        return str(self.voute(*args, "--json").ended(1).json["error"])


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


@pytest.fixture
def token(tmp_path: Path) -> Iterator[Room]:
    (tmp_path / "tokens").mkdir()
    conf = tmp_path / "softhsm.conf"
    conf.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    make = ["softhsm2-util", "--init-token", "--free", "--label", "greffe", "--pin", PIN, "--so-pin", "11112222"]
    subprocess.run(make, env={"SOFTHSM2_CONF": str(conf), "PATH": "/usr/bin:/bin"}, check=True, capture_output=True)
    yield Room(tmp_path, SOFTHSM2_CONF=str(conf), TOKEN_PIN=PIN)
    shutil.rmtree(tmp_path / "tokens")


def plan(officers: list[str], room: Room, issuer_key: str) -> dict[str, object]:
    log = room.json("admin", "found", "coffre.ville.example/registre", "--data", room.folder / "city")
    witness = room.json("witness", "init", room.folder / "witness", "--name", "vigie.example/temoin")
    return {
        "city": "ville",
        "names": {"fr": "Ville", "en": "City"},
        "rp_id": "coffre.ville.example",
        "origin": "https://coffre.ville.example",
        "keys": officers,
        "threshold": 2,
        "logs": [{"vkeys": [log["ed25519"], log["mldsa44"]], "from": "2026-11-01T00:00:00Z"}],
        "witnesses": {"quorum": 1, "keys": [{"vkey": witness["key"]}]},
        "issuers": [
            {
                "id": "finances",
                "names": {"fr": "Finances", "en": "Finances"},
                "vault_id": None,
                "keys": [{"ed25519": issuer_key, "from": 0, "until": None}],
                "document_types": [{"id": "tax-bill", "names": {"fr": "Compte", "en": "Bill"}, "registered": False}],
            }
        ],
    }


def test_cli_ceremony_three_officers_found_a_city_and_change_it(token: Room) -> None:
    folder, home = token.folder, token.folder / "home"
    tokens = ("--pkcs11", MODULE, "--token", "greffe")
    cards = [token.json("ceremony", "key", folder / f"officer-{number}.key") for number in (1, 2)]
    inside = token.json("ceremony", "key", *tokens)
    assert token.refused("ceremony", "key", *tokens) == "token"
    issuer = ("--as", "finances", "--home", home)
    made = token.json("issuer", "init", *issuer, "--city", "ville", "--server", "https://coffre.ville.example")
    officers = [str(one["public"]) for one in (*cards, inside)]
    (folder / "plan.json").write_text(json.dumps(plan(officers, token, str(made["public"]))))
    drafted = token.json("ceremony", "draft", folder / "plan.json", "-o", folder / "draft.json")
    # Each alone: a file, and a token; every officer sees the same fingerprint.
    one = token.voute(
        "ceremony", "sign", folder / "draft.json", "--key", folder / "officer-1.key", "--yes", "-o", folder / "s1.json"
    )
    assert str(drafted["fingerprint"]) in one.ended(0).out
    token.voute("ceremony", "sign", folder / "draft.json", *tokens, "--yes", "-o", folder / "s3.json").ended(0)
    root = folder / "trust-root.json"
    assert token.refused("ceremony", "join", folder / "s1.json", "-o", root) == "trust-root-quorum"
    assert not root.exists()
    token.voute("ceremony", "join", folder / "s1.json", folder / "s3.json", "-o", root).ended(0)
    assert accept_first(root.read_bytes(), str(drafted["fingerprint"])).root.number == 1
    settings = Settings(data=folder / "city")
    shutil.copy(root, settings.trust_root_file)
    assert TrustFile(settings.trust_root_file, lambda: int(time.time()))().root.city == "ville"
    token.voute("trust", "pin", root, "--fingerprint", str(drafted["fingerprint"]), "--home", home).ended(0)

    # The department's signing key is to change.
    following = token.json("issuer", "next-key", *issuer)
    assert token.json("issuer", "next-key", *issuer) == following
    assert token.refused("issuer", "switch-key", *issuer) == "key-not-announced"
    assert str(folder / "next.json") in token.voute("ceremony", "plan", root, "-o", folder / "next.json").ended(0).out
    wanted = json.loads((folder / "next.json").read_text())
    wanted["issuers"][0]["keys"].append({"ed25519": following["public"], "from": 100, "until": None})
    (folder / "next.json").write_text(json.dumps(wanted))
    draft2 = ("ceremony", "draft", folder / "next.json", "--after", root, "-o", folder / "draft2.json")
    token.voute(*draft2).ended(0)
    payload = parse_trust_root((folder / "draft2.json").read_bytes())
    assert (payload.number, payload.effective_at - payload.issued_at) == (2, 7 * 86_400)
    token.voute(*draft2, "--delay-days", "0").ended(0)
    # In one folder, without naming it: neither officer writes over the other's.
    second = [folder / f"signature-{one[:8]}.json" for one in officers[:2]]
    for number in (1, 2):
        sign = ("ceremony", "sign", folder / "draft2.json", "--key", folder / f"officer-{number}.key", "--after", root, "--yes")
        shown = token.voute(*sign).ended(0).out
        # The key that comes is shown whole, and nothing that stays.
        assert f"+ issuers / finances / keys / {following['public']} / from = 100" in shown
        assert str(made["public"]) not in shown
    other = ("ceremony", "sign", folder / "draft.json", "--key", folder / "officer-1.key", "--after", root, "--yes")
    assert token.refused(*other, "-o", folder / "other.json") == "trust-root-chain"
    assert not (folder / "other.json").exists()
    mixed = ("ceremony", "join", folder / "s1.json", second[1], "--after", root, "-o", folder / "second.json")
    assert token.refused(*mixed) == "ceremony-mixed"
    joined: tuple[str | Path, ...] = ("ceremony", "join", *second, "--after", root, "-o", folder / "second.json")
    token.voute(*joined).ended(0)
    token.voute("trust", "pin", folder / "second.json", "--home", home).ended(0)
    token.voute("issuer", "switch-key", *issuer).ended(0)
    assert token.json("issuer", "key", *issuer)["public"] == following["public"]
    assert read_pinned(home / "trust-root.json").root.number == 2


def test_cli_ceremony_plan_that_gives_no_trust_root_names_the_place(room: Room) -> None:
    """Whoever wrote the plan mends it there; nothing is written meanwhile."""
    officers = [str(room.json("ceremony", "key", room.folder / f"{name}.key")["public"]) for name in "ab"]
    good = plan(officers, room, officers[0])
    witnesses = {"quorum": 1, "keys": [{"vkey": None}]}
    for change, place in (
        ({"rp_id": "localhost"}, "origin"),
        ({"witnesses": witnesses}, "witnesses"),
        ({"keys": ["no"]}, "keys"),
    ):
        (room.folder / "plan.json").write_text(json.dumps(good | change))
        said = room.voute("ceremony", "draft", room.folder / "plan.json", "--json").ended(1).json
        assert (said["error"], said["facts"]) == ("plan", {"what": place})
        assert not (room.folder / "draft.json").exists()


def test_cli_ceremony_officer_may_say_no(room: Room) -> None:
    card = room.json("ceremony", "key", room.folder / "officer.key")
    made = room.json(
        "issuer", "init", "--as", "finances", "--home", room.folder / "h", "--city", "ville", "--server", "https://x"
    )
    wanted = plan([str(card["public"])], room, str(made["public"])) | {"threshold": 1}
    (room.folder / "plan.json").write_text(json.dumps(wanted))
    room.voute("ceremony", "draft", room.folder / "plan.json", "-o", room.folder / "draft.json").ended(0)
    # Nobody answers: nothing is signed.
    sign = ("ceremony", "sign", room.folder / "draft.json", "--key", room.folder / "officer.key", "-o", room.folder / "s.json")
    assert room.voute(*sign).code != 0
    assert not (room.folder / "s.json").exists()
    for broken, what in ((b"[]", "plan"), (b"{", "plan"), (b'{"version":1}', "plan")):
        (room.folder / "bad.json").write_bytes(broken)
        assert room.refused("ceremony", "draft", room.folder / "bad.json", "-o", room.folder / "no.json") == what
    del wanted["issuers"]
    (room.folder / "bad.json").write_text(json.dumps(wanted))
    assert room.refused("ceremony", "draft", room.folder / "bad.json", "-o", room.folder / "no.json") == "plan"
    assert not (room.folder / "no.json").exists()


def test_cli_ceremony_keys_are_files_of_their_owner_alone(room: Room) -> None:
    path = room.folder / "officer.key"
    room.json("ceremony", "key", path)
    before = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert room.refused("ceremony", "key", path) == "officer-key"
    assert path.read_bytes() == before
    path.chmod(0o644)
    (room.folder / "draft.json").write_bytes(b"{}")
    assert room.refused("ceremony", "sign", room.folder / "draft.json", "--key", path, "--yes") in {"format", "officer-key"}


@pytest.mark.parametrize("officer", [1, 2])
def test_cli_issuer_master_comes_back_from_either_officer(room: Room, officer: int) -> None:
    cards = [room.json("ceremony", "key", room.folder / f"officer-{number}.key") for number in (1, 2, 3)]
    issuer = ("--as", "finances", "--home", room.folder / "home")
    room.json("issuer", "init", *issuer, "--city", "ville", "--server", "https://coffre.ville.example")
    sealed = room.folder / "master.age"
    to = [word for card in cards[:2] for word in ("--to", str(card["recipient"]))]
    room.voute("issuer", "escrow", *issuer, *to, "-o", sealed).ended(0)
    home = IssuerHome(room.folder / "home", "finances")
    master = home.secrets().master
    assert master.hex().encode() not in sealed.read_bytes()
    key = ("--key", room.folder / f"officer-{officer}.key")
    assert room.refused("issuer", "recover", sealed, *issuer, *key) == "issuer-home"
    (home.folder / "master.key").unlink()
    assert room.refused("issuer", "recover", sealed, *issuer, "--key", room.folder / "officer-3.key") == "not-for-this-key"
    room.voute("issuer", "recover", sealed, *issuer, *key).ended(0)
    assert home.secrets().master == master
    assert (home.folder / "master.key").stat().st_mode & 0o777 == 0o600


def test_cli_issuer_that_lost_its_machine_begins_with_its_master_and_a_new_signing_key(room: Room) -> None:
    card = room.json("ceremony", "key", room.folder / "officer.key")
    place = ("--city", "ville", "--server", "https://coffre.ville.example")
    lost = ("--as", "finances", "--home", room.folder / "lost")
    made = room.json("issuer", "init", *lost, *place)
    sealed = room.folder / "master.age"
    room.voute("issuer", "escrow", *lost, "--to", str(card["recipient"]), "-o", sealed).ended(0)
    anew = ("--as", "finances", "--home", room.folder / "new", "--key", room.folder / "officer.key")
    assert room.refused("issuer", "recover", sealed, *anew) == "no-issuer-home"
    assert "--server" in room.voute("issuer", "recover", sealed, *anew, *place[:2]).ended(2).said
    back = room.json("issuer", "recover", sealed, *anew, *place)
    assert back["public"] != made["public"]
    old, new = IssuerHome(room.folder / "lost", "finances"), IssuerHome(room.folder / "new", "finances")
    assert new.secrets().master == old.secrets().master
    assert new.settings() == old.settings()
    assert room.refused("issuer", "recover", sealed, *anew, *place) == "issuer-home"


def test_cli_token_says_what_is_wrong(token: Room) -> None:
    place = ("--pkcs11", MODULE, "--token", "greffe")
    token.json("ceremony", "key", *place)
    why = {
        "pin": (Room(token.folder, **(token.env | {"TOKEN_PIN": "000000"})), (*place, "--label", "other")),
        "token": (token, ("--pkcs11", MODULE, "--token", "nowhere")),
        "library": (token, ("--pkcs11", "/nowhere.so", "--token", "greffe")),
        "exists": (token, place),
    }
    for wanted, (where, options) in why.items():
        ran = where.voute("ceremony", "key", *options, "--json").ended(1).json
        assert (ran["error"], ran["facts"]) == ("token", {"why": wanted})

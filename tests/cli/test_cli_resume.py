"""`voute deliver --resume`: the rest of a run that was stopped, and what the command says where there is none."""

import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from tests.cli.conftest import Department
from tests.support.command import Ran, finish, small_pdf, start
from tests.support.exchanges import Stop, is_commit, is_draft, is_pack, is_receipts
from tests.support.proxy import Cut, Exchange, Message
from voute.client.receipts import read_lines
from voute.format.receipt import ReceiptLine

REFERENCES = ("a-1", "a-2", "a-3")


def killed(office: Department, when: Callable[[Exchange], bool], *args: str) -> None:
    """Kill the client at the first exchange of a kind, which still reaches the city."""
    stop = Stop(when)
    with office.city.proxy.hooks(before=stop):
        process = start(office.folder, *office.command(office.bills(*REFERENCES)), *args)
        assert stop.reached.wait(60)
        process.kill()
        process.wait()
        stop.go_on.set()
        assert finish(process).code == -signal.SIGKILL


def lost_pack(exchange: Exchange) -> None:
    """Cut every pack off on its way."""
    if is_pack(exchange):
        raise Cut


def resumed(office: Department, *args: str) -> Ran:
    home = str(office.home.home)
    return office.voute("deliver", "--resume", "--as", office.home.issuer, "--home", home, "--json", *args)


def delivered(office: Department) -> Counter[str]:
    """Titles of all that waits for the office's references, opened by their holders and read whole."""
    found: Counter[str] = Counter()
    for reference in REFERENCES:
        resident = office.resident()
        for document in resident.claim(office.code(reference))["documents"]:
            assert resident.read(document) == (office.folder / "pdf" / f"{reference}.pdf").read_bytes()
            found[reference] += 1
    return found


def receipted(path: str) -> list[str]:
    return sorted(line.reference for line in read_lines(Path(path)) if isinstance(line, ReceiptLine))


def left(office: Department) -> list[str]:
    """What a run leaves in the department's folder when it is over."""
    return sorted(one.name.partition("-")[0] for one in (office.home.folder / "runs").rglob("*") if one.is_file())


def test_cli_resume_says_that_nothing_is_unfinished(office: Department) -> None:
    assert resumed(office).ended(1).json["error"] == "nothing-to-resume"
    office.deliver(office.bills(*REFERENCES)).ended(0)
    ran = resumed(office).ended(1)
    assert ran.json["error"] == "nothing-to-resume"
    assert "Aucun envoi inachevé" in ran.err


@pytest.mark.parametrize("when", [is_pack, is_draft, is_commit, is_receipts])
def test_cli_resume_after_a_kill_ends_with_each_document_once(office: Department, when: Callable[[Exchange], bool]) -> None:
    killed(office, when)
    said = resumed(office).ended(0).json
    assert (said["run"], said["sent"], said["resumed"], said["to_codes"], said["packs"]) == ("list", 3, True, 3, 1)
    assert receipted(said["receipts"]) == list(REFERENCES)
    assert left(office) == ["choices", "print", "receipts", "summary.csv"]
    assert delivered(office) == dict.fromkeys(REFERENCES, 1)


def test_cli_resume_sends_a_draft_again_byte_for_byte(office: Department) -> None:
    mark = office.city.proxy.mark
    killed(office, is_draft)
    resumed(office).ended(0)
    puts = [one for one in office.city.proxy.since(mark) if one.method == "PUT"]
    assert [is_draft(one) for one in puts] == [False, True, True]
    assert puts[1].request.body == puts[2].request.body


def test_cli_resume_sends_a_pack_again_byte_for_byte(office: Department) -> None:
    mark = office.city.proxy.mark
    with office.city.proxy.hooks(before=lost_pack):
        office.deliver(office.bills(*REFERENCES)).ended(4)
    assert resumed(office).ended(0).json["sent"] == 3
    packs = [one.request.body for one in office.city.proxy.since(mark) if is_pack(one)]
    assert len(packs) > 1
    assert len(set(packs)) == 1
    assert left(office) == ["choices", "print", "receipts", "summary.csv"]
    assert delivered(office) == dict.fromkeys(REFERENCES, 1)


class Late:
    """Holds the first pack back until another one comes, and lets both arrive."""

    def __init__(self) -> None:
        self.first: Exchange | None = None
        self.reached, self.go_on, self.arrived = Event(), Event(), Event()

    def before(self, exchange: Exchange) -> None:
        if not is_pack(exchange):
            return
        if self.first is None:
            self.first = exchange
            self.reached.set()
            assert self.go_on.wait(60)
        else:
            self.go_on.set()
            assert self.arrived.wait(60)

    def after(self, exchange: Exchange) -> Message | None:
        if self.first is not None and exchange.path == self.first.path:
            self.arrived.set()
        return None


def test_cli_resume_when_a_pack_of_the_killed_run_arrives_late(office: Department) -> None:
    late, mark = Late(), office.city.proxy.mark
    with office.city.proxy.hooks(late.before, late.after):
        process = start(office.folder, *office.command(office.bills(*REFERENCES)))
        assert late.reached.wait(60)
        process.kill()
        finish(process)
        assert resumed(office).ended(0).json["sent"] == 3
    commits = [one.status for one in office.city.proxy.since(mark) if is_commit(one)]
    assert commits == [409, 200]
    assert left(office) == ["choices", "print", "receipts", "summary.csv"]
    assert delivered(office) == dict.fromkeys(REFERENCES, 1)


def test_cli_resume_seals_anew_when_the_spool_lost_the_bytes(office: Department) -> None:
    mark = office.city.proxy.mark

    with office.city.proxy.hooks(before=lost_pack):
        assert office.deliver(office.bills(*REFERENCES)).ended(4).json["error"] == "city-unreachable"
    (pack,) = (office.home.folder / "runs").rglob("*.pack")
    pack.write_bytes(pack.read_bytes()[:-1])
    assert resumed(office).ended(0).json["sent"] == 3
    packs = {one.path for one in office.city.proxy.since(mark) if is_pack(one)}
    assert len(packs) == 2
    assert delivered(office) == dict.fromkeys(REFERENCES, 1)


def test_cli_resume_of_a_failed_run_is_offered_with_its_command(office: Department) -> None:
    def lost(exchange: Exchange) -> None:
        if is_commit(exchange):
            raise Cut

    with office.city.proxy.hooks(before=lost):
        ran = office.deliver(office.bills(*REFERENCES), json=False).ended(4)
    assert f"voute deliver --resume --as {office.home.issuer}" in ran.said
    ran = office.voute("deliver", "--resume", "--as", office.home.issuer, "--home", office.home.home).ended(0)
    assert "Reprise de l'envoi «\u00a0list\u00a0»" in ran.out
    assert "Déjà à la ville avant la reprise\u00a0: 3 documents; envoyés maintenant\u00a0: 0." in ran.out


def test_cli_resume_refuses_another_list_and_another_file(office: Department) -> None:
    killed(office, is_draft)
    table = office.folder / "list.csv"
    before = table.read_bytes()
    table.write_bytes(before.replace(b"2026-03-03", b"2026-04-04"))
    ran = resumed(office).ended(1)
    assert (ran.json["error"], ran.json["facts"]["changed"]) == ("list-changed", "list")
    table.write_bytes(before)
    bill = office.folder / "pdf" / "a-2.pdf"
    whole = bill.read_bytes()
    bill.write_bytes(small_pdf("Another bill"))
    ran = resumed(office).ended(1)
    assert ran.json["facts"] == {"changed": "file", "line": 3}
    assert "ligne 3" in ran.err
    bill.write_bytes(whole)
    assert resumed(office).ended(0).json["sent"] == 3
    assert delivered(office) == dict.fromkeys(REFERENCES, 1)


def test_cli_resume_finds_a_list_and_a_folder_that_moved(office: Department) -> None:
    killed(office, is_draft)
    (office.folder / "moved").mkdir()
    table = (office.folder / "list.csv").rename(office.folder / "moved" / "other name.csv")
    (office.folder / "pdf").rename(office.folder / "moved" / "pdf")
    assert resumed(office, str(table)).ended(0).json["run"] == "list"


def test_cli_resume_with_several_unfinished_asks_which(office: Department) -> None:
    killed(office, is_draft, "--run", "winter")
    killed(office, is_pack, "--run", "summer")
    ran = resumed(office).ended(1)
    assert (ran.json["error"], ran.json["facts"]["runs"]) == ("several-unfinished", "summer, winter")
    assert resumed(office, "--run", "autumn").ended(1).json["error"] == "nothing-to-resume"
    # The documents are drafts of the other run: whichever goes on first, each is delivered once.
    assert resumed(office, "--run", "winter").ended(0).json["sent"] == 3
    said = resumed(office, "--run", "summer").ended(0).json
    assert (said["sent"], said["known"]) == (0, 3)
    assert resumed(office).ended(1).json["error"] == "nothing-to-resume"
    assert delivered(office) == dict.fromkeys(REFERENCES, 1)


def test_cli_resume_seals_anew_what_would_go_elsewhere_now(office: Department) -> None:
    office.deliver(office.bills("a-1", **{"document key": "earlier"}), "--run", "earlier").ended(0)
    mark = office.city.proxy.mark
    killed(office, is_draft)
    resident = office.resident()
    resident.claim(office.code("a-1"))
    office.city.settle()
    said = resumed(office).ended(0).json
    assert (said["to_vaults"], said["to_codes"], said["sent"]) == (1, 2, 3)
    assert len({one.path for one in office.city.proxy.since(mark) if is_pack(one)}) == 2
    rows = resident.client.get("/api/documents").json()["documents"]
    assert resident.read(rows[-1]["document_id"]) == small_pdf("Bill of a-1")
    assert len(rows) == 2


def test_cli_deliver_again_cancels_an_unfinished_draft_and_says_so(office: Department) -> None:
    killed(office, is_draft)
    ran = office.deliver(office.bills(*REFERENCES)).ended(0)
    assert (ran.json["earlier"]["state"], ran.json["sent"], ran.json["resumed"]) == ("cancelled", 3, False)
    assert left(office) == ["choices", "print", "receipts", "summary.csv"]
    assert delivered(office) == dict.fromkeys(REFERENCES, 1)


def test_cli_deliver_again_finishes_what_was_committed_and_keeps_its_receipts(office: Department) -> None:
    killed(office, is_receipts)
    said = office.deliver(office.bills(*REFERENCES)).ended(0).json
    assert (said["known"], said["sent"], said["earlier"]["state"]) == (3, 0, "finished")
    assert receipted(said["earlier"]["path"]) == list(REFERENCES)
    assert left(office) == ["choices", "print", "receipts", "summary.csv"]
    assert delivered(office) == dict.fromkeys(REFERENCES, 1)


def test_cli_deliver_again_sets_a_damaged_journal_aside(office: Department) -> None:
    killed(office, is_draft)
    (journal,) = (office.home.folder / "runs").rglob("journal")
    journal.write_bytes(b"x" * 100 + b"\n" + journal.read_bytes())
    assert resumed(office).ended(1).json["error"] == "journal-damaged"
    said = office.deliver(office.bills(*REFERENCES)).ended(0).json
    assert (said["sent"], said["earlier"]["state"]) == (3, "damaged")
    assert left(office) == ["choices", "journal", "print", "receipts", "sealed", "summary.csv"]
    assert delivered(office) == dict.fromkeys(REFERENCES, 1)


@pytest.mark.parametrize("args", [["--resume", "--dry-run"], ["--resume", "--new-party"], []])
def test_cli_resume_with_what_makes_no_sense_is_a_usage_error(office: Department, args: list[str]) -> None:
    office.voute("deliver", "--as", office.home.issuer, "--home", office.home.home, *args).ended(2)


def test_cli_deliver_runs_whose_folders_look_alike_stay_apart(office: Department) -> None:
    killed(office, is_draft, "--run", "hiver 1")
    first = office.deliver(office.bills("b-1", name="other.csv"), "--run", "hiver-1").ended(0).json
    assert (first["sent"], first["earlier"]) == (1, None)
    said = resumed(office, "--run", "hiver 1").ended(0).json
    assert Path(said["summary"]).parent != Path(first["summary"]).parent


def lost_binding(exchange: Exchange) -> None:
    """Cut the hand-over of bindings off."""
    if exchange.path.endswith("/bound"):
        raise Cut


def test_cli_deliver_hands_a_binding_over_that_an_earlier_run_pinned(office: Department) -> None:
    office.deliver(office.bills("a-1")).ended(0)
    office.resident().claim(office.code("a-1"))
    office.city.settle()
    second = office.bills("a-1", **{"document key": "k-2"})
    with office.city.proxy.hooks(before=lost_binding):
        office.deliver(second).ended(4)
    mark = office.city.proxy.mark
    resumed(office).ended(0)
    sent = [one for one in office.city.proxy.since(mark) if one.path.endswith("/bound")]
    assert [(one.status, one.reply and one.reply.json) for one in sent] == [(200, {"accepted": 1})]
    with office.city.catalogue() as db:
        lookup = office.desk.at("a-1")[0].lookup_id
        ((event,),) = db.execute("select bound_event from lookups where lookup_id = ?", (lookup,))
    assert event is not None

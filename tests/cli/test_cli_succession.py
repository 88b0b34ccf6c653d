"""The log's keys are changed as an operator does it: keys beside, a ceremony, one command, witnesses; everybody follows over."""

import json
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from tests.cli.test_cli_backup import BILLS, Drill, opened
from tests.support.command import bill_rows, environment, run, write_list
from tests.support.holder import Resident
from tests.support.served_city import browser
from voute.cli.city_process import serving, serving_witnesses
from voute.cli.demo_city import WITNESSES, at_ports, deliver_demo, found_demo
from voute.cli.held_port import any_ports, held_port
from voute.core.values import time_text, unix_time
from voute.format.claim_code import read_code
from voute.tlog.checkpoint import SignedCheckpoint

SECOND = "localhost/registre-2"


def hold_ceremony(drill: Drill, successor: dict[str, str], until: int) -> Path:
    """Two of the officers sign a root that ends the old log and opens the new one, each apart."""
    folder, root = drill.folder, drill.settings.trust_root_file
    run(folder, "ceremony", "plan", root, "-o", folder / "plan.json", env=environment(folder)).ended(0)
    plan = json.loads((folder / "plan.json").read_text())
    end = time_text(unix_time(until))
    plan["logs"][0]["until"] = end
    plan["logs"].append({"vkeys": [successor["ed25519"], successor["mldsa44"]], "from": end})
    (folder / "plan.json").write_text(json.dumps(plan))
    after = ("--after", root)
    drafted = drill.voute("ceremony", "draft", folder / "plan.json", *after, "--delay-days", "0", "-o", folder / "draft.json")
    # A slow machine drafts it when the old log has ended already; nothing else is to be warned of.
    assert set(drafted.ended(0).json["warnings"]) <= {"early"}
    signed = [folder / f"s{number}.json" for number in (1, 2)]
    for number, path in enumerate(signed, 1):
        key = ("--key", folder / "demo" / "officers" / f"officer-{number}.key")
        drill.voute("ceremony", "sign", folder / "draft.json", *key, *after, "--yes", "-o", path).ended(0)
    drill.voute("ceremony", "join", *signed, *after, "-o", folder / "second.json").ended(0)
    return folder / "second.json"


def test_cli_succession_of_a_log_whose_keys_are_changed(tmp_path: Path) -> None:
    with ExitStack() as stack:
        port = stack.enter_context(held_port(any_ports()))
        founded = found_demo(tmp_path / "demo", port, BILLS, lambda _key, _count: None, WITNESSES)
        home = founded.home
        watch = ("monitor", f"http://localhost:{port}", "--home", home.home, "--state", tmp_path / "watch.json")
        with serving_witnesses(founded.witness_folders) as ports:
            office = Drill(tmp_path, founded, at_ports(founded.settings, ports))
            with serving(office.settings):
                demo = deliver_demo(founded, lambda _stage, _done, _total: None)
                with browser(demo.origin) as client:
                    resident = Resident(client, office.root)
                    resident.claim(read_code(demo.code.replace(" ", "")), with_kit=True)
                    documents = opened(resident)
                before = SignedCheckpoint.parse(office.checkpoint())
                assert office.voute(*watch).ended(0).json["origin"] == before.head.origin
                successor = office.voute("admin", "log-successor", SECOND, "--data", office.data).ended(0).json
                until = int(time.time()) + 12
                root = hold_ceremony(office, successor, until)
                served = office.voute("admin", "log-succeed", "--data", office.data).ended(1).json
                assert served["error"] == "city-served"
            office.settings.trust_root_file.write_bytes(root.read_bytes())
            time.sleep(max(0.0, until + 0.1 - time.time()))
            said = office.voute("admin", "log-succeed", "--data", office.data).ended(0).json
            assert (said["origin"], said["lost"]) == (SECOND, 0)
            assert said["size"] >= before.head.size
        for folder in founded.witness_folders:
            office.voute("witness", "follow", folder, "--trust-root", root).ended(0)
        ports = stack.enter_context(serving_witnesses(founded.witness_folders))
        office = replace(office, settings=at_ports(founded.settings, ports))
        with serving(office.settings), browser(demo.origin) as client:
            office.voute("trust", "pin", root, "--home", home.home).ended(0)
            back = Resident(client, office.root, resident.vault, resident.passkey, resident.kit)
            back.sign_in_with_kit()
            assert opened(back) == documents
            more = write_list(tmp_path / "more.csv", bill_rows(tmp_path / "pdf", ("more-1", "more-2")))
            assert office.deliver(more).json["sent"] == 2
            after = SignedCheckpoint.parse(office.checkpoint())
            assert (after.head.origin, after.head.size > before.head.size) == (SECOND, True)
            followed = office.voute(*watch).ended(0).json
            assert (followed["origin"], followed["problems"]) == (SECOND, [])
        assert office.voute("fsck", "--data", office.data).ended(0).lines[-1]["differences"] == 0

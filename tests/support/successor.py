"""A successor of a test city's log: the root that says so, and the moment at which it counts."""

import time
from dataclasses import replace
from pathlib import Path

from tests.support.city import CITY_KEYS, DemoCity
from voute.core.values import unix_time
from voute.format import dsse
from voute.format.trust_root import LogKey, TrustRoot, sign_trust_root
from voute.server.succession import prepare_successor
from voute.tlog.policy import LogKey as TreeLog

SECOND_LOG = "ville.test/log/second"


def following(root: TrustRoot, *logs: LogKey) -> TrustRoot:
    """The root after this one, with other logs."""
    previous = dsse.statement_hash(root.encode())
    listed = tuple(sorted(logs, key=lambda one: one.origin))
    return replace(root, number=root.number + 1, previous=previous, logs=listed)


def ended_for(root: TrustRoot, successor: TreeLog, at: int) -> TrustRoot:
    """The root after this one, in which the open log ends and the successor begins."""
    ended = [replace(one, until=unix_time(at)) if one.until is None else one for one in root.logs]
    after = LogKey(successor.origin, successor.ed25519, successor.mldsa44, unix_time(at), None)
    return following(root, *ended, after)


def put_in_force(demo: DemoCity, root: TrustRoot) -> None:
    demo.settings.trust_root_file.write_bytes(sign_trust_root(root, CITY_KEYS))
    demo.root = root


def end_the_log(demo: DemoCity, origin: str = SECOND_LOG) -> TrustRoot:
    """Prepare a successor and put the root in force that ends the present log, at the next full second."""
    successor = prepare_successor(demo.settings, origin).log
    at = int(time.time()) + 1
    root = ended_for(demo.root, successor, at)
    while time.time() < at:
        time.sleep(0.02)
    put_in_force(demo, root)
    return root


def key_files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name.startswith("log")}

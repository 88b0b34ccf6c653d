"""A city as it is looked at: well in every respect, and every measurement that a server can give."""

from prometheus_client import CollectorRegistry

from voute.app.health import Health
from voute.app.scrub import Walk
from voute.app.stamp import LastStamp
from voute.core.ports_seen import DeadCount, DeliveryCount, JobCount, MailCount
from voute.core.values import MICROSECONDS
from voute.server.observe.metrics import PrometheusSignals, all_of
from voute.server.observe.overview import Counted, Disk, Overview, WitnessSeen

NOW = 1_800_000_000
AT = NOW * MICROSECONDS
GIGABYTE = 1_000_000_000

WELL = Overview(
    at=AT,
    release="0.1.0",
    health=Health(catalogue=True, blobs=True, log=True, checkpoint_age=3),
    counted=Counted(
        entries=400_000,
        published_at=AT - 3 * MICROSECONDS,
        unsequenced=2,
        oldest_unsequenced=NOW - 1,
        deliveries={
            "draft": DeliveryCount(1, 0, 0),
            "committed": DeliveryCount(1, 5, 500),
            "visible": DeliveryCount(7, 200_000, 20 * GIGABYTE),
        },
        jobs={"destroy": JobCount(3, AT - 2 * MICROSECONDS), "remove-pack": JobCount(0, AT), "compact": JobCount(0, AT)},
        mails=MailCount(4, 1, AT - 60 * MICROSECONDS),
        messages=MailCount(2, 0, None),
        addresses={"unconfirmed": 1, "confirmed": 9, "unreachable": 0},
        sessions={"holder": 12, "issuer": 1},
        dead=DeadCount(20, 2_000_000, 300_000),
        backup_at=AT - 5 * 3600 * MICROSECONDS,
        stamp=LastStamp(400_000, NOW - 5),
        walk=Walk(ended_at=AT - 86_400 * MICROSECONDS, last_size=20 * GIGABYTE),
        mail_blocked_at=None,
    ),
    witnesses=(WitnessSeen("un.test/w", NOW - 20), WitnessSeen("deux.test/w", NOW - 30)),
    quorum=2,
    disks=(Disk("data", 100 * GIGABYTE, 60 * GIGABYTE), Disk("locks", 10 * GIGABYTE, 9 * GIGABYTE)),
    sends_mail=True,
    scrub_days=30,
    is_stamped=True,
)


def everything(overview: Overview = WELL) -> CollectorRegistry:
    """What a server shows that has met everything at least once."""
    signals = PrometheusSignals()
    signals.request("GET", "/api/documents", 200, 0.02)
    signals.refused("lookup")
    signals.witness_failed("un.test/w")
    signals.work_failed("worker")
    signals.sequenced(5)
    signals.notice("mail", "accepted")
    return all_of(signals, lambda: overview)

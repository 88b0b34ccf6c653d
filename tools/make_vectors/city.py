"""The city of the vectors: its keys, trust root, log and witnesses, all from fixed seeds. Saint-Aurèle does not exist."""

from dataclasses import replace
from functools import cache

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from tools.make_vectors.frozen import FROZEN
from tools.make_vectors.seeds import seed
from voute.core.ids import Slug
from voute.core.values import Names, UnixTime, parse_time
from voute.format.dsse import SigningKey, keyid
from voute.format.trust_root import DocumentType, Issuer, IssuerKey, LogKey, TrustRoot, WitnessKey
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.cosignature import Cosigner, cosigned_message
from voute.tlog.merkle import leaf_hash
from voute.tlog.note import Note, SignatureLine, sign_ed25519
from voute.tlog.proof import TlogProof
from voute.tlog.tree import MemoryTree, Prover

CITY = Slug("saint-aurele")
FINANCE, PERMITS = Slug("finances"), Slug("permis")
ORIGIN = "https://coffre.saint-aurele.example"
LOG = "coffre.saint-aurele.example/log/2026"
WITNESSES = ("temoin-1.example", "temoin-2.example", "temoin-3.example")
ISSUED = parse_time("2026-01-15T14:00:00Z")
DELIVERED = parse_time("2026-02-01T09:30:00Z")
COSIGNED = 1_770_000_000

ISSUER_KEY = SigningKey(seed("issuer"))
OLD_ISSUER_KEY = SigningKey(seed("issuer old"))
PERMITS_KEY = SigningKey(seed("issuer permits"))
LOG_KEY = SigningKey(seed("log"))


@cache
def city_keys() -> tuple[SigningKey, ...]:
    """Give the three keys of the city's officers, sorted as a trust root lists them."""
    return tuple(sorted((SigningKey(seed(f"city {n}")) for n in range(3)), key=lambda key: keyid(key.public)))


@cache
def cosigner(name: str) -> Cosigner:
    """Give the log's or a witness's ML-DSA-44 cosigner."""
    return Cosigner(name, seed(f"mldsa44 {name}"))


def _issuers() -> tuple[Issuer, ...]:
    bill = DocumentType(Slug("compte-de-taxes"), Names("Tax bill", "Compte de taxes"), registered=False)
    permit = DocumentType(Slug("permis-construction"), Names("Building permit", "Permis de construction"), registered=True)
    return (
        Issuer(
            FINANCE,
            Names("Finance Department", "Service des finances"),
            None,
            (IssuerKey(OLD_ISSUER_KEY.public, 0, 5), IssuerKey(ISSUER_KEY.public, 5, None)),
            (bill,),
        ),
        Issuer(
            PERMITS,
            Names("Permits", "Service des permis"),
            None,
            (IssuerKey(PERMITS_KEY.public, 0, None),),
            (permit,),
        ),
    )


@cache
def trust_root() -> TrustRoot:
    """Give the city's first trust root: two of three officers, one log, two of three witnesses."""
    return TrustRoot(
        number=1,
        previous=None,
        city=CITY,
        names=Names("City of Saint-Aurèle", "Ville de Saint-Aurèle"),
        issued_at=ISSUED,
        effective_at=ISSUED,
        rp_id="coffre.saint-aurele.example",
        origin=ORIGIN,
        keys=tuple(key.public for key in city_keys()),
        threshold=2,
        logs=(LogKey(LOG, LOG_KEY.public, cosigner(LOG).public.public, ISSUED, None),),
        quorum=2,
        witnesses=tuple(WitnessKey(name, cosigner(name).public.public) for name in WITNESSES),
        issuers=_issuers(),
    )


def ending(until: int) -> TrustRoot:
    """Give a root in which the city's log ended at this time (POSIX seconds) and a successor goes on from there."""
    (log,) = trust_root().logs
    after = replace(log, origin=f"{LOG}-2", ed25519=SigningKey(seed("successor")).public, since=UnixTime(until))
    return replace(trust_root(), logs=(replace(log, until=UnixTime(until)), after))


def cosign(name: str, head: Checkpoint, time: int) -> SignatureLine:
    """Cosign a tree head; the signature is made once and kept."""
    message = cosigned_message(name, time, head)
    private = MLDSA44PrivateKey.from_seed_bytes(seed(f"mldsa44 {name}"))
    label = f"cosignature/{name}/{head.origin}/{head.size}/{head.root.hex()[:16]}/{time}"
    raw = FROZEN.get(label, lambda: private.sign(message))
    return SignatureLine(name, cosigner(name).public.key_id, time.to_bytes(8, "big") + raw)


def prove(entries: list[bytes], index: int, witnesses: int = 3, origin: str = LOG) -> TlogProof:
    """Prove one of the log's entries under a checkpoint that so many witnesses cosigned, a minute apart."""
    tree = MemoryTree(leaf_hash(entry) for entry in entries)
    prover = Prover(len(entries), tree)
    head = Checkpoint(origin, len(entries), prover.root)
    lines = [sign_ed25519(head.encode(), origin, LOG_KEY), cosign(origin, head, COSIGNED)]
    lines += [cosign(name, head, COSIGNED + 60 * (n + 1)) for n, name in enumerate(WITNESSES[:witnesses])]
    signed = SignedCheckpoint(head, Note(head.encode(), tuple(lines)))
    return TlogProof(index, prover.inclusion(index), signed)


def other_time(seconds: int) -> UnixTime:
    """Give an instant so many seconds after the root was issued."""
    return UnixTime(ISSUED + seconds)

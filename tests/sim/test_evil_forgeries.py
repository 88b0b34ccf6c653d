"""Documents that the city writes itself and puts into a vault in an issuer's name: none is shown as issued."""

from dataclasses import replace

import pytest

from tests.support.mutants import mutated
from tests.support.own_archive import ENVELOPE, Entries, OwnVault, Parts, entries_of, log_receipts, open_entries, the_city
from tools.make_vectors.city import FINANCE, ISSUER_KEY, OLD_ISSUER_KEY, PERMITS, PERMITS_KEY, city_keys, trust_root
from voute.core.ids import LookupId, Slug
from voute.format import dsse
from voute.format.dsse import Kind, Signature, SigningKey, keyid
from voute.format.manifest import Manifest, ToClaim, parse_manifest
from voute.format.trust_root import IssuerKey, sign_trust_root
from voute.seal.agefile import seal_header, seal_payload
from voute.seal.document import SealedDocument
from voute.seal.file_key import FileKey
from voute.verify.trust import TrustRootRollbackError, accept_first

LIAR = SigningKey(b"the liar's own key".ljust(32))
BODY = b"%PDF pay 9,999.99 $ to this account"
TITLE = "Compte de taxes, dernier avis"


@pytest.fixture(scope="module")
def own() -> OwnVault:
    return OwnVault()


def bill(own: OwnVault, issuer: Slug = FINANCE) -> Manifest:
    """The manifest of a bill that is as good as a true one in all but who signed it."""
    true = parse_manifest(dsse.parse(own.seal(TITLE, BODY).envelope).payload)
    return replace(true, issuer=issuer)


def put(own: OwnVault, manifest: Manifest, envelope: bytes, root: bytes = ENVELOPE) -> Entries:
    """Put a document with this card into a vault, as anybody can who knows its public key."""
    key = FileKey.generate()
    header = seal_header(key, (own.recipient,))
    parts = Parts(header, seal_payload(key, envelope), seal_payload(key, BODY), b"")
    return entries_of(own, {manifest.document_id: parts}, root)


def put_sealed(own: OwnVault, sealed: SealedDocument, receipt: bytes = b"", root: bytes = ENVELOPE) -> Entries:
    parts = Parts(sealed.header, sealed.card, sealed.body, receipt)
    return entries_of(own, {sealed.document_id: parts}, root)


def under_the_name_of(public: bytes, manifest: Manifest) -> bytes:
    """The liar's signature, which says that it is by another's key."""
    payload = manifest.encode()
    signature = LIAR.sign(dsse.pre_authentication(Kind.MANIFEST, payload))
    return dsse.assemble(Kind.MANIFEST, payload, [Signature(keyid(public), signature)])


@pytest.mark.control("B1")
def test_sim_forgery_control_the_issuers_own_bill_is_shown(own: OwnVault) -> None:
    manifest = bill(own)
    (one,) = open_entries(own, put(own, manifest, manifest.sign(ISSUER_KEY)))
    assert (one.error, one.title, one.issuer, one.body) == (None, TITLE, FINANCE, BODY)


@pytest.mark.attack("B1")
@pytest.mark.parametrize(
    ("issuer", "how", "error"),
    [
        (FINANCE, "signed by the liar", "unknown-key"),
        (FINANCE, "signed by the liar in the department's name", "bad-signature"),
        (FINANCE, "signed by another department", "unknown-key"),
        (FINANCE, "signed by the holder", "unknown-key"),
        (PERMITS, "signed by another department's colleague", "unknown-key"),
        (Slug("tresor"), "of a department that there is not", "unknown-issuer"),
    ],
)
def test_sim_forgery_is_never_shown_as_issued(own: OwnVault, issuer: Slug, how: str, error: str) -> None:
    manifest = bill(own, issuer)
    envelopes = {
        "signed by the liar in the department's name": under_the_name_of(ISSUER_KEY.public, manifest),
        "signed by another department": manifest.sign(PERMITS_KEY),
        "signed by the holder": manifest.sign(own.vault.root_key),
        "signed by another department's colleague": manifest.sign(ISSUER_KEY),
    }
    entries = put(own, manifest, envelopes.get(how, manifest.sign(LIAR)))
    for trusted in (None, the_city()):
        (one,) = open_entries(own, entries, trusted)
        assert one.error is not None
        assert (one.error.code, one.title, one.issuer, one.body) == (error, "", "", b"")


@pytest.mark.attack("B1", "B2")
def test_sim_forgery_another_holders_true_bill_sealed_anew_to_this_vault_is_refused(own: OwnVault) -> None:
    """The liar is a resident too, and passes a true bill of its own on: genuine, and not for this vault."""
    liar = OwnVault()
    manifest = bill(liar)
    waiting = replace(manifest, recipient=ToClaim(LookupId(bytes(32)), 0, 1))
    for one in (manifest, waiting):
        (shown,) = open_entries(own, put(own, one, one.sign(ISSUER_KEY)))
        assert shown.error is not None
        assert (shown.error.code, shown.body) == ("wrong-vault", b"")


@pytest.mark.attack("B1")
def test_sim_forgery_by_a_key_that_has_ended_is_refused_with_and_without_a_receipt(own: OwnVault) -> None:
    """The key was stolen after it was replaced; no receipt could say that it signed before."""
    manifest = bill(own)
    (one,) = open_entries(own, put(own, manifest, manifest.sign(OLD_ISSUER_KEY)))
    assert one.error is not None
    assert one.error.code == "key-not-valid-then"
    sealed = own.seal(TITLE, BODY)
    old = replace(sealed, envelope=parse_manifest(dsse.parse(sealed.envelope).payload).sign(OLD_ISSUER_KEY))
    key = FileKey.generate()
    card = replace(
        old,
        header=seal_header(key, (own.recipient,)),
        card=seal_payload(key, old.envelope),
        body=seal_payload(key, BODY),
    )
    (late,) = log_receipts([card])
    (early,) = log_receipts([card], before=4)
    (one,) = open_entries(own, put_sealed(own, card, late))
    assert one.error is not None
    assert one.error.code == "key-not-valid-then"
    # The thief has the log's key too, but no witness: the index is of their own making.
    (alone,) = log_receipts([card], before=4, witnesses=())
    (one,) = open_entries(own, put_sealed(own, card, alone))
    assert one.error is not None
    assert one.error.code == "no-quorum"
    # Control: what it signed while it was good stays good.
    (one,) = open_entries(own, put_sealed(own, card, early))
    assert (one.error, one.body) == (None, BODY)


@pytest.mark.attack("B1")
def test_sim_forgery_under_a_trust_root_of_the_liars_shows_another_fingerprint(own: OwnVault) -> None:
    """The archive brings its own trust root: with the city's at hand it counts for nothing, without it its fingerprint tells."""
    city = trust_root()
    finance = replace(city.issuers[0], keys=(IssuerKey(LIAR.public, 0, None),))
    mine = replace(city, keys=(LIAR.public,), threshold=1, issuers=(finance, *city.issuers[1:]))
    root = sign_trust_root(mine, [LIAR])
    manifest = bill(own)
    entries = put(own, manifest, manifest.sign(LIAR), root)
    (one,) = open_entries(own, entries, the_city())
    assert one.error is not None
    assert one.error.code == "unknown-key"
    assert accept_first(root).fingerprint != the_city().fingerprint


@pytest.mark.attack("B1")
def test_sim_forgery_under_a_trust_root_older_than_the_holder_has_seen_is_refused() -> None:
    """A key that the city has withdrawn would count again."""
    own = OwnVault(trust_root_version=2)
    manifest = bill(own)
    with pytest.raises(TrustRootRollbackError):
        open_entries(own, put(own, manifest, manifest.sign(ISSUER_KEY)))
    newer = replace(trust_root(), number=2, previous=the_city().hash)
    (one,) = open_entries(own, put(own, manifest, manifest.sign(ISSUER_KEY), sign_trust_root(newer, city_keys())))
    assert (one.error, one.body) == (None, BODY)


@pytest.mark.mutant("B1")
def test_sim_forgery_mutants_show_what_the_city_wrote(own: OwnVault) -> None:
    manifest = bill(own)
    with mutated("believes any signature"):
        (one,) = open_entries(own, put(own, manifest, manifest.sign(LIAR)))
    assert (one.error, one.title, one.issuer, one.body) == (None, TITLE, FINANCE, BODY)
    others = bill(OwnVault())
    with mutated("takes a document for anyone"):
        (one,) = open_entries(own, put(own, others, others.sign(ISSUER_KEY)))
    assert (one.error, one.title, one.body) == (None, TITLE, BODY)

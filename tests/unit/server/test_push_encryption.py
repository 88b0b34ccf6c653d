"""Messages to browsers: the RFC's own example, byte for byte; another implementation reads ours; nobody else does."""

import json
import secrets
from pathlib import Path

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key, generate_private_key

from tests.support.project import ROOT
from tests.support.push_service import bytes64
from voute.core.errors import FormatError
from voute.server.keys import PUSH_FILE, KeyFileError, read_or_create_push_key
from voute.server.notices.push_encryption import RECORD, Fresh, encrypt
from voute.server.notices.vapid import public_point

APPENDIX = ROOT / "vectors" / "push-rfc8291" / "appendix-a.json"
FITS = RECORD - 17


def test_push_encryption_is_that_of_the_rfc() -> None:
    case = {name: value for name, value in json.loads(APPENDIX.read_bytes()).items() if name != "source"}
    given = {name: bytes64(value) for name, value in case.items()}
    ours = derive_private_key(int.from_bytes(given["as_private"]), SECP256R1())
    assert public_point(ours) == given["as_public"]
    fresh = Fresh(ours, given["salt"])
    text = given["plaintext"]
    assert encrypt(text, given["ua_public"], given["auth"], len(text), fresh) == given["body"]
    theirs = derive_private_key(int.from_bytes(given["ua_private"]), SECP256R1())
    assert http_ece.decrypt(given["body"], private_key=theirs, auth_secret=given["auth"]) == text


@pytest.mark.parametrize(("size", "padded"), [(0, 0), (0, 1), (1, 1), (1, 1_024), (1_024, 1_024), (FITS, FITS), (1, FITS)])
def test_push_encryption_is_read_by_another_implementation(size: int, padded: int) -> None:
    theirs, auth, text = generate_private_key(SECP256R1()), secrets.token_bytes(16), secrets.token_bytes(size)
    body = encrypt(text, public_point(theirs), auth, padded, Fresh.draw())
    assert len(body) == 16 + 4 + 1 + 65 + padded + 1 + 16
    assert http_ece.decrypt(body, private_key=theirs, auth_secret=auth) == text
    for key, secret in ((generate_private_key(SECP256R1()), auth), (theirs, secrets.token_bytes(16))):
        with pytest.raises(http_ece.ECEException):
            http_ece.decrypt(body, private_key=key, auth_secret=secret)


def test_push_encryption_draws_anew_each_time() -> None:
    point = public_point(generate_private_key(SECP256R1()))
    first, second = (encrypt(b"a", point, b"s" * 16, 16, Fresh.draw()) for _ in range(2))
    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]


@pytest.mark.parametrize(("size", "padded"), [(2, 1), (FITS + 1, FITS + 1), (0, RECORD)])
def test_push_encryption_refuses_what_does_not_fit(size: int, padded: int) -> None:
    with pytest.raises(FormatError):
        encrypt(b"a" * size, public_point(generate_private_key(SECP256R1())), b"s" * 16, padded, Fresh.draw())


def test_push_encryption_refuses_a_point_that_is_none() -> None:
    with pytest.raises(FormatError):
        encrypt(b"a", b"\x04" + b"\xff" * 64, b"s" * 16, 16, Fresh.draw())


def test_push_encryption_key_is_drawn_once_and_kept_for_its_account_alone(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first, second = read_or_create_push_key(folder), read_or_create_push_key(folder)
    assert public_point(first) == public_point(second)
    assert (folder / PUSH_FILE).stat().st_mode & 0o777 == 0o600
    (folder / PUSH_FILE).write_bytes(b'{"p256":"' + b"00" * 32 + b'","version":1}')
    with pytest.raises(KeyFileError):
        read_or_create_push_key(folder)

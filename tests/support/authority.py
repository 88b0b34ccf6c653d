"""An authority of a city's own: its certificate, and those that it signs for servers."""

import datetime as dt
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """One key; what it signs is good from yesterday to tomorrow, in hours from now, unless told otherwise."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        own = self._begin(self._name, self._key, (-24, 24)).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.certificate = own.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def _begin(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, hours: tuple[int, int]) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + dt.timedelta(hours=hours[0]))
            .not_valid_after(now + dt.timedelta(hours=hours[1]))
        )

    def sign(self, path: Path, host: str, hours: tuple[int, int] = (-24, 24)) -> Path:
        """Write a certificate for a server's name, with its key, into one file."""
        key = ec.generate_private_key(ec.SECP256R1())
        named = x509.SubjectAlternativeName([x509.DNSName(host)])
        signed = self._begin(_name(host), key, hours).add_extension(named, critical=False).sign(self._key, hashes.SHA256())
        secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
        return path

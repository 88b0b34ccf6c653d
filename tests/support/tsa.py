"""A timestamp authority of this machine: OpenSSL's `ts` behind HTTP, with a root of its own."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from typing_extensions import override

CONFIG = """
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


Signer = tuple[x509.Name, ec.EllipticCurvePrivateKey]


@dataclass
class Authority:
    """Its address, its certificates, what it was asked; `broken` makes it answer 503."""

    folder: Path
    address: str = ""
    asked: list[bytes] = field(default_factory=list)
    broken: bool = False

    @property
    def certificates(self) -> Path:
        return self.folder / "root.pem"

    def answer(self, question: bytes) -> bytes:
        query, reply = self.folder / "query.tsq", self.folder / "reply.tsr"
        query.write_bytes(question)
        command = [
            "openssl",
            "ts",
            "-reply",
            "-config",
            str(self.folder / "ts.cnf"),
            "-queryfile",
            str(query),
            "-out",
            str(reply),
        ]
        subprocess.run(command, check=True, capture_output=True)
        return reply.read_bytes()

    def accepts(self, response: bytes, message: bytes) -> bool:
        """Whether OpenSSL verifies an answer about a message."""
        reply, data = self.folder / "judged.tsr", self.folder / "judged"
        reply.write_bytes(response)
        data.write_bytes(message)
        command = ["openssl", "ts", "-verify", "-in", str(reply), "-data", str(data), "-CAfile", str(self.certificates)]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _certificate(folder: Path, name: str, issuer: "Signer | None", *, stamps: bool = False) -> "Signer":
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    above, signer = issuer or (subject, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=not stamps, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if stamps:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    signed = builder.sign(signer, hashes.SHA256())
    (folder / f"{name}.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / f"{name}.key").write_bytes(key.private_bytes(*form))
    return subject, key


def make_authority(folder: Path, *, through_another: bool = False) -> Authority:
    """One that is asked by its `answer`, without a server; its root may vouch for it through `middle.pem`."""
    folder.mkdir(parents=True, exist_ok=True)
    above = _certificate(folder, "root", None)
    if through_another:
        above = _certificate(folder, "middle", above)
    _certificate(folder, "tsa", above, stamps=True)
    (folder / "serial").write_text("01\n")
    (folder / "ts.cnf").write_text(CONFIG.format(folder=folder))
    return Authority(folder)


@contextmanager
def serving_authority(folder: Path) -> Iterator[Authority]:
    authority = make_authority(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["content-length"]))
            authority.asked.append(question)
            body = b"" if authority.broken else authority.answer(question)
            self.send_response(503 if authority.broken else 200)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        authority.address = f"http://127.0.0.1:{server.server_address[1]}"
        yield authority
        server.shutdown()

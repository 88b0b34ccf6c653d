"""Whose certificates are believed, and which proxy is asked: the one place that decides it, for all programs of ours.

Believed are the certificates of the machine, or those alone that `SSL_CERT_FILE` and `SSL_CERT_DIR` name, as with OpenSSL. The
proxies are those of `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`; this machine itself is never asked through one.
Checking can't be turned off. What goes another way, and why: docs/operate/outside.md.
"""

import os
import ssl
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from voute.core.errors import VouteError
from voute.outside.heads import HeadLimit

FILE: Final = "SSL_CERT_FILE"
FOLDER: Final = "SSL_CERT_DIR"

_PROBLEMS: Final = {
    9: "certificate-early",
    10: "certificate-ended",
    # Another host name, another address.
    **dict.fromkeys((62, 64), "certificate-other-host"),
    # No issuer found, self-signed, a chain that ends in a stranger, not trusted.
    **dict.fromkeys((2, 18, 19, 20, 21, 27), "certificate-unknown"),
}
"""What the codes of X509_verify_cert are to people. Source: x509_vfy.h of OpenSSL 3."""

_UNFIT: Final = (ValueError, ImportError, httpx.InvalidURL)
"""What httpx raises for a proxy of a kind that it does not speak with, before it asks anybody."""
_NO_TRUST: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Believes nobody; it spares the reading of certificates where nobody is asked."""


class CertificatesUnreadableError(VouteError):
    """What `SSL_CERT_FILE` or `SSL_CERT_DIR` names holds no certificates; facts `variable` and `path`."""

    code: ClassVar[str] = "certificates-unreadable"


class ProxyUnfitError(VouteError):
    """A variable of the environment names a proxy of a kind that we do not speak with."""

    code: ClassVar[str] = "proxy-unfit"


def open_http(
    address: str,
    *,
    timeout: httpx.Timeout | float,
    headers: Mapping[str, str] | None = None,
    base_url: str = "",
    more: Path = Path(),
    transport: httpx.BaseTransport | None = None,
) -> httpx.Client:
    """Return a client for this address and what lies below it; redirects are never followed. Nothing is asked yet.

    The whole head of an answer has the time that `timeout` gives to one read. `more` is a file of certificates that are
    believed beside the others.

    Raises:
        CertificatesUnreadableError: the environment names certificates that can't be read.
        ProxyUnfitError: it names a proxy that is neither http:// nor https://.
        OSError: `more` can't be read.
    """
    is_here = is_this_machine(address)
    # Without encryption there is nothing to load certificates for; who redirects to it is not followed.
    is_plain = is_here and address.startswith("http://")
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_plain else believed()
    if more != Path():
        trust.load_verify_locations(more)
    seconds = httpx.Timeout(timeout).read
    try:
        return httpx.Client(
            base_url=base_url,
            timeout=timeout,
            event_hooks={"request": [] if seconds is None else [HeadLimit(seconds).watch]},
            headers=headers,
            verify=trust,
            trust_env=not is_here,
            follow_redirects=False,
            transport=transport,
        )
    except _UNFIT as error:
        if is_here:
            raise
        raise ProxyUnfitError(type(error).__name__) from error


def expect_fit_proxy(address: str) -> None:
    """Prove that we speak with the kind of proxy that the environment names for an address, if any; nobody is asked.

    Raises:
        ProxyUnfitError: it is neither http:// nor https://.
    """
    asked, named = urlsplit(address), getproxies()
    proxy = named.get(asked.scheme) or named.get("all")
    if not proxy or proxy_bypass(asked.hostname or ""):
        return
    try:
        httpx.Client(proxy=proxy if "://" in proxy else f"http://{proxy}", verify=_NO_TRUST, trust_env=False).close()
    except _UNFIT as error:
        raise ProxyUnfitError(type(error).__name__) from error


def is_this_machine(address: str) -> bool:
    """Say whether an address names the machine that we run on: no proxy could reach it in our place."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def believed(environ: Mapping[str, str] = os.environ) -> ssl.SSLContext:
    """Return the certificates that are believed.

    Raises:
        CertificatesUnreadableError: the environment names some that can't be read.
    """
    file, folder = environ.get(FILE, ""), environ.get(FOLDER, "")
    if folder and not any(Path(one).is_dir() for one in folder.split(os.pathsep)):
        raise CertificatesUnreadableError("no folder", variable=FOLDER, path=folder)
    if file or folder:
        try:
            return ssl.create_default_context(cafile=file or None, capath=folder or None)
        except OSError as error:
            raise CertificatesUnreadableError(type(error).__name__, variable=FILE, path=file) from error
    # A machine without any (a bare container) gets those that come with the library.
    return ssl.create_default_context() if _machine_has_some() else httpx.create_ssl_context(trust_env=False)


def _machine_has_some() -> bool:
    found = ssl.get_default_verify_paths()
    # What is not there is None, whatever its type says.
    return bool(found.cafile) or (bool(found.capath) and any(Path(found.capath).iterdir()))


def certificate_problem(error: BaseException) -> str | None:
    """Say what was wrong with the certificate that ended a call, as a code of our messages; None when it was something else."""
    code = next((one.verify_code for one in _causes(error) if isinstance(one, ssl.SSLCertVerificationError)), None)
    return None if code is None else _PROBLEMS.get(code, "certificate-refused")


def _causes(error: BaseException) -> Iterator[BaseException]:
    following: BaseException | None = error
    while following is not None:
        yield following
        following = following.__context__ if following.__cause__ is None else following.__cause__

import gzip
from pathlib import Path

import httpx
import pytest

from tests.support.city import DemoCity, check

SCRIPT = b"console.log(1);" * 200
VERIFIER = b'<!doctype html><script type="application/json" id="trust-root">null</script>'


@pytest.fixture
def web(demo: DemoCity) -> Path:
    folder = demo.settings.web
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_bytes(b"<!doctype html><title>resident</title>")
    (folder / "verify.html").write_bytes(b"<!doctype html><title>verify</title>")
    (folder / "verifier.html").write_bytes(VERIFIER)
    (folder / "release-manifest.json").write_bytes(b'{"files":{},"version":1}')
    (folder / "assets" / "app-0123abcd.js").write_bytes(SCRIPT)
    (folder / "assets" / "font-0123abcd.woff2").write_bytes(b"wOF2")
    (folder.parent / "secret.txt").write_bytes(b"secret")
    return folder


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/ouvrir",
        "/connexion",
        "/documents",
        "/documents/0123",
        "/documents/a/b",
        "/acces",
        "/confidentialite",
        "/conditions",
    ],
)
def test_api_pages_resident_paths_give_one_page(web: Path, client: httpx.Client, path: str) -> None:
    reply = check(client.get(path))
    assert reply.content == (web / "index.html").read_bytes()
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["cache-control"] == "no-store"


POLICY = (
    "default-src 'none'; script-src 'self'{}; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
    "connect-src 'self'; worker-src blob:; manifest-src 'self'; frame-src 'none'; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html voute"
)


def test_api_pages_carry_their_policy_with_the_inline_scripts_that_they_name(web: Path, client: httpx.Client) -> None:
    one, two = "sha256-" + "a" * 43 + "=", "sha256-" + "+/" * 21 + "9="
    (web / "verify.html").write_text(f'<meta charset="utf-8" /><meta name="voute-inline" content="{one} {two}" />')
    assert check(client.get("/")).headers["content-security-policy"] == POLICY.format("")
    assert check(client.get("/verifier")).headers["content-security-policy"] == POLICY.format(f" '{one}' '{two}'")


@pytest.mark.parametrize(
    "content", ["sha256-short=", "sha256-" + "a" * 43 + "=; script-src *", "'unsafe-inline'", "https://evil.test"]
)
def test_api_pages_put_nothing_but_hashes_into_their_policy(web: Path, client: httpx.Client, content: str) -> None:
    (web / "index.html").write_text(f'<meta name="voute-inline" content="{content}" />')
    assert check(client.get("/")).headers["content-security-policy"] == POLICY.format("")


@pytest.mark.parametrize("path", ["/", "/verifier", "/verifier.html", "/assets/app-0123abcd.js", "/release-manifest.json"])
def test_api_pages_have_the_security_headers_of_every_reply(web: Path, client: httpx.Client, path: str) -> None:
    headers = check(client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cross-origin-embedder-policy"] == "require-corp"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["strict-transport-security"].startswith("max-age=")
    assert web.is_dir()


def test_api_pages_assets_never_change(web: Path, client: httpx.Client) -> None:
    reply = check(client.get("/assets/app-0123abcd.js"))
    assert reply.content == SCRIPT
    assert reply.headers["content-encoding"] == "gzip"
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert reply.headers["content-type"] == "text/javascript; charset=utf-8"
    assert reply.headers["vary"] == "accept-encoding"
    plain = check(client.get("/assets/app-0123abcd.js", headers={"accept-encoding": "identity"}))
    assert plain.content == SCRIPT
    assert "content-encoding" not in plain.headers
    assert check(client.get("/assets/font-0123abcd.woff2")).headers["content-type"] == "font/woff2"
    assert len(gzip.compress(SCRIPT)) < len(SCRIPT)
    assert web.is_dir()


def test_api_pages_verifier_file_has_the_trust_root_written_in(demo: DemoCity, web: Path, client: httpx.Client) -> None:
    reply = check(client.get("/verifier.html"))
    root = demo.city.trust().envelope.replace(b"<", b"\\u003c")
    assert reply.content == VERIFIER.replace(b"null", root)
    assert reply.headers["content-disposition"] == 'attachment; filename="verifier.html"'
    assert check(client.get("/release-manifest.json")).json()["version"] == 1
    assert check(client.get("/verifier")).content == (web / "verify.html").read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../index.html",
        "/assets/..%2f..%2fsecret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/assets/.hidden",
        "/assets/a%00b",
        "/assets/a%5cb",
        "/assets//etc/passwd",
        "/assets/missing.js",
        "/nothing",
        "/schema",
        "/schema/openapi.json",
    ],
)
def test_api_pages_give_no_other_file(web: Path, client: httpx.Client, path: str) -> None:
    reply = client.get(path)
    assert reply.status_code == 404
    assert reply.json()["code"] == "not-found"
    assert web.is_dir()


def test_api_pages_without_a_build_are_not_found(client: httpx.Client) -> None:
    assert check(client.get("/"), 404).json()["code"] == "not-found"

"""The pages: files of the build, served as docs/spec/pages.md says; nothing of a request chooses a file but its known name."""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Annotated, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, HeaderParameter, SkipValidation

from voute.app.limit import Limit
from voute.format.arms import Arms
from voute.format.release import ServedFile, is_path, write_manifest
from voute.server.http.access import public
from voute.server.http.frame import API_POLICY
from voute.server.http.given import TheCity

_INLINE: Final = re.compile(rb'<meta name="voute-inline" content="((?:sha256-[A-Za-z0-9+/]{43}= ?)*)"')
"""Where a page of the build names the inline scripts that its policy must allow, by their hashes."""
MANIFEST: Final = "release-manifest.json"
RESIDENT: Final = "index.html"
PUSH_WORKER: Final = "push/worker.js"
ARMS: Final = "city/arms"
"""Where the coat of arms is, without its ending; no build has a file there."""
EMPTY_ROOT: Final = b'<script type="application/json" id="trust-root">null</script>'
_FULL_ROOT: Final = b'<script type="application/json" id="trust-root">%b</script>'
_ASSETS: Final = Limit("assets", 6_000, step=200)
_PAGES: Final = Limit("pages", 1_200, step=20)

# Not the machine's table of media types: the same file has the same type everywhere.
_TYPES: Final[Mapping[str, str]] = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".json": "application/json",
    ".wasm": "application/wasm",
    ".ftl": "text/plain",
}
_SQUEEZABLE: Final = frozenset({".html", ".js", ".mjs", ".css", ".svg", ".webmanifest", ".json", ".wasm", ".ftl"})
# Smaller files gain nothing.
_MIN_SQUEEZED: Final = 1024


@dataclass(frozen=True, slots=True)
class _File:
    data: bytes
    squeezed: bytes | None
    media_type: str
    policy: str | None


def policy_of(page: bytes, worker: str = "", packs: str = "") -> str:
    """Give the Content-Security-Policy of a page, with the inline scripts that the page names (docs/spec/pages.md).

    `worker` is the one address that a worker may be started from: that of notices, in a city that tells on devices. `packs` is
    the folder of an S3 server that sealed bodies are read from, in a city whose holders read them there.
    """
    named = _INLINE.search(page)
    inline = "".join(f" '{one}'" for one in named.group(1).decode().split()) if named else ""
    started = f" {worker}" if worker else ""
    read = f" {packs}" if packs else ""
    return (
        f"default-src 'none'; script-src 'self'{inline}; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
        f"connect-src 'self'{read}; worker-src blob:{started}; manifest-src 'self'; frame-src 'none'; object-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
        "trusted-types svelte-trusted-html voute"
    )


class WebFiles:
    """The files of a build, read once and kept (a few megabytes); a folder that is missing has no files."""

    def __init__(self, folder: Path, push_origin: str = "", arms: Arms | None = None, packs: str = "") -> None:
        """Take the folder of the build, and the origin whose pages may register the worker of notices; empty: none may.

        The coat of arms is a file of the city's own beside those of the build, with a place in their manifest. `packs` is where
        the resident's page may read sealed bodies besides this server; empty: nowhere.
        """
        self._folder = folder
        self._packs = packs
        self._worker = f"{push_origin}/{PUSH_WORKER}" if push_origin else ""
        self._kept: dict[str, _File] = {}
        self.arms_path = ""
        if arms is not None:
            name = f"{ARMS}.{arms.kind}"
            self.arms_path = f"/{name}"
            self._kept[name] = _File(arms.data, None, _TYPES[f".{arms.kind}"], None)
        self._lock = Lock()
        self._is_sealed = False

    def seal(self) -> bytes | None:
        """Read every file now, serve these bytes and no others from here on, and return their manifest; None without files.

        A file under a name that no build gives is not served.
        """
        found = {path.relative_to(self._folder).as_posix() for path in self._folder.rglob("*") if path.is_file()}
        names = sorted(found | self._kept.keys()) if found else []
        files = {name: ServedFile.of(self.get(name).data) for name in names if name != MANIFEST and is_path(name)}
        self._is_sealed = True
        if not files:
            return None
        manifest = write_manifest(files)
        with self._lock:
            self._kept[MANIFEST] = _File(manifest, None, _TYPES[".json"], None)
        return manifest

    def get(self, name: str) -> _File:
        """Return a file of the build by its path in it.

        Raises:
            NotFoundException: there is no such file.
        """
        kept = self._kept.get(name)
        if kept is None:
            if self._is_sealed:
                raise NotFoundException
            kept = self._read(name)
            with self._lock:
                self._kept[name] = kept
        return kept

    def _read(self, name: str) -> _File:
        parts = name.split("/")
        if any(part.startswith(".") or not part for part in parts) or "\\" in name or "\0" in name:
            raise NotFoundException
        path = self._folder.joinpath(*parts)
        try:
            data = path.read_bytes()
        except OSError:
            raise NotFoundException from None
        suffix = path.suffix.lower()
        squeezed = None
        if suffix in _SQUEEZABLE and len(data) >= _MIN_SQUEEZED:
            squeezed = gzip.compress(data, 9, mtime=0)
        policy = policy_of(data, self._worker, self._packs if name == RESIDENT else "") if suffix == ".html" else None
        return _File(data, squeezed, _TYPES.get(suffix, "application/octet-stream"), policy)


TheWeb = NamedDependency[SkipValidation[WebFiles]]
AcceptEncoding = Annotated[str | None, HeaderParameter(name="accept-encoding", max_length=500)]


def _reply(file: _File, accepted: str | None, headers: Mapping[str, str]) -> Response[bytes]:
    both = dict(headers)
    if file.policy is not None:
        both["content-security-policy"] = file.policy
    data = file.data
    if file.squeezed is not None:
        both["vary"] = "accept-encoding"
        if "gzip" in (accepted or ""):
            both["content-encoding"] = "gzip"
            data = file.squeezed
    return Response(data, media_type=file.media_type, headers=both)


_FRESH: Final = {"cache-control": "no-cache"}
# A page that was open is not kept for Back: what it showed is gone with it.
_PAGE: Final = {"cache-control": "no-store"}
_IMMUTABLE: Final = {"cache-control": "public, max-age=31536000, immutable"}


@get(
    [
        "/",
        "/ouvrir",
        "/connexion",
        "/documents",
        "/documents/{rest:path}",
        "/acces",
        "/papier",
        "/confidentialite",
        "/conditions",
    ],
    opt=public(_PAGES),
    include_in_schema=False,
    # Litestar wraps a threaded handler once for each of its paths; this small file is read once.
    sync_to_thread=False,
)
def resident_page(web: TheWeb, accepted: AcceptEncoding = None) -> Response[bytes]:
    """Serve the resident's page."""
    return _reply(web.get(RESIDENT), accepted, _PAGE)


@get("/verifier", opt=public(_PAGES), include_in_schema=False, sync_to_thread=True)
def verify_page(web: TheWeb, accepted: AcceptEncoding = None) -> Response[bytes]:
    """Serve the verifier's page."""
    return _reply(web.get("verify.html"), accepted, _PAGE)


@get("/verifier.html", opt=public(_PAGES), include_in_schema=False, sync_to_thread=True)
def verifier_file(city: TheCity, web: TheWeb) -> Response[bytes]:
    """Hand out the verifier as one file, with the trust root written into it."""
    root = city.trust().envelope.replace(b"<", b"\\u003c")
    data = web.get("verifier.html").data.replace(EMPTY_ROOT, _FULL_ROOT % root, 1)
    headers = {**_FRESH, "content-disposition": 'attachment; filename="verifier.html"'}
    return Response(data, media_type=_TYPES[".html"], headers=headers)


@get("/assets/{name:path}", opt=public(_ASSETS), include_in_schema=False, sync_to_thread=True)
def asset(web: TheWeb, name: FromPath[str], accepted: AcceptEncoding = None) -> Response[bytes]:
    """Serve a file whose name has its hash."""
    return _reply(web.get("assets/" + name.removeprefix("/")), accepted, _IMMUTABLE)


@get("/release-manifest.json", opt=public(_PAGES), include_in_schema=False, sync_to_thread=True)
def release_manifest(web: TheWeb) -> Response[bytes]:
    """Serve the list of all files with their hashes."""
    file = web.get(MANIFEST)
    return Response(file.data, media_type=file.media_type, headers=_FRESH)


_WORKER_POLICY: Final = f"{API_POLICY}; connect-src 'self'"
"""The worker of notices tells the city one thing, when its browser was moved (docs/spec/push.md)."""


@get("/push/worker.js", opt=public(_PAGES), include_in_schema=False, sync_to_thread=True)
def push_worker(web: TheWeb, accepted: AcceptEncoding = None) -> Response[bytes]:
    """Serve the worker of notices: in a folder of its own, so that it can stand between no page and the network."""
    return _reply(web.get(PUSH_WORKER), accepted, _FRESH | {"content-security-policy": _WORKER_POLICY})


@get("/city/{name:str}", opt=public(_PAGES), include_in_schema=False, sync_to_thread=True)
def city_arms(web: TheWeb, name: FromPath[str]) -> Response[bytes]:
    """Serve the coat of arms, if the city has one."""
    return _reply(web.get(f"city/{name}"), None, _FRESH)

"""The release that the city has bound itself to, with its proof; the list of files is `/release-manifest.json`."""

from litestar import get

from voute.app.limit import Limit
from voute.app.release import read_release as read
from voute.server.http.access import public
from voute.server.http.given import TheCity
from voute.server.http.wire import Base64, Model


class ReleaseReply(Model):
    """The log entry of the newest release, its place, and a C2SP tlog-proof of it."""

    entry: Base64
    index: int
    proof: str


@get("/api/release", opt=public(Limit("release", 600, step=20)), sync_to_thread=True)
def read_release(city: TheCity) -> ReleaseReply:
    """Return the newest release in the log; 425 while it waits for its place."""
    found = read(city)
    return ReleaseReply(entry=found.entry, index=found.index, proof=found.proof)

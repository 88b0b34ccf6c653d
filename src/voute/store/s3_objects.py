"""A city's objects on S3 under the paths that their files have in a folder, for backups (`CityObjects`)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from voute.core.ports_objects import StoredObject
from voute.store.s3 import Bucket, KeyMissingError
from voute.store.s3_blobs import PACK, SIDECAR

if TYPE_CHECKING:
    from obstore import ObjectMeta

_FILE: Final = re.compile(r"packs/[0-9a-f]{2}/([0-9a-f]{64}\.)(pack|side)")


class S3Objects:
    """`CityObjects` of one bucket; a tag is the server's, with size and second: equal bytes written again count as new."""

    def __init__(self, packs: Bucket, sidecars: Bucket, others: dict[str, Bucket]) -> None:
        """Take the folders of packs and sidecars, and those whose paths are the same in a city's folder."""
        self._packs = packs
        self._sidecars = sidecars
        self._others = others

    def listed(self) -> Iterator[StoredObject]:
        """Yield what is there (`CityObjects.listed`); what no city names so is somebody else's."""
        for bucket, form in ((self._packs, PACK), (self._sidecars, SIDECAR)):
            for one in bucket.listed():
                if form.fullmatch(one["path"]):
                    yield StoredObject(f"packs/{one['path'][:2]}/{one['path']}", one["size"], _tag(one))
        for name, bucket in self._others.items():
            for one in bucket.listed():
                yield StoredObject(f"{name}/{one['path']}", one["size"], _tag(one))

    def read(self, path: str) -> tuple[bytes, str] | None:
        """Return bytes and tag (`CityObjects.read`)."""
        found = _FILE.fullmatch(path)
        if found is not None:
            bucket, key = (self._packs if found[2] == "pack" else self._sidecars), found[1] + found[2]
        else:
            name, _, key = path.partition("/")
            bucket = self._others[name]
        try:
            data, one = bucket.get_with_facts(key)
        except KeyMissingError:
            return None
        return data, _tag(one)


def _tag(one: "ObjectMeta") -> str:
    changed: datetime = one["last_modified"].astimezone(UTC)
    return f"{one['e_tag']} {one['size']} {changed:%Y%m%dT%H%M%S}"

"""Objects in a store's folder that are none of the store's, and unfinished uploads (`voute.core.ports_raw.Leftovers`)."""

import re
import time
from collections.abc import Iterator
from typing import Final

from voute.core.ports_raw import Leftover
from voute.store.s3 import Bucket
from voute.store.s3_uploads import Uploads

_UPLOAD: Final = "?uploadId="
"""Stands in no key of ours: an unfinished upload is named by its key, this, and its id."""


class S3Leftovers:
    """`Leftovers` below one folder of a bucket."""

    def __init__(self, bucket: Bucket, form: re.Pattern[str], uploads: Uploads) -> None:
        """Take the folder, the form of the store's names in it, and who finds unfinished uploads."""
        self._bucket = bucket
        self._form = form
        self._uploads = uploads

    def found(self) -> Iterator[Leftover]:
        """Yield them: objects first, then uploads (`Leftovers.found`)."""
        now = time.time()
        for one in self._bucket.listed():
            if self._form.fullmatch(one["path"]) is None:
                yield Leftover(one["path"], now - one["last_modified"].timestamp())
        for upload in self._uploads.found():
            yield Leftover(f"{upload.key}{_UPLOAD}{upload.upload_id}", upload.age)

    def is_temporary(self, path: str) -> bool:
        """Tell whether it is an upload: objects are never temporary (`Leftovers.is_temporary`)."""
        return _UPLOAD in path

    def remove(self, path: str) -> None:
        """Remove one (`Leftovers.remove`)."""
        key, mark, upload_id = path.partition(_UPLOAD)
        if mark:
            self._uploads.end(key, upload_id)
        else:
            self._bucket.delete(path)

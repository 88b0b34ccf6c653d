"""Runners of the folder `release`."""

from collections.abc import Mapping

from tools.make_vectors.case import Runner, Values
from voute.core.values import time_text
from voute.format.release import parse_manifest, parse_release, write_manifest


def run_entry(values: Values) -> Values:
    """Read a log entry and write it again."""
    entry = parse_release(values["entry"].encode("utf-8"))
    return {
        "city": entry.city,
        "time": time_text(entry.time),
        "release": entry.release,
        "manifest": entry.manifest.hex(),
        "entry": entry.encode().decode("utf-8"),
    }


def run_manifest(values: Values) -> Values:
    """Read a release manifest and write it again."""
    files = parse_manifest(values["manifest"].encode("utf-8"))
    read = {path: {"sha256": file.sha256.hex(), "size": file.size} for path, file in files.items()}
    return {"files": read, "manifest": write_manifest(files).decode("utf-8")}


RUNNERS: Mapping[str, Runner] = {"release-entry": run_entry, "release-manifest": run_manifest}

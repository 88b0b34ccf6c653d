"""Cases of the folder `release`: the manifest of what a city serves, and its log entry (docs/spec/pages.md)."""

from collections.abc import Iterator

from tools.make_vectors.case import Case

FOLDER = "release"
ENTRY = (
    f'{{"city":"ville","manifest":"{"ab" * 32}","release":"0.1.0","time":"2026-11-26T06:00:00Z","type":"release","version":1}}'
)
FILE = f'{{"sha256":"{"0c" * 32}","size":3}}'
OTHER = f'{{"sha256":"{"0d" * 32}","size":0}}'
MANIFEST = f'{{"files":{{"assets/a-1.js":{FILE},"index.html":{OTHER}}},"version":1}}'


def cases() -> Iterator[Case]:
    """Give the cases."""
    yield from _entries()
    yield from _manifests()


def _entries() -> Iterator[Case]:
    def case(name: str, entry: str, verdict: str = "format") -> Case:
        return Case(FOLDER, f"entry-{name}", "release-entry", verdict, {"entry": entry})

    yield case("ok", ENTRY, "ok")
    yield case("ok-name-of-100-signs", ENTRY.replace("0.1.0", "é" * 100), "ok")
    yield case("name-of-101-signs", ENTRY.replace("0.1.0", "é" * 101))
    yield case("name-empty", ENTRY.replace("0.1.0", ""))
    yield case("another-type", ENTRY.replace('"type":"release"', '"type":"directory"'))
    yield case("version-2", ENTRY.replace('"version":1', '"version":2'))
    yield case("hash-short", ENTRY.replace("abab", "ab"))
    yield case("hash-upper-case", ENTRY.replace("abab", "ABAB"))
    yield case("time-offset", ENTRY.replace("Z", "+00:00"))
    yield case("unknown-key", ENTRY.replace('"city"', '"app":1,"city"'))
    yield case("missing-key", ENTRY.replace('"city":"ville",', ""))
    yield case("space", ENTRY.replace(":", ": ", 1))
    yield case("empty", "")


def _manifests() -> Iterator[Case]:
    def case(name: str, manifest: str, verdict: str = "format") -> Case:
        return Case(FOLDER, f"manifest-{name}", "release-manifest", verdict, {"manifest": manifest})

    yield case("ok", MANIFEST, "ok")
    yield case("no-files", '{"files":{},"version":1}')
    yield case("not-sorted", f'{{"files":{{"index.html":{OTHER},"assets/a-1.js":{FILE}}},"version":1}}')
    yield case("path-twice", MANIFEST.replace("index.html", "assets/a-1.js"))
    yield case("path-above", MANIFEST.replace("assets/a-1.js", "../a-1.js"))
    yield case("path-absolute", MANIFEST.replace("assets/a-1.js", "/assets/a-1.js"))
    yield case("path-hidden", MANIFEST.replace("assets/a-1.js", "assets/.a"))
    yield case("path-empty-part", MANIFEST.replace("assets/a-1.js", "assets//a"))
    yield case("path-long", MANIFEST.replace("a-1.js", "a" * 194))
    yield case("size-negative", MANIFEST.replace('"size":3', '"size":-3'))
    yield case("size-text", MANIFEST.replace('"size":3', '"size":"3"'))
    yield case("size-fraction", MANIFEST.replace('"size":3', '"size":3.0'))
    yield case("unknown-key", MANIFEST.replace('"size":3', '"size":3,"type":1'))
    yield case("version-true", MANIFEST.replace('"version":1', '"version":true'))
    yield case("no-version", MANIFEST.replace(',"version":1', ""))
    yield case("not-json", "{")

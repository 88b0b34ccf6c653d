"""Searches bytes for secrets in every form in which software writes them: raw, hex, base64, base64url, JSON, percent.

The bytes are searched as hex text by GNU grep (one pass for all patterns), so that no pattern can hold a line end.
"""

import base64
import json
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

SHORTEST = 6
"""Bytes of the shortest pattern: five random bytes turn up by chance in a gigabyte."""
_BLOCK = 1 << 20
_OVERLAP = 512


def forms_of(secret: bytes | str) -> Mapping[str, bytes]:
    """Every form of a secret, by name; base64 at the three alignments, without the characters that neighbours share."""
    raw = secret.encode() if isinstance(secret, str) else secret
    forms = {"raw": raw, "hex": raw.hex().encode(), "HEX": raw.hex().upper().encode()}
    for shift in range(3):
        whole = base64.b64encode(bytes(shift) + raw).rstrip(b"=")
        # The first characters mix with what stands before, the last with what comes after.
        core = whole[(0, 2, 3)[shift] : len(whole) - (1 if (len(raw) + shift) % 3 else 0)]
        forms[f"base64+{shift}"] = core
        forms[f"base64url+{shift}"] = core.replace(b"+", b"-").replace(b"/", b"_")
    if isinstance(secret, str):
        forms["json"] = json.dumps(secret)[1:-1].encode()
        forms["percent"] = quote(secret, safe="").encode()
        forms["utf-16"] = secret.encode("utf-16-le")
    return {name: form for name, form in forms.items() if len(form) >= SHORTEST}


@dataclass(frozen=True)
class Hit:
    """Where a secret was found: the place, the secret's name, the form."""

    place: str
    secret: str
    form: str


@dataclass(frozen=True)
class Searched:
    """What a search did: bytes read, patterns sought, hits."""

    size: int
    patterns: int
    hits: tuple[Hit, ...]


def search(places: Mapping[str, Iterable[bytes]], secrets: Mapping[str, bytes | str]) -> Searched:
    """Search every place (an iterable of pieces that do not share a pattern across their borders) for every secret."""
    wanted: dict[str, set[tuple[str, str]]] = {}
    for name, secret in secrets.items():
        for form, data in forms_of(secret).items():
            wanted.setdefault(data.hex(), set()).add((name, form))
    size = 0
    hits: set[Hit] = set()
    with tempfile.TemporaryDirectory() as folder:
        patterns = Path(folder) / "patterns"
        patterns.write_text("\n".join(wanted) + "\n")
        for place, pieces in places.items():
            lines = Path(folder) / "lines"
            size += _write_lines(lines, pieces)
            hits |= {Hit(place, *found) for text in _grep(patterns, lines, wanted) for found in wanted[text]}
    return Searched(size, len(wanted), tuple(sorted(hits, key=lambda hit: (hit.place, hit.secret, hit.form))))


def _write_lines(path: Path, pieces: Iterable[bytes]) -> int:
    size = 0
    with path.open("w") as file:
        for piece in pieces:
            size += len(piece)
            for start in range(0, len(piece), _BLOCK):
                file.write(piece[start : start + _BLOCK + _OVERLAP].hex() + "\n")
    return size


def _grep(patterns: Path, lines: Path, wanted: Iterable[str]) -> set[str]:
    """The patterns found; grep names the lines, then each is looked at closely, for it gives one match a place only."""
    found = subprocess.run(
        ["grep", "--fixed-strings", f"--file={patterns}", "--", str(lines)],
        capture_output=True,
        check=False,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )
    assert found.returncode in {0, 1}, found.stderr
    seen = set()
    for line in found.stdout.decode().splitlines():
        seen |= {text for text in wanted if _at_a_byte(line, text)}
    return seen


def _at_a_byte(line: str, text: str) -> bool:
    at = line.find(text)
    while at % 2:
        if at < 0:
            return False
        at = line.find(text, at + 1)
    return at >= 0


def memory_of(pid: int) -> Iterable[bytes]:
    """Every readable private region of a process's memory, as it is now; regions that go away meanwhile are passed over."""
    with Path(f"/proc/{pid}/maps").open() as maps, Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in maps:
            span, rights, *rest = line.split()
            name = rest[3] if len(rest) > 3 else ""
            if not rights.startswith("rw") or name in {"[vvar]", "[vvar_vclock]"}:
                continue
            start, end = (int(one, 16) for one in span.split("-"))
            try:
                memory.seek(start)
                yield memory.read(end - start)
            except OSError:
                continue

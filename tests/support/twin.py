"""The TypeScript twin of the parsers: one Node process that is asked about batches of inputs."""

import struct
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import IO

from tests.support.age_peers import NODE
from tests.support.formats.format import Format
from tests.support.mutate import Mutator
from tests.support.project import ROOT
from voute.core.errors import VouteError

ANSWER = ROOT / "web" / "tests" / "core" / "support" / "answer.ts"
BATCH = 1000
_WORD = struct.Struct(">I")
_SAME, _OTHER, _REFUSED, _FOREIGN = range(4)


@dataclass(frozen=True)
class Verdict:
    """What one language says of an input: `same` or `other` bytes written again, an error's code, or a foreign exception."""

    kind: str
    detail: str = ""


_KINDS = ("same", "other", "refused", "foreign")


def judge(one: Format, data: bytes) -> Verdict:
    """Run the Python parser."""
    try:
        written = one.run(data)
    except VouteError as error:
        return Verdict("refused", error.code)
    except Exception as error:  # noqa: BLE001 (any other exception is what the tests look for)
        return Verdict("foreign", repr(error))
    return Verdict("same") if written == data else Verdict("other", written.hex())


def name_of(data: bytes) -> bytes:
    """Name an input shorter than it is, so that those that were judged can be remembered."""
    return blake2b(data, digest_size=16).digest()


class Twin:
    """A running Node process; `send` and `receive` alternate, so that both sides work at once and neither blocks."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._in: IO[bytes] | None = process.stdin
        self._out: IO[bytes] | None = process.stdout

    def send(self, name: str, inputs: Sequence[bytes]) -> None:
        assert self._in is not None
        parts = [bytes((len(name),)), name.encode()]
        for data in inputs:
            parts += (_WORD.pack(len(data)), data)
        batch = b"".join(parts)
        self._in.write(_WORD.pack(len(batch)) + batch)
        self._in.flush()

    def _read(self, size: int) -> bytes:
        assert self._out is not None
        data = self._out.read(size)
        if len(data) != size:
            raise AssertionError("the twin has ended")
        return data

    def receive(self) -> list[Verdict]:
        raw = self._read(_WORD.unpack(self._read(4))[0])
        verdicts, at = [], 0
        while at < len(raw):
            kind, size = raw[at], _WORD.unpack_from(raw, at + 1)[0]
            detail = raw[at + 5 : at + 5 + size]
            verdicts.append(Verdict(_KINDS[kind], detail.hex() if kind == _OTHER else detail.decode()))
            at += 5 + size
        return verdicts


@contextmanager
def running_twin(*flags: str) -> Iterator[Twin]:
    """Start the twin, with flags of Node if need be; it ends with its input."""
    with subprocess.Popen([NODE, *flags, ANSWER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield Twin(process)
        if process.stdin is not None:
            process.stdin.close()


@dataclass
class Tally:
    """What a run found: how many inputs, how many were taken, and where the two languages differ."""

    cases: int = 0
    taken: int = 0
    differ: list[tuple[str, Verdict, Verdict]] = field(default_factory=list)


def compare(one: Format, twin: Twin, cases: int, seed: int) -> Tally:
    """Give both languages the same inputs and compare their verdicts; at most ten differences are kept.

    Of many formats half of the inputs are made more than once. They count as cases, but are judged once: a verdict follows
    from the input alone.
    """
    mutator, tally, taken = Mutator(seed), Tally(), dict[bytes, bool]()
    todo = [one.make(mutator) for _ in range(min(BATCH, cases))]
    while todo:
        names = [name_of(data) for data in todo]
        new = {name: data for name, data in zip(names, todo, strict=True) if name not in taken}
        twin.send(one.name, list(new.values()))
        mine = [judge(one, data) for data in new.values()]
        tally.cases += len(todo)
        following = [one.make(mutator) for _ in range(min(BATCH, cases - tally.cases))]
        for (name, data), ours, theirs in zip(new.items(), mine, twin.receive(), strict=True):
            taken[name] = ours.kind in {"same", "other"}
            wrong = ours != theirs or ours.kind == "foreign" or (ours.kind == "other" and one.exact)
            if wrong and len(tally.differ) < 10:
                tally.differ.append((data.hex(), ours, theirs))
        tally.taken += sum(taken[name] for name in names)
        todo = following
    return tally

"""`python -m tools.make_vectors`: writes vectors/{encoding,statements,…}; `--check` only compares."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.make_vectors import (
    act_proof,
    act_receipt,
    claim,
    document,
    encoding,
    events,
    index,
    ledger,
    log,
    pack,
    receipt,
    release,
    run_claim,
    run_encoding,
    run_index,
    run_ledger,
    run_pack,
    run_release,
    run_trust,
    run_vault,
    statements,
    trust_root,
    vault,
)
from tools.make_vectors.case import Case, Runner, render
from tools.make_vectors.frozen import FROZEN

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
MODULES = (
    encoding,
    statements,
    claim,
    document,
    pack,
    receipt,
    act_receipt,
    act_proof,
    events,
    trust_root,
    vault,
    release,
    index,
    ledger,
)
RUNNERS: Mapping[str, Runner] = {
    **run_encoding.RUNNERS,
    **run_index.RUNNERS,
    **run_claim.RUNNERS,
    **run_ledger.RUNNERS,
    **run_pack.RUNNERS,
    **run_release.RUNNERS,
    **run_trust.RUNNERS,
    **run_vault.RUNNERS,
}


def all_cases() -> Iterator[Case]:
    """Give every case of every folder."""
    for module in MODULES:
        yield from module.cases()


def rendered() -> Mapping[str, bytes]:
    """Render every case: path below `vectors/` to bytes."""
    files: dict[str, bytes] = {}
    for case in all_cases():
        if case.path in files:
            raise SystemExit(f"{case.path} twice")
        files[case.path] = render(case, RUNNERS)
    return files


def present() -> frozenset[str]:
    """List the files that are there now, in the folders that this tool writes."""
    folders = {module.FOLDER for module in MODULES}
    return frozenset(path.relative_to(VECTORS).as_posix() for folder in folders for path in (VECTORS / folder).glob("*.json"))


def main() -> None:
    """Write what changed, remove what no case makes any more."""
    files = rendered()
    for path in sorted(present() - files.keys()):
        (VECTORS / path).unlink()
    for path, content in files.items():
        target = VECTORS / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != content:
            target.write_bytes(content)
    FROZEN.save()
    of_log = log.generate(VECTORS / "log")
    print(f"{len(files)} cases, and {of_log} of the log")


if __name__ == "__main__":
    main()

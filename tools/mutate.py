"""Mutation testing with mutmut: which changes of a module does no test notice?

`python tools/mutate.py [module …]` works in `.make/mutate/MODULE` on a copy, with the tests that are named here for the module
and nothing else, one process, nice 10. Lines that raise are left alone: their texts are details for logs. It prints a line a
module and every survivor's change; docs/security/mutation.md says why those that are left are left.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".make" / "mutate"
COPIED = ("src", "tests", "tools", "vectors")
VECTORS, LOG = "tests/vectors/test_voute_vectors.py", "tests/vectors/test_log_vectors.py"
KIT = "tests/vectors/test_age_kit.py"
MODULES: dict[str, Sequence[str]] = {
    "tlog/merkle": ("tests/unit/tlog/test_merkle.py", "tests/vectors/test_merkle_kit.py"),
    "tlog/note": ("tests/unit/tlog/test_note.py", LOG),
    "tlog/checkpoint": ("tests/unit/tlog/test_checkpoint.py", LOG),
    "tlog/cosignature": ("tests/unit/tlog/test_checkpoint.py", "tests/unit/tlog/test_policy.py", LOG),
    "tlog/proof": ("tests/unit/tlog/test_checkpoint.py", LOG),
    "tlog/policy": ("tests/unit/tlog/test_policy.py", LOG),
    "tlog/tiles": ("tests/unit/tlog/test_tiles.py",),
    "format/age_header": ("tests/unit/format/test_age_header.py", KIT),
    "format/bech32": ("tests/unit/format/test_bech32.py",),
    "format/canonical": ("tests/unit/format/test_canonical.py", VECTORS),
    "format/claim_code": ("tests/unit/format/test_claim_code.py", "tests/property/test_property_claim_code.py", VECTORS),
    "format/dsse": ("tests/unit/format/test_dsse.py", VECTORS),
    "format/ed25519": ("tests/unit/format/test_ed25519.py", "tests/vectors/test_ed25519_edges.py", VECTORS),
    "format/keyring": ("tests/unit/format/test_limits.py", VECTORS),
    "format/pack": ("tests/unit/format/test_pack.py", VECTORS),
    "format/sidecar": ("tests/unit/format/test_pack.py", VECTORS),
    "format/vault_record": ("tests/unit/format/test_limits.py", VECTORS),
    "seal/agefile": ("tests/unit/seal/test_agefile.py", KIT),
    "seal/keyring": ("tests/unit/seal/test_vault.py", VECTORS),
    "seal/stream": ("tests/unit/seal/test_stream.py",),
    "verify/receipt": ("tests/unit/verify/test_receipt.py", VECTORS),
    "verify/trust": ("tests/unit/verify/test_trust.py", VECTORS),
}
"""Module and the fast tests that are about it."""

_CONFIG = """[mutmut]
source_paths=src
only_mutate=src/voute/{module}.py
also_copy={copied}
timeout_multiplier=4
timeout_constant=0.5
do_not_mutate_patterns=raise [A-Za-z_.]+[(]
pytest_add_cli_args=-p no:cacheprovider
    -p no:randomly
    -m not long
pytest_add_cli_args_test_selection={tests}
"""


def _mutmut(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "mutmut", *arguments]
    environment = {**os.environ, "HYPOTHESIS_PROFILE": "short", "NO_COLOR": "1"}
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, env=environment).stdout


def mutate(module: str) -> None:
    """Make every mutant of a module, run its tests on each, print what survived."""
    folder = WORK / module.replace("/", "-")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    tests = "\n    ".join(MODULES[module])
    copied = "\n    ".join((*COPIED[1:], "pyproject.toml"))
    (folder / "setup.cfg").write_text(_CONFIG.format(module=module, copied=copied, tests=tests))
    report = _mutmut(folder, "run", "--max-children", "1")
    rows = [line.rsplit(": ", 1) for line in _mutmut(folder, "results", "--all", "true").splitlines() if ": " in line]
    states = [(name.strip(), state.strip()) for name, state in rows]
    counts = Counter(state for _, state in states)
    print(f"{module:<22}{len(states):>5} mutants  " + "  ".join(f"{word} {count}" for word, count in counts.items()), flush=True)
    if not states:
        print(report[-1500:])
    for name, state in states:
        if state not in {"killed", "timeout"}:
            print(f"# {state} {name}\n{_mutmut(folder, 'show', name)}", flush=True)


def main() -> None:
    """Mutate the modules that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", default=list(MODULES), help="only these (default: all)")
    options = parser.parse_args()
    os.nice(10)
    for module in options.modules:
        mutate(module)


if __name__ == "__main__":
    main()

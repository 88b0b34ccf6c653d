"""Mutation testing with mutmut: which changes of a module does no test notice?

`python tools/mutate.py [module …]` works in `.make/mutate/MODULE` on a copy, with the tests that are named here for the module
and nothing else, one process, nice 10. Lines that raise are left alone: their texts are details for logs. It prints a line a
module and every survivor's change; docs/security/mutation.md says why those that are left are left.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".make" / "mutate"
STATES = "states.json"
COPIED = ("src", "tests", "tools", "vectors")
VECTORS, LOG = "tests/vectors/test_voute_vectors.py", "tests/vectors/test_log_vectors.py"
KIT = "tests/vectors/test_age_kit.py"
STATEMENTS, LIMITS = "tests/unit/format/test_statements.py", "tests/unit/format/test_limits.py"
KEYRING = "tests/unit/format/test_keyring_edges.py"
EDGES, DOCUMENT = "tests/unit/format/test_edges.py", "tests/unit/format/test_document_edges.py"
READERS = ("client/answers", "client/run_name")
"""Modules of other rooms that are rules alone and judge what a city or a person says."""

MODULES: dict[str, Sequence[str]] = {
    "client/answers": ("tests/unit/client/test_answers_edges.py",),
    "client/run_name": ("tests/unit/client/test_run_name.py",),
    "format/act": (EDGES, STATEMENTS, VECTORS),
    "format/act_proof": ("tests/unit/verify/test_act_proof.py", VECTORS),
    "format/age_header": ("tests/unit/format/test_age_header.py", KIT),
    "format/age_text": (KEYRING, LIMITS, VECTORS),
    "format/archive": (EDGES, "tests/unit/format/test_archive.py", VECTORS),
    "format/arms": ("tests/unit/format/test_arms.py",),
    "format/bech32": ("tests/unit/format/test_bech32.py",),
    "format/binary": ("tests/unit/format/test_binary.py", VECTORS),
    "format/canonical": ("tests/unit/format/test_canonical.py", VECTORS),
    "format/claim_code": ("tests/unit/format/test_claim_code.py", KEYRING, "tests/property/test_property_claim_code.py", VECTORS),
    "format/compared": ("tests/unit/format/test_compared.py",),
    "format/consent": ("tests/unit/format/test_consent.py",),
    "format/dsse": ("tests/unit/format/test_dsse.py", VECTORS),
    "format/dsse_long": ("tests/property/test_property_dsse_long.py", "tests/unit/format/test_registry.py", VECTORS),
    "format/ed25519": ("tests/unit/format/test_ed25519.py", "tests/vectors/test_ed25519_edges.py", VECTORS),
    "format/event": (EDGES, STATEMENTS, LIMITS, VECTORS),
    "format/fields": ("tests/unit/format/test_fields.py", EDGES, STATEMENTS, LIMITS, VECTORS),
    "format/issuer_auth": (EDGES, STATEMENTS, VECTORS),
    "format/keyring": (KEYRING, LIMITS, STATEMENTS, VECTORS),
    "format/kit": (KEYRING, STATEMENTS, LIMITS, VECTORS),
    "format/kit_sign_in": ("tests/unit/seal/test_vault.py", VECTORS),
    "format/long_json": (
        "tests/unit/format/test_long_json.py",
        "tests/property/test_property_registry.py",
        "tests/unit/format/test_registry.py",
        VECTORS,
    ),
    "format/manifest": (DOCUMENT, EDGES, STATEMENTS, LIMITS, VECTORS),
    "format/pack": ("tests/unit/format/test_pack.py", VECTORS),
    "format/pack_statement": (EDGES, STATEMENTS, VECTORS),
    "format/receipt": (DOCUMENT, EDGES, STATEMENTS, LIMITS, VECTORS),
    "format/registry": (
        "tests/unit/format/test_registry_edges.py",
        "tests/unit/format/test_registry.py",
        "tests/property/test_property_registry.py",
        EDGES,
        STATEMENTS,
        VECTORS,
    ),
    "format/release": (EDGES, "tests/unit/format/test_release.py", VECTORS),
    "format/ledger": ("tests/unit/format/test_ledger.py", VECTORS),
    "format/sidecar": ("tests/unit/format/test_sidecar.py", STATEMENTS, VECTORS),
    "format/signed_manifest": ("tests/unit/seal/test_document.py", LIMITS, VECTORS),
    "format/succession": ("tests/unit/format/test_succession.py",),
    "format/subject": (EDGES, "tests/unit/verify/test_binding.py", VECTORS),
    "format/trust_root": ("tests/unit/format/test_trust_root.py", "tests/unit/verify/test_trust.py", STATEMENTS, EDGES),
    "format/index_segments": ("tests/unit/format/test_index_segments.py", VECTORS),
    "format/vault_index": ("tests/unit/format/test_vault_index.py", VECTORS),
    "format/places": (VECTORS,),
    "format/vault_record": (EDGES, LIMITS, STATEMENTS, VECTORS),
    "seal/agefile": ("tests/unit/seal/test_agefile.py", KIT),
    "seal/claim": ("tests/unit/seal/test_waiting.py", "tests/property/test_property_claim_code.py", VECTORS),
    "seal/document": ("tests/unit/seal/test_document.py", "tests/unit/seal/test_waiting.py", VECTORS),
    "seal/file_key": ("tests/unit/seal/test_file_key.py", "tests/unit/seal/test_agefile.py", KIT),
    "seal/hybrid": ("tests/unit/seal/test_hybrid.py", KIT),
    "seal/keyring": ("tests/unit/seal/test_vault.py", VECTORS),
    "seal/stream": ("tests/unit/seal/test_stream.py",),
    "seal/unlock": ("tests/unit/seal/test_vault.py", VECTORS),
    "seal/vault": ("tests/unit/seal/test_vault.py", VECTORS),
    "seal/vault_index": ("tests/unit/format/test_vault_index.py", "tests/unit/format/test_index_segments.py", VECTORS),
    "seal/waiting": ("tests/unit/seal/test_waiting.py",),
    "tlog/checkpoint": ("tests/unit/tlog/test_checkpoint.py", LOG),
    "tlog/cosignature": ("tests/unit/tlog/test_checkpoint.py", "tests/unit/tlog/test_policy.py", LOG),
    "tlog/cosigning": ("tests/unit/tlog/test_cosigning.py",),
    "tlog/inclusions": ("tests/unit/tlog/test_inclusions.py",),
    "tlog/merkle": ("tests/unit/tlog/test_merkle.py", "tests/vectors/test_merkle_kit.py"),
    "tlog/note": ("tests/unit/tlog/test_note.py", LOG),
    "tlog/timestamp": ("tests/unit/tlog/test_timestamp.py",),
    "tlog/policy": ("tests/unit/tlog/test_policy.py", LOG),
    "tlog/proof": ("tests/unit/tlog/test_checkpoint.py", LOG),
    "tlog/reader": ("tests/unit/tlog/test_reader.py",),
    "tlog/recheck": ("tests/unit/tlog/test_sequencer.py",),
    "tlog/sequencer": ("tests/unit/tlog/test_sequencer.py",),
    "tlog/signer": ("tests/unit/tlog/test_checkpoint.py", "tests/unit/tlog/test_policy.py"),
    "tlog/staging": ("tests/unit/tlog/test_staging.py", "tests/unit/tlog/test_sequencer.py"),
    "tlog/tiles": ("tests/unit/tlog/test_tiles.py",),
    "tlog/tree": ("tests/unit/tlog/test_tree.py", "tests/unit/tlog/test_merkle.py"),
    "tlog/witness": ("tests/unit/tlog/test_witness.py",),
    "verify/act": ("tests/unit/verify/test_act.py", "tests/unit/verify/test_act_proof.py"),
    "verify/binding": ("tests/unit/verify/test_binding.py", VECTORS),
    "verify/consent": ("tests/unit/verify/test_consent.py",),
    "verify/timestamp": ("tests/unit/verify/test_timestamp.py",),
    "verify/receipt": ("tests/unit/verify/test_receipt.py", VECTORS),
    "verify/trust": ("tests/unit/verify/test_trust.py", VECTORS),
}
"""Module and the fast tests that are about it."""

LEFT_OUT = (
    "tests/unit/seal/test_stream.py::test_stream_payload_cut_at_each_byte_of_the_last_two_chunks_is_refused",
    "tests/unit/format/test_release.py::test_release_manifest_of_the_build_is_in_this_form",
    "tests/unit/format/test_consent.py::test_consent_words_are_those_of_the_page_and_of_the_specification",
)
"""Tests that cost ten seconds a mutant and find nothing that others of their file do not; that want pages or documentation."""

LONGEST_RUN = 1_800
"""Seconds after which a module is given up: what runs longer has mutants that loop without end."""

_CONFIG = """[mutmut]
source_paths=src
only_mutate=src/voute/{module}.py
also_copy={copied}
timeout_multiplier=6
timeout_constant=1
do_not_mutate_patterns=raise [A-Za-z_.]+[(]
pytest_add_cli_args=-p no:cacheprovider
    -p no:randomly
    -p no:unraisableexception
    -p no:threadexception
    -p no:xdist
    --assert=plain
    --tb=no
    -m not long
    {deselected}
pytest_add_cli_args_test_selection={tests}
"""


class MutationFailedError(Exception):
    """A module was not mutated, or not to its end: its figures are none."""


def states_of(module: str, listing: str, report: str) -> dict[str, str]:
    """Read what `mutmut results` lists: each mutant's name and what became of it; the last line about one counts.

    Raises `MutationFailedError` when it lists none (mutmut is missing) or some were not tried (a test fails without a mutant).
    """
    rows = [line.rsplit(": ", 1) for line in listing.splitlines() if "__mutmut_" in line and ": " in line]
    states = {name.strip(): state.strip() for name, state in rows}
    untried = sum(state in {"not checked", "check was interrupted by user"} for state in states.values())
    if not states or untried:
        what = f"{untried} of {len(states)} mutants were not tried" if states else "0 mutants"
        raise MutationFailedError(f"{module}: {what}. mutmut said at the end:\n{report[-2000:]}")
    return states


def _mutmut(folder: Path, *arguments: str) -> str:
    """Run mutmut and give back all that it wrote, when it failed or ran too long too: `states_of` judges."""
    command = [sys.executable, "-m", "mutmut", *arguments]
    environment = {**os.environ, "HYPOTHESIS_PROFILE": "mutate", "NO_COLOR": "1"}
    with subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
        start_new_session=True,
    ) as process:
        try:
            return process.communicate(timeout=LONGEST_RUN)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return f"{process.communicate()[0]}\nstopped after {LONGEST_RUN} seconds"


def _prepare(module: str, folder: Path) -> None:
    """Copy what mutmut works on; over what is there when mutants of an earlier run are tried again."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    shutil.copy(ROOT / "pyproject.toml", folder)
    tests = "\n    ".join(MODULES[module])
    copied = "\n    ".join((*COPIED[1:], "pyproject.toml"))
    deselected = "\n    ".join(f"--deselect={name}" for name in LEFT_OUT)
    (folder / "setup.cfg").write_text(_CONFIG.format(module=module, copied=copied, tests=tests, deselected=deselected))


def _states(module: str, folder: Path, report: str, earlier: Mapping[str, str]) -> dict[str, str]:
    """Read what became of each mutant; one that an earlier run killed stays killed, whatever mutmut forgot of it."""
    listing = _mutmut(folder, "results", "--all", "true")
    kept = "".join(f"{name}: {state}\n" for name, state in earlier.items() if state == "killed")
    states = states_of(module, listing + "\n" + kept, report)
    (folder / STATES).write_text(json.dumps(states))
    return states


def mutate(module: str, *, again: bool = False) -> None:
    """Make every mutant of a module, run its tests on each, print what survived; raises `MutationFailedError`.

    With `again`, only those that an earlier run did not kill are tried, with the tests as they are now.
    """
    folder = WORK / module.replace("/", "-")
    earlier: dict[str, str] = json.loads((folder / STATES).read_text()) if again else {}
    if not again:
        shutil.rmtree(folder, ignore_errors=True)
    _prepare(module, folder)
    began = time.monotonic()
    report = _mutmut(folder, "run", "--max-children", "1", *(name for name, state in earlier.items() if state != "killed"))
    states = _states(module, folder, report, earlier)
    counts = "  ".join(f"{word} {count}" for word, count in Counter(states.values()).items())
    print(f"{module:<22}{len(states):>5} mutants  {counts}  ({time.monotonic() - began:.0f} s)", flush=True)
    for name, state in states.items():
        if state != "killed":
            print(f"# {state} {name}\n{_mutmut(folder, 'show', name)}", flush=True)


def main() -> None:
    """Mutate the modules that are named, or all; ends with 1 when one of them could not be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", default=list(MODULES), help="only these (default: all)")
    parser.add_argument(
        "--again", action="store_true", help="only mutants that the last run did not kill, after a test was added"
    )
    options = parser.parse_args()
    if unknown := [module for module in options.modules if module not in MODULES]:
        parser.error(f"no tests are named for {', '.join(unknown)}")
    os.nice(10)
    failed = []
    for module in options.modules:
        try:
            mutate(module, again=options.again)
        except MutationFailedError as error:
            failed.append(module)
            print(error, file=sys.stderr, flush=True)
    if failed:
        sys.exit(f"not mutated: {', '.join(failed)}")


if __name__ == "__main__":
    main()

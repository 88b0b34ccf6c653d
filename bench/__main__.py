"""`python -m bench`: measure, print tables, write `bench/results` and from it `docs/performance.md`."""

import argparse
from collections.abc import Sequence

from rich.console import Console

from bench.backup import backup_figures, measure_backups
from bench.delivery import measure_delivery
from bench.letters import letters_figures, measure_letters
from bench.log_size import measure_log
from bench.page import write_page
from bench.peers import missing
from bench.report import delivery_figures, machine, show_delivery, show_letters, write_results
from bench.sequencing import measure_sequencing, sequencing_figures
from bench.serving import measure_serving
from bench.serving_stores import measure_stores
from bench.tables import show_backup, show_log, show_sequencing, show_serving, show_stores, show_vaults
from bench.usage import say
from bench.vault_list import SIZES, measure_vaults

SMALL = 2_000
LARGE = 20_000
FULL = 200_000
LEAVES = 10_000_000
LETTERS = 2_000
RUNS = 3


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the product against the machine and its peers.")
    parser.add_argument("--documents", type=int, metavar="N", help=f"measure one delivery of N (default: {SMALL} and {LARGE})")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs, whose median counts (default %(default)s)")
    parser.add_argument("--sequencing", action="store_true", help="measure the log's sequencer alone")
    parser.add_argument("--log", type=int, metavar="N", help=f"measure a log of N leaves (default: {LEAVES})")
    parser.add_argument("--serving", action="store_true", help="measure the list of a vault and the body of a document")
    parser.add_argument("--stores", action="store_true", help="measure the same on PostgreSQL and S3, which are started here")
    parser.add_argument("--vault", action="store_true", help=f"measure the lists of vaults of {_sizes(SIZES)} documents")
    parser.add_argument("--letters", type=int, metavar="N", help="measure print files of so many letters")
    parser.add_argument("--backup", type=int, metavar="N", help="measure backup and restore of a city of N documents")
    parser.add_argument("--size", type=int, metavar="BYTES", help="of each document of that backup (default: mixed, 100 KB)")
    parser.add_argument("--full", action="store_true", help=f"measure all of it, and one delivery of {FULL}")
    parser.add_argument("--page", action="store_true", help="measure nothing: write the page from the results that are there")
    given = parser.parse_args()
    console = Console()
    asked = (given.documents, given.sequencing, given.log, given.serving, given.stores, given.vault, given.letters)
    everything = given.full or not any((*asked, given.backup, given.page))
    for documents in [given.documents] if given.documents else [SMALL, LARGE] if everything else []:
        _deliver(documents, given.runs, console)
    if given.sequencing or everything:
        _sequence(given.runs, console)
    if given.log or everything:
        _log(given.log or LEAVES, given.runs, console)
    if given.serving or everything:
        _serve(given.runs, console)
    if given.stores or given.full:
        _serve_elsewhere(given.runs, console)
    if given.vault or everything:
        _vaults(console)
    if given.letters or given.full:
        _letters(given.letters or LETTERS, console)
    if given.backup or given.full:
        _back_up(given.backup or LARGE, given.size, console)
    if given.full:
        _deliver(FULL, 1, console)
    console.print(str(write_page()))
    say("done")


def _sizes(sizes: Sequence[int]) -> str:
    return ", ".join(map(str, sizes))


def _deliver(documents: int, runs: int, console: Console) -> None:
    for note in missing():
        console.print(note)
    figures = delivery_figures(measure_delivery(documents, runs))
    show_delivery(figures, console)
    console.print(str(write_results(f"delivery-{documents}", figures)))


def _back_up(documents: int, size: int | None, console: Console) -> None:
    figures = backup_figures(documents, size, measure_backups(documents, size, console.print)) | {"machine": machine()}
    show_backup(figures, console)
    console.print(str(write_results(f"backup-{documents}", figures)))


def _sequence(runs: int, console: Console) -> None:
    figures = sequencing_figures(measure_sequencing(runs=runs)) | {"machine": machine()}
    show_sequencing(figures, console)
    console.print(str(write_results("sequencing", figures)))


def _log(leaves: int, runs: int, console: Console) -> None:
    figures = measure_log(leaves, runs) | {"machine": machine()}
    show_log(figures, console)
    console.print(str(write_results("log", figures)))


def _serve(runs: int, console: Console) -> None:
    figures = measure_serving(runs) | {"machine": machine()}
    show_serving(figures, console)
    console.print(str(write_results("serving", figures)))


def _serve_elsewhere(runs: int, console: Console) -> None:
    figures = measure_stores(runs) | {"machine": machine()}
    show_stores(figures, console)
    console.print(str(write_results("stores", figures)))


def _vaults(console: Console) -> None:
    figures = measure_vaults() | {"machine": machine()}
    show_vaults(figures, console)
    console.print(str(write_results("vault", figures)))


def _letters(letters: int, console: Console) -> None:
    figures = letters_figures(measure_letters(letters)) | {"machine": machine()}
    show_letters(figures, console)
    console.print(str(write_results("letters", figures)))


if __name__ == "__main__":
    main()

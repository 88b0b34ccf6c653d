"""`python -m bench`: measure, print tables, write `bench/results` and from it `docs/performance.md`."""

import argparse

from rich.console import Console

from bench.delivery import measure_delivery
from bench.letters import letters_figures, measure_letters
from bench.page import write_page
from bench.peers import missing
from bench.report import delivery_figures, machine, show_delivery, show_letters, show_sequencing, show_serving, write_results
from bench.sequencing import measure_sequencing, sequencing_figures
from bench.serving import measure_serving

SMALL = 2_000
LARGE = 20_000
RUNS = 3


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the product against the machine and its peers.")
    parser.add_argument("--documents", type=int, metavar="N", help=f"measure one delivery of N (default: {SMALL} and {LARGE})")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs, whose median counts (default %(default)s)")
    parser.add_argument("--sequencing", action="store_true", help="measure the log's sequencer alone")
    parser.add_argument("--serving", action="store_true", help="measure the list of a vault and the body of a document")
    parser.add_argument("--letters", type=int, metavar="N", help="measure print files of so many letters instead")
    parser.add_argument("--page", action="store_true", help="measure nothing: write the page from the results that are there")
    given = parser.parse_args()
    console = Console()
    if given.letters:
        letters = letters_figures(measure_letters(given.letters)) | {"machine": machine()}
        show_letters(letters, console)
        write_results("letters", letters)
    elif not given.page:
        everything = not (given.documents or given.sequencing or given.serving)
        for documents in [given.documents] if given.documents else [SMALL, LARGE] if everything else []:
            _deliver(documents, given.runs, console)
        if given.sequencing or everything:
            _sequence(given.runs, console)
        if given.serving or everything:
            _serve(given.runs, console)
    console.print(str(write_page()))


def _deliver(documents: int, runs: int, console: Console) -> None:
    for note in missing():
        console.print(note)
    figures = delivery_figures(measure_delivery(documents, runs))
    show_delivery(figures, console)
    console.print(str(write_results(f"delivery-{documents}", figures)))


def _sequence(runs: int, console: Console) -> None:
    figures = sequencing_figures(measure_sequencing(runs=runs)) | {"machine": machine()}
    show_sequencing(figures, console)
    console.print(str(write_results("sequencing", figures)))


def _serve(runs: int, console: Console) -> None:
    figures = measure_serving(runs) | {"machine": machine()}
    show_serving(figures, console)
    console.print(str(write_results("serving", figures)))


if __name__ == "__main__":
    main()

"""`python -m bench`: measure a delivery, or with `--letters` print files; print the table, write it into `bench/results`."""

import argparse

from rich.console import Console

from bench.delivery import measure_delivery
from bench.letters import letters_figures, measure_letters
from bench.report import delivery_figures, machine, show_delivery, show_letters, write_results

DOCUMENTS = 2_000
RUNS = 3


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure a delivery against the machine's bound.")
    parser.add_argument("--documents", type=int, default=DOCUMENTS, help="documents of a run (default %(default)s)")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs, whose median counts (default %(default)s)")
    parser.add_argument("--letters", type=int, metavar="N", help="measure print files of so many letters instead")
    given = parser.parse_args()
    console = Console()
    if given.letters:
        letters = letters_figures(measure_letters(given.letters)) | {"machine": machine()}
        show_letters(letters, console)
        console.print(str(write_results("letters", letters)))
        return
    figures = delivery_figures(measure_delivery(given.documents, given.runs))
    name = "delivery" if given.documents == DOCUMENTS else f"delivery-{given.documents}"
    path = write_results(name, figures)
    show_delivery(figures, console)
    console.print(str(path))


if __name__ == "__main__":
    main()

"""`python -m bench`: measure a delivery, print the table, write `bench/results/delivery.json`."""

import argparse

from rich.console import Console

from bench.delivery import measure_delivery
from bench.report import delivery_figures, show_delivery, write_results

DOCUMENTS = 2_000
RUNS = 3


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure a delivery against the machine's bound.")
    parser.add_argument("--documents", type=int, default=DOCUMENTS, help="documents of a run (default %(default)s)")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs, whose median counts (default %(default)s)")
    given = parser.parse_args()
    figures = delivery_figures(measure_delivery(given.documents, given.runs))
    name = "delivery" if given.documents == DOCUMENTS else f"delivery-{given.documents}"
    path = write_results(name, figures)
    console = Console()
    show_delivery(figures, console)
    console.print(str(path))


if __name__ == "__main__":
    main()

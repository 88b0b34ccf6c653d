"""Runs the demonstration city: makes it or opens it again, serves it, says what to do, until told to stop."""

import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import NoReturn

from voute.cli.city_process import serving, serving_witnesses
from voute.cli.console import Speaker
from voute.cli.demo_again import LettersUsedError, refreshed
from voute.cli.demo_city import PORTS, WITNESSES, Demo, Founded, at_ports, deliver_demo, found_demo, read_demo
from voute.cli.demo_lock import DemoRunsError, one_demo
from voute.cli.held_port import held_port
from voute.cli.stages import stages
from voute.paper.demo_city import COUNT
from voute.server.ceremony import migrate


def run_demo(speaker: Speaker, folder: Path, count: int | None) -> None:
    """Make the city in a folder once, with `count` bills, and serve it until SIGINT or SIGTERM; say so if it is served already.

    Raises:
        DemoRunsError: another process is making it at this moment.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with one_demo(folder):
            _run(speaker, folder, COUNT if count is None else count)
    except DemoRunsError as error:
        city = read_demo(folder)
        if city is None:
            raise
        if not speaker.as_json:
            speaker.say("demo-runs", error.facts, style="bold")
        _show(speaker, city)
    except KeyboardInterrupt:
        speaker.say("demo-stopped", {"path": str(folder)})


def _run(speaker: Speaker, folder: Path, count: int) -> None:
    city = read_demo(folder)
    # The port stands in the city's trust root: it is held from before the founding until the server has ended.
    with held_port(PORTS if city is None else [city.port]) as port:
        if city is None:
            _found_and_serve(speaker, folder, port, count)
        else:
            speaker.say("demo-again")
            migrate(city.settings)
            with _served(city) as process:
                _show(speaker, _again(speaker, city), "demo-stop")
                process.wait()


def _again(speaker: Speaker, city: Demo) -> Demo:
    """Take another letter where this one was used, and say so: whoever starts the demonstration can open a vault."""
    try:
        now = refreshed(city)
    except LettersUsedError as error:
        what, fix = speaker.words_of(error)
        if not speaker.as_json:
            speaker.screen.print(f"{what}\n{fix}", style="bold yellow", markup=False)
        return city
    if now.reference != city.reference and not speaker.as_json:
        speaker.say("demo-fresh", {"origin": city.origin})
    return now


def _found_and_serve(speaker: Speaker, folder: Path, port: int, count: int) -> None:
    speaker.say("demo-installing")
    founded = found_demo(folder, port, count, lambda key, number: speaker.say(key, {"count": number}), WITNESSES)
    with _served(founded) as process:
        speaker.say("demo-delivering")
        with stages(speaker) as progress:
            city = deliver_demo(founded, progress)
        _show(speaker, city, "demo-stop")
        process.wait()


@contextmanager
def _served(city: Demo | Founded) -> Iterator[subprocess.Popen[bytes]]:
    """Serve the witnesses, then the city: only the city's own port stands in its trust root, theirs are new each time."""
    with serving_witnesses(city.witness_folders) as ports, serving(at_ports(city.settings, ports)) as process:
        yield process


def _show(speaker: Speaker, city: Demo, end: str | None = None) -> None:
    """Say what to open and what to type, then the message `end`."""
    # Whole, as all paths here: another terminal begins in another folder.
    command = shlex.quote(str(Path(sys.argv[0]).absolute()))
    home = f"--home {shlex.quote(str(city.home))}"
    deliver = f"{command} deliver {shlex.quote(city.permits)} --pdf-dir {shlex.quote(city.permits_folder)} --as finances {home}"
    verify = f"{command} verify DOCUMENT.pdf DOCUMENT.receipt.json {home}"
    monitor = f"{command} monitor {city.origin} {home}"
    bills = f"{shlex.quote(str(city.bills))} --pdf-dir {shlex.quote(str(city.pages))}"
    run = f" --run {shlex.quote(city.run)}" if city.run else ""
    letters = f"{command} letters {bills} --as finances{run} {home}"
    fsck = f"{command} fsck --data {shlex.quote(str(city.settings.data))}"
    commands = {"deliver": deliver, "letters": letters, "verify": verify, "monitor": monitor, "fsck": fsck}
    speaker.give({**asdict(city), "home": str(city.home), **commands})
    if not speaker.as_json:
        speaker.say("demo-ready", {**asdict(city), **commands})
        if end is not None:
            speaker.screen.print()
            speaker.say(end)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt

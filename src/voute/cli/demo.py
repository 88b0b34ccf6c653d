"""`voute demo`: a whole city on this machine, with real PDFs, and the letter that opens a vault."""

import shlex
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from voute.cli.city_process import serving
from voute.cli.console import Speaker
from voute.cli.demo_city import Demo, deliver_demo, found_demo, free_port, read_demo
from voute.cli.options import Json
from voute.cli.stages import stages
from voute.cli.words import help_of
from voute.paper.demo_city import COUNT


def demo(
    folder: Annotated[Path, typer.Option("--folder", help=help_of("option-folder"))] = Path("var/demo"),
    count: Annotated[int, typer.Option("--count", help=help_of("option-count"))] = COUNT,
    as_json: Json = False,
) -> None:
    """Make a demonstration city once, serve it until Ctrl+C, print the link and the letter."""
    speaker = Speaker(as_json=as_json)
    signal.signal(signal.SIGTERM, _interrupt)
    folder = folder.absolute()
    city = read_demo(folder)
    try:
        if city is None:
            speaker.say("demo-installing")
            founded = found_demo(folder, free_port(), count, lambda key, number: speaker.say(key, {"count": number}))
            with serving(founded.settings) as process:
                speaker.say("demo-delivering")
                with stages(speaker) as progress:
                    city = deliver_demo(founded, progress)
                _show_and_wait(speaker, city, process)
        else:
            speaker.say("demo-again")
            with serving(city.settings) as process:
                _show_and_wait(speaker, city, process)
    except KeyboardInterrupt:
        speaker.say("demo-stopped", {"path": str(folder)})


def _show_and_wait(speaker: Speaker, city: Demo, process: subprocess.Popen[bytes]) -> None:
    voute = Path(sys.argv[0])
    command = shlex.quote(str(voute.relative_to(Path.cwd()) if voute.is_relative_to(Path.cwd()) else voute))
    home = f"--home {shlex.quote(str(city.home))}"
    deliver = f"{command} deliver {shlex.quote(city.permits)} --pdf-dir {shlex.quote(city.permits_folder)} --as finances {home}"
    verify = f"{command} verify DOCUMENT.pdf RECU.json {home}"
    speaker.give({**asdict(city), "home": str(city.home), "deliver": deliver, "verify": verify})
    if not speaker.as_json:
        speaker.say("demo-ready", {**asdict(city), "deliver": deliver, "verify": verify})
    process.wait()


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt

"""One progress bar a stage of a delivery or of letters, with count, rate and time left."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import Progress, TaskID

from voute.cli.console import Speaker


class Stages:
    """Shows the progress that a run tells."""

    def __init__(self, speaker: Speaker, bars: Progress, run: str) -> None:
        """Take where to show it, and whose stages they are: messages are called `RUN-stage-…`."""
        self._run = run
        self._speaker = speaker
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Move a stage's bar; the bar appears with the first call."""
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(self._speaker.words.text(f"{self._run}-stage-{stage}"), total=total)
        self._bars.update(self._tasks[stage], completed=done, total=total)


@contextmanager
def stages(speaker: Speaker, run: str = "deliver") -> Iterator[Stages]:
    """Show bars for as long as the context lasts."""
    with speaker.progress() as bars:
        yield Stages(speaker, bars, run)

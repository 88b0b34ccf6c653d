"""How commands speak: words from the message files, tables and progress by Rich, or JSON alone with `--json`."""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text
from typing_extensions import override

from voute.cli.lines import hold_no_break_spaces
from voute.client.api import CityCertificateError, CityUnreachableError, NotYetLoggedError
from voute.core.errors import VouteError
from voute.messages import Messages, language_of_locale, messages

_YES = frozenset({"o", "oui", "y", "yes"})
_C1 = re.compile("[\x7f-\x9f]")


class Exit(IntEnum):
    """Exit codes, the same for every command (docs/guide/command-line.md)."""

    OK = 0
    REFUSED = 1
    """A verification failed, or the city refused."""
    USAGE = 2
    """The command line is wrong (Typer's own)."""
    PREFLIGHT = 3
    """The list has faults; nothing was sent."""
    UNREACHABLE = 4
    """The city does not answer, or has not published yet what it took; what it acknowledged is kept."""
    HELD = 5
    """Sent, but some rows were held or could not be sealed: paper for those."""
    INTERRUPTED = 130
    """Stopped by the person; a draft that was open is cancelled."""


def exit_of(error: VouteError) -> Exit:
    """Say how a command ends by an error: who answers with a certificate that does not hold was not merely silent."""
    late = isinstance(error, CityUnreachableError | NotYetLoggedError)
    silent = late and not isinstance(error, CityCertificateError)
    return Exit.UNREACHABLE if silent else Exit.REFUSED


class WrongUseError(typer.BadParameter):
    """The command line is wrong in a way that the parser can't know; the message is in the person's language."""


class Speaker:
    """Speaks to a person, or to a program with `--json`; secrets are never given to it unless asked for."""

    def __init__(self, *, as_json: bool, language: str | None = None) -> None:
        """Choose the language of the locale, and colours unless NO_COLOR or no terminal (Rich sees to both)."""
        self.as_json = as_json
        self.words: Messages = messages(language or language_of_locale())
        hold_no_break_spaces()
        self.screen = Console(stderr=as_json, highlight=False, soft_wrap=True)
        self.errors = Console(stderr=True, highlight=False, soft_wrap=True)
        """Where a wrong command line is told, whatever the rest goes to."""

    def say(self, key: str, facts: Mapping[str, object] | None = None, *, style: str | None = None) -> None:
        """Say one message on a line of its own."""
        self.screen.print(self.words.text(key, facts), style=style, markup=False)

    def confirms(self, key: str) -> bool:
        """Ask a question on standard error; yes only if the answer says so, in either language."""
        self.errors.print(self.words.text(key), markup=False, end=" ")
        return sys.stdin.readline().strip().lower() in _YES

    def give(self, value: Mapping[str, object]) -> None:
        """Give the result to a program: one line of JSON on standard output, only with `--json`."""
        if self.as_json:
            line = json.dumps(value, ensure_ascii=False, sort_keys=True)
            # JSON escapes the control characters below U+0020 alone; a terminal obeys these as well.
            sys.stdout.write(_C1.sub(lambda found: f"\\u{ord(found[0]):04x}", line) + "\n")
            sys.stdout.flush()

    def fail(self, error: VouteError) -> None:
        """Say what happened, what was kept and what to do next."""
        self.give({"error": str(error.facts.get("problem", error.code)), "detail": error.detail, "facts": dict(error.facts)})
        what, fix = self.words_of(error)
        self.screen.print(what, style="bold red", markup=False)
        self.screen.print(fix, markup=False)

    def words_of(self, error: VouteError) -> tuple[str, str]:
        """Give the words for what the city said, else for what happened here; a fact that is missing costs the detail only."""
        facts = {**getattr(error, "answer_facts", {}), **error.facts}
        for code in (facts.get("problem"), error.code):
            try:
                return self.words.text(f"error-{code}", facts), self.words.text(f"error-{code}.fix", facts)
            except LookupError:
                continue
        return self.words.text("error-internal"), self.words.text("error-internal.fix")

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Show progress bars with count, rate and time left; quiet where there is no terminal."""
        bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            RateColumn(self.words),
            TimeRemainingColumn(),
            console=self.screen,
            disable=self.as_json or not self.screen.is_terminal,
        )
        with bars:
            yield bars


class RateColumn(ProgressColumn):
    """How many a second."""

    def __init__(self, words: Messages) -> None:
        """Take the words of a language: it has its own way to group digits."""
        super().__init__()
        self._words = words

    @override
    def render(self, task: Task) -> Text:
        """Show the rate, once there is one."""
        rate = self._words.text("cli-rate", {"rate": round(task.speed)}) if task.speed else ""
        return Text(rate, style="progress.data.speed")

"""Help and errors of the argument parser in the language of the locale: Typer has both in English alone.

Typer's own words are known here by heart; a test walks through every command and finds any that a new release brings.
"""

import re
from typing import Final

import typer
from typer import rich_utils
from typer._click import exceptions as parser
from typer._click.core import Command, Context, Parameter
from typer._click.formatting import HelpFormatter
from typer.core import TyperGroup, _TyperParameter
from typing_extensions import override

from voute.cli.console import Exit, Speaker, WrongUseError
from voute.messages import Messages

_KINDS: Final = {"str": "text", "int": "number", "float": "number", "path": "path", "file": "file", "directory": "folder"}
_SAID: Final = (
    (re.compile(r"No such command '(?P<name>.*?)'"), "usage-no-command"),
    (re.compile(r"Got unexpected extra argument\(s\) \((?P<name>.*)\)"), "usage-too-many"),
    (re.compile(r"Option '(?P<name>.*)' does not take a value"), "usage-no-value"),
    (re.compile(r"Option '(?P<name>.*)' requires "), "usage-needs-value"),
    (re.compile(r"\w+ (?P<name>'.*'|\".*\") does not exist"), "usage-absent"),
    (re.compile(r"\w+ (?P<name>'.*'|\".*\") is a file"), "usage-is-file"),
    (re.compile(r"\w+ (?P<name>'.*'|\".*\") is a directory"), "usage-is-folder"),
    (re.compile(r"\w+ (?P<name>'.*'|\".*\") is not (?:readable|writable)"), "usage-not-allowed"),
    (re.compile("Missing command"), "usage-missing-command"),
)
"""What Typer's parser says, and what we say."""


def run(app: typer.Typer, speaker: Speaker) -> int:
    """Run the command line, with help and usage errors in the speaker's language; gives the exit code.

    Raises:
        Exception: whatever the command raises.
    """
    command = typer.main.get_command(app)
    speak(command, speaker.words)
    try:
        code = command.main(standalone_mode=False)
    except parser.NoArgsIsHelpError as error:
        # The help is printed already, as an effect of asking for it.
        del error
        return Exit.USAGE
    except parser.ClickException as error:
        _show(error, speaker)
        return Exit.USAGE
    except typer.Abort:
        speaker.say("cli-interrupted")
        return Exit.REFUSED
    return code if isinstance(code, int) else Exit.OK


def speak(command: Command, words: Messages) -> None:
    """Put a command and all below it into a language."""
    rich_utils.ARGUMENTS_PANEL_TITLE = words.text("usage-arguments")
    rich_utils.OPTIONS_PANEL_TITLE = words.text("usage-options")
    rich_utils.COMMANDS_PANEL_TITLE = words.text("usage-commands")
    rich_utils.REQUIRED_LONG_STRING = f"[{words.text('usage-required')}]"
    rich_utils.DEFAULT_STRING = f"[{words.text('usage-default', {'value': '{}'})}]"

    def display_type(parameter: _TyperParameter, ctx: Context) -> str:
        del ctx
        return kind_of(parameter, words)

    class Formatter(HelpFormatter):
        @override
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or words.text("usage-usage") + " ")

    _TyperParameter.display_type = display_type  # type: ignore[method-assign, assignment]
    Context.formatter_class = Formatter
    _speak(command, words)


def _speak(command: Command, words: Messages) -> None:
    shown = command.get_help_option(Context(command))
    if shown is not None:
        shown.help = words.text("usage-help")
    for parameter in command.params:
        if isinstance(parameter, _TyperParameter) and parameter.metavar:
            key = _key(parameter.metavar)
            parameter.metavar = words.text(key) + ("…" if parameter.metavar.endswith("…") else "")
            if isinstance(parameter, typer.core.TyperArgument) and not parameter.help:
                parameter.help = words.text(f"{key}.help")
        if isinstance(parameter, typer.core.TyperOption) and parameter.name in {"install_completion", "show_completion"}:
            parameter.help = words.text(f"usage-{parameter.name.replace('_', '-')}")
    if isinstance(command, TyperGroup):
        command.subcommand_metavar = words.text("usage-command-and-more")
        for one in command.commands.values():
            _speak(one, words)


def _key(metavar: str) -> str:
    """Name the message of what stands for a value: `FILE.csv` is `metavar-file-csv`, `VKEY…` is `metavar-vkey`."""
    return "metavar-" + re.sub("[^a-z]+", "-", metavar.lower()).strip("-")


def kind_of(parameter: Parameter, words: Messages) -> str:
    """Say in a word what kind of value a parameter takes; nothing for a switch."""
    if not isinstance(parameter, _TyperParameter):
        return ""
    found = parameter.type_descriptor
    name = found.path_type if found.is_path else parameter.bare_type()
    name = re.sub(r"^list\[(.*)\]$", r"\1", name)
    return f"<{words.text(f'usage-kind-{_KINDS[name]}')}>" if name in _KINDS else ""


def _show(error: parser.ClickException, speaker: Speaker) -> None:
    screen, words = speaker.errors, speaker.words
    ctx = error.ctx if isinstance(error, parser.UsageError) else None
    if ctx is not None:
        screen.print(ctx.get_usage(), style="yellow", markup=False)
        screen.print(words.text("usage-try", {"command": ctx.command_path}), style="dim", markup=False)
    screen.print(words_of(error, words), style="bold red", markup=False)


def words_of(error: parser.ClickException, words: Messages) -> str:
    """Say what is wrong with a command line; what we do not know is said to be a value that does not fit."""
    if isinstance(error, WrongUseError):
        return error.message
    if isinstance(error, parser.NoSuchOption):
        said = words.text("usage-no-option", {"name": error.option_name})
        return f"{said} {_perhaps(sorted(error.possibilities), words)}" if error.possibilities else said
    where = error.param if isinstance(error, parser.BadParameter) else None
    name = "" if where is None else where.get_error_hint().strip("'")
    if isinstance(error, parser.MissingParameter):
        return words.text("usage-missing", {"name": name})
    for form, key in _SAID:
        found = form.match(error.message)
        if found:
            said = words.text(key, {"name": found.groupdict().get("name", "").strip("'\"")})
            guesses = re.search(r"Did you mean (.*)\?", error.message)
            if guesses:
                said = said + " " + _perhaps(re.findall("'(.*?)'", guesses[1]), words)
            return words.text("usage-of", {"name": name, "said": said}) if name else said
    kind = "" if where is None else f"{kind_of(where, words)} {_range(where)}".strip()
    return words.text("usage-value", {"name": name, "kind": kind})


def _range(where: Parameter) -> str:
    return (where._get_number_range_help_str() or "") if isinstance(where, typer.core.TyperOption) else ""  # noqa: SLF001


def _perhaps(names: list[str], words: Messages) -> str:
    return words.text("usage-perhaps", {"names": ", ".join(names)})

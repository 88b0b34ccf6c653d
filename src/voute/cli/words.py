"""Help texts of commands and options, from the message files, in the language of the locale."""

from voute.messages import language_of_locale, messages


def help_of(key: str) -> str:
    """Give the help text `KEY` of the message file `help.ftl`."""
    return messages(language_of_locale()).text(key)

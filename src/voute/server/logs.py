"""JSON lines on standard error, no personal data: route templates, never paths; of unforeseen errors kind and place alone."""

import json
import logging
import sys
import traceback
from typing import Final

import structlog
from structlog.typing import EventDict

from voute.core.errors import VouteError

_FRAMES: Final = 12
_WRITER: Final = json.JSONEncoder(default=repr)
"""Made once: `json.dumps` with a default makes one for each line, which takes as long as writing it."""


def set_up_logs(level: str = "info") -> None:
    """Send structlog and the standard library's loggers to standard error as one JSON object a line."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        # A line and its end are one write: those of several processes never mix, whatever Python is told of buffers.
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s")


def _render(_logger: object, _method: str, facts: EventDict) -> str:
    return _WRITER.encode(facts)


def failure_of(error: Exception) -> dict[str, object]:
    """Say of work that failed what a line of the log holds: code and detail of our errors and the system's, and where it was.

    Of what nobody foresaw, kind and place alone: its text may hold anything.
    """
    code = error.code if isinstance(error, VouteError) else type(error).__name__
    detail = {"detail": str(error)} if isinstance(error, VouteError | OSError) else {}
    return {"code": code, **detail, "at": frames_of(error)}


def frames_of(error: BaseException) -> list[str]:
    """Return where an error came from, innermost last: file, line and function, nothing of the values involved."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]

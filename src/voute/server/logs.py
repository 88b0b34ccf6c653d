"""JSON lines on standard error, without personal data: route templates, never paths; kinds and places, never texts of errors."""

import json
import logging
import sys
import traceback
from typing import Final

import structlog
from structlog.typing import EventDict

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


def frames_of(error: BaseException) -> list[str]:
    """Return where an error came from, innermost last: file, line and function, nothing of the values involved."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]

"""JSON lines on standard error, without personal data: route templates, never paths; kinds and places, never texts of errors."""

import logging
import sys
import traceback
from typing import Final

import structlog

_FRAMES: Final = 12


def set_up_logs(level: str = "info") -> None:
    """Send structlog and the standard library's loggers to standard error as one JSON object a line."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s")


def frames_of(error: BaseException) -> list[str]:
    """Return where an error came from, innermost last: file, line and function, nothing of the values involved."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]

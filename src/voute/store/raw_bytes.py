"""The type of every column of bytes."""

from sqlalchemy import Dialect, LargeBinary
from typing_extensions import override


class Raw(LargeBinary):
    """Bytes, which both drivers take and give as they are: the library would call a function for each value on its way."""

    cache_ok = True

    @override
    def bind_processor(self, dialect: Dialect) -> None:
        """Convert nothing."""

    @override
    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """Convert nothing."""

"""What SQLAlchemy works out of a statement, once for all SQLite catalogues of this process and of those forked from it.

Each of hundreds of processes opens several catalogues, whose engines would each put the same statements together anew: a
third of its time. What is shared is the text of statements and the dialect that writes it; nothing of a database is.
"""

from functools import cache
from typing import Any, Final

from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.util import LRUCache

from voute.store import engines

_STATEMENTS: Final = 5_000
"""More than there are: none is put together twice."""


@cache
def share_statements() -> None:
    """Share them from now on."""
    first: list[Engine] = []

    def create(url: URL, **options: Any) -> Engine:  # noqa: ANN401 -- whatever the library takes
        engine = create_engine(url, **options)
        # What has an isolation level of its own (the checkpointer) has it in its dialect.
        if "isolation_level" in options:
            return engine
        if not first:
            first.append(engine)
            engine._compiled_cache = LRUCache(_STATEMENTS)  # noqa: SLF001 -- the library has no other way to it
        engine.dialect, engine._compiled_cache = first[0].dialect, first[0]._compiled_cache  # noqa: SLF001 -- the same
        return engine

    setattr(engines, "create_engine", create)  # noqa: B010 -- a function of the library, as the engines' maker sees it

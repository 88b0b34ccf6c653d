"""Every prepared statement of the catalogue: PostgreSQL can write it too, and SQLite walks an index for it."""

import re
from collections.abc import Iterator
from types import ModuleType

import pytest
from sqlalchemy import ClauseElement, Connection, Dialect, create_engine, make_url, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import UpdateBase
from sqlalchemy.sql.selectable import SelectBase

from voute.store import sql_deliveries, sql_documents, sql_events, sql_looks, sql_sign_in, sql_vaults
from voute.store.postgres import PARAMSTYLE, plain_engine
from voute.store.schema import log_state, metadata

MODULES = (sql_deliveries, sql_documents, sql_events, sql_looks, sql_sign_in, sql_vaults)
# A table or a sum of one row may be read whole, and so may the documents of one page, which the statement picked by an index.
SHORT_TABLES = frozenset({log_state.name, "counted", "summed"})
SCAN = re.compile(r"SCAN (\w+)\b(?! USING (?:COVERING )?INDEX)(?! ROW)")


def prepared(module: ModuleType) -> Iterator[tuple[str, ClauseElement]]:
    for name, value in vars(module).items():
        if isinstance(value, SelectBase | UpdateBase):
            yield f"{module.__name__.rpartition('.')[2]}.{name}", value


STATEMENTS = dict(item for module in MODULES for item in prepared(module))


def postgres() -> Dialect:
    dialect: Dialect = postgresql.psycopg.dialect(paramstyle=PARAMSTYLE)  # type: ignore[no-untyped-call]
    return dialect


def compiled(statement: ClauseElement, dialect: Dialect) -> SQLCompiler:
    plain = statement.compile(dialect=dialect)
    assert isinstance(plain, SQLCompiler)
    binds = plain.binds.values()
    lists = any(bind.expanding for bind in binds)
    values = {bind.key: [1, 2] if bind.expanding else 1 for bind in binds if bind.required}
    whole = statement.params(values) if lists else statement
    made = whole.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    assert isinstance(made, SQLCompiler)
    return made


def test_contract_statements_are_found() -> None:
    assert len(STATEMENTS) > 30


@pytest.mark.parametrize("name", STATEMENTS)
def test_contract_statements_are_written_for_postgresql(name: str) -> None:
    made = compiled(STATEMENTS[name], postgres())
    assert str(made).split(maxsplit=1)[0] in {"SELECT", "UPDATE", "DELETE"}
    assert made.positional


def test_contract_tables_are_written_for_postgresql() -> None:
    for table in metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgres()))
        assert all("INDEX" in str(CreateIndex(index).compile(dialect=postgres())) for index in table.indexes)


@pytest.mark.parametrize("name", STATEMENTS)
def test_contract_statements_walk_an_index(name: str) -> None:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as connection:
        made = compiled(STATEMENTS[name], connection.dialect)
        # Any value does: the plan is made before one is looked at.
        values = tuple(1 for _ in made.positiontup or ())
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {made}", values)]
    engine.dispose()
    assert plan
    assert {match[1] for line in plan if (match := SCAN.match(line))} <= SHORT_TABLES, plan


PLAIN = {bytes: b"\1", int: 1, str: "1"}


def explained(connection: Connection, statement: ClauseElement) -> list[str]:
    """The plan that PostgreSQL makes where reading a whole table is the last resort, whatever is in the tables."""
    made = statement.compile(dialect=connection.dialect)
    assert isinstance(made, SQLCompiler)
    plain = {bind.key: PLAIN.get(bind.type.python_type, 1) for bind in made.binds.values() if bind.required}
    values = {bind.key: [plain[bind.key]] if bind.expanding else plain[bind.key] for bind in made.binds.values() if bind.required}
    state = made.construct_expanded_state(values)
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {state.statement}", tuple(state.positional_parameters))]


def test_contract_statements_walk_an_index_on_postgresql(postgres_catalogue_url: str) -> None:
    engine = plain_engine(make_url(postgres_catalogue_url))
    scanned: dict[str, list[str]] = {}
    for name, statement in STATEMENTS.items():
        with engine.begin() as connection:
            plan = explained(connection, statement)
        found = [line.strip() for line in plan if "Seq Scan" in line and not any(f" on {one} " in line for one in SHORT_TABLES)]
        if found:
            scanned[name] = found
    engine.dispose()
    assert scanned == {}

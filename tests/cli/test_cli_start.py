"""`voute serve` on stores that it may not use: one sentence, the exit code of a refusal, nothing started, nothing changed."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.city import demo_settings, found_city
from tests.support.command import COMMAND, Ran, environment, finish
from tests.support.ports import free_port
from tests.support.postgres_secure import DATABASE, PASSWORD, SecurePostgres, secure_postgres
from tests.support.project import ROOT
from tests.support.s3.simulator import S3Simulator, simulator
from tests.support.s3.stores import on_s3
from voute.server.settings import Settings, write_settings
from voute.store.migrate import upgrade

BARE = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()
"""Root obeys the rights of files too, as the server's own user does."""
ALONE = ("unshare", "--mount", *(() if os.geteuid() == 0 else ("--user", "--map-current-user", "--keep-caps")))

Damage = Callable[[Settings], object]
FILES: dict[str, tuple[Damage, str, str]] = {
    "data-closed": (lambda one: one.data.chmod(0), "place-closed", "data"),
    "data-missing": (lambda one: shutil.rmtree(one.data), "place-missing", "data"),
    "packs-missing": (lambda one: shutil.rmtree(one.packs_folder), "place-missing", "packs"),
    "packs-of-another": (lambda one: one.packs_folder.chmod(0o500), "place-closed", "packs"),
    "log-inside": (lambda one: (one.log_folder / "tile").mkdir(0o500, exist_ok=True), "place-closed", "log"),
    "catalogue-missing": (lambda one: (one.data / "catalogue.sqlite").unlink(), "place-missing", "catalogue"),
    "catalogue-read-only": (lambda one: (one.data / "catalogue.sqlite").chmod(0o400), "place-closed", "catalogue"),
    "locks-missing": (lambda one: shutil.rmtree(one.locks_folder), "place-missing", "locks"),
    "keys-closed": (lambda one: next(one.keys_folder.glob("*.json")).chmod(0), "place-closed", "keys"),
    "trust-root-closed": (lambda one: one.trust_root_file.chmod(0), "place-closed", "trust-root"),
}


ASKED = """
import json, sys
from voute.core.errors import VouteError
from voute.server.readiness import expect_usable
from voute.server.settings import load_settings
for line in sys.stdin:
    try:
        expect_usable(load_settings(json.loads(line)))
        print(json.dumps(["", {}]))
    except VouteError as error:
        print(json.dumps([error.code, dict(error.facts)]))
"""


@pytest.fixture
def founded(tmp_path: Path) -> Settings:
    settings = replace(demo_settings(tmp_path), port=free_port())
    found_city(settings)
    return settings


def serve(settings: Settings, *before: str, language: str = "en_CA.UTF-8", as_json: bool = True, cwd: Path = Path("/")) -> Ran:
    folder = settings.locks_folder.parent
    env = environment(folder, language, **write_settings(settings))
    command = [*before, str(COMMAND), "serve", *(["--json"] if as_json else [])]
    return finish(subprocess.Popen(command, env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE))


def shape_of(folder: Path) -> dict[str, int]:
    """Every file below a folder with its size: nothing is made in place of what is not there."""
    return {str(one.relative_to(folder)): one.lstat().st_size for one in folder.rglob("*") if not one.is_dir()}


def test_cli_start_says_which_store_it_may_not_use(founded: Settings, tmp_path: Path) -> None:
    """All damages in one process, without root's rights; what the command makes of one is below."""
    cities = {"untouched": founded}
    for case, (damage, _, _) in FILES.items():
        data, locks = tmp_path / case / "city", tmp_path / case / "locks"
        shutil.copytree(founded.data, data)
        shutil.copytree(founded.locks_folder, locks)
        cities[case] = replace(founded, data=data, locks=locks)
        damage(cities[case])
    before = shape_of(tmp_path)
    lines = [json.dumps(dict(write_settings(one))) for one in cities.values()]
    command = [*BARE, sys.executable, "-c", ASKED]
    said = subprocess.run(command, input="\n".join(lines), capture_output=True, text=True, check=True, cwd=ROOT).stdout
    found = dict(zip(cities, map(json.loads, said.splitlines()), strict=True))
    assert found.pop("untouched") == ["", {}]
    assert {case: (code, facts["what"]) for case, (code, facts) in found.items()} == {
        case: (code, what) for case, (_, code, what) in FILES.items()
    }
    assert [facts["path"] for case, (_, facts) in found.items() if not Path(facts["path"]).is_relative_to(tmp_path / case)] == []
    assert shape_of(tmp_path) == before
    for one in cities.values():
        if one.data.exists():
            one.data.chmod(0o700)


def test_cli_start_says_it_in_french_with_what_to_do(founded: Settings) -> None:
    founded.packs_folder.chmod(0o500)
    what, fix = serve(founded, *BARE, language="fr_CA.UTF-8", as_json=False).ended(1).out.splitlines()
    assert str(founded.packs_folder) in what
    assert "n'a pas démarré" in what
    assert "chown -R" in fix


def test_cli_start_says_that_a_file_system_is_read_only(founded: Settings) -> None:
    folder = founded.packs_folder
    script = f'mount --bind {folder} {folder} && mount -o remount,bind,ro {folder} && exec "$@"'
    ran = serve(founded, *ALONE, "sh", "-c", script, "sh").ended(1)
    assert ran.json["error"] == "place-read-only"
    assert ran.json["facts"] == {"what": "packs", "path": str(folder)}


def test_cli_start_of_several_processes_says_it_once(founded: Settings) -> None:
    founded.packs_folder.chmod(0o500)
    ran = serve(replace(founded, workers=2), *BARE).ended(1)
    assert (ran.json["error"], ran.json["facts"]["what"]) == ("place-closed", "packs")
    assert str(founded.packs_folder) in ran.err
    assert len(ran.err.splitlines()) == 2


def test_cli_start_from_a_folder_that_its_user_may_not_enter_is_judged_all_the_same(founded: Settings, tmp_path: Path) -> None:
    """`runuser` leaves a command in the folder of root: no process can be started from there."""
    closed = tmp_path / "home-of-root"
    closed.mkdir(0)
    # The folder is entered before the rights are given up, as `runuser` does.
    script = f'cd {closed} && exec setpriv --bounding-set=-all --inh-caps=-all "$@"' if BARE else f'cd {closed}/.. && exec "$@"'
    there = replace(founded, workers=2, port=int(free_port()), arms=tmp_path / "none.svg")
    ran = serve(there, "sh", "-c", script, "sh").ended(1)
    assert ran.json["error"] != "internal", ran.out


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecurePostgres]:
    with secure_postgres(tmp_path_factory.mktemp("postgres")) as found:
        upgrade(found.url())
        yield found


def test_cli_start_without_a_database_says_how_it_was_refused(founded: Settings, database: SecurePostgres) -> None:
    # The password is never shown, whatever it was written into.
    address = database.url()
    nobody = address.replace(f":{database.server.port}/", f":{free_port()}/")
    ran = serve(replace(founded, catalogue=nobody)).ended(1)
    assert ran.json["error"] == "database-unreachable"
    assert "localhost:" in ran.json["facts"]["where"]
    database.passwords.write_text("*:*:*:*:wrong-word\n", "utf-8")
    wrong = serve(replace(founded, catalogue=address), language="fr_CA.UTF-8").ended(1)
    assert wrong.json["error"] == "database-refused"
    assert "password authentication failed" in wrong.json["facts"]["why"]
    assert "pg_hba.conf" in wrong.err
    assert "wrong-word" not in wrong.said
    env = environment(founded.locks_folder.parent, **write_settings(replace(founded, catalogue=nobody)))
    command = [str(COMMAND), "status", "--json"]
    status = finish(subprocess.Popen(command, env=env, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE))
    assert status.ended(1).json["error"] == "database-unreachable"


def test_cli_start_on_a_database_that_may_lose_commits_says_which_setting(founded: Settings, database: SecurePostgres) -> None:
    database.write_password(PASSWORD)
    with database.server.connected() as operator:
        operator.execute(text(f"ALTER DATABASE {DATABASE} SET synchronous_commit = off"))
    ran = serve(replace(founded, catalogue=database.url()), language="fr_CA.UTF-8").ended(1)
    assert ran.json["error"] == "database-unfit"
    where = f"localhost:{database.server.port}/{DATABASE}"
    assert ran.json["facts"] == {"where": where, "why": "synchronous_commit = off"}
    assert f"{where} est inutilisable" in ran.err
    assert "docs/operate/postgresql.md" in ran.err


def test_cli_start_without_the_library_for_postgresql_says_what_to_install(founded: Settings) -> None:
    program = "import sys; sys.modules['psycopg'] = None; sys.argv[:] = ['voute', 'serve']\n"
    program += "from voute.cli import main; main()"
    settings = replace(founded, catalogue=f"postgresql+psycopg://voute:{PASSWORD.replace(' ', '-')}@db.ville.example/voute")
    env = environment(founded.locks_folder.parent, "en_CA.UTF-8", **write_settings(settings))
    command = [sys.executable, "-c", program]
    ran = finish(subprocess.Popen(command, env=env, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE)).ended(1)
    assert "db.ville.example:5432/voute can't be used: the library for PostgreSQL is not installed here" in ran.out
    assert "postgres”, as docs/operate/postgresql.md says" in ran.out
    assert "correct" not in ran.said


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Simulator]:
    with simulator(tmp_path_factory.mktemp("s3")) as found:
        yield found


def test_cli_start_without_its_bucket_says_how_it_was_refused(founded: Settings, s3: S3Simulator) -> None:
    there = on_s3(founded, s3, "city")
    s3.break_next("GET", "403", times=100)
    denied = serve(there).ended(1)
    assert denied.json["error"] == "bucket-refused"
    assert "s3://" in denied.json["facts"]["where"]
    assert "403" in denied.json["facts"]["why"]
    several = serve(replace(there, workers=2)).ended(1)
    assert several.json["error"] == "bucket-refused"
    silent = serve(replace(there, s3_endpoint=f"http://127.0.0.1:{free_port()}")).ended(1)
    assert silent.json["error"] == "bucket-unreachable"


@pytest.mark.parametrize(
    ("variable", "proxy", "error"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9", "proxy-unfit"),
        ("HTTP_PROXY", "ftp://127.0.0.1:9", "proxy-unfit"),
        # Not the proxy of an address without encryption; and one of our kind, which is silent.
        ("HTTPS_PROXY", "socks5://127.0.0.1:9", "bucket-unreachable"),
        ("HTTP_PROXY", "http://127.0.0.1:9", "bucket-unreachable"),
    ],
)
def test_cli_start_says_that_the_proxy_of_its_bucket_is_of_another_kind(
    founded: Settings, s3: S3Simulator, variable: str, proxy: str, error: str
) -> None:
    there = replace(on_s3(founded, s3, "city"), s3_endpoint=f"http://127.0.0.1:{free_port()}")
    ran = serve(there, "env", f"{variable}={proxy}").ended(1)
    assert ran.json["error"] == error
    assert "HTTPS_PROXY" in ran.err

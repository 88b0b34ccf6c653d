"""`voute fsck` as an operator types it: words in both languages, JSON, exit codes, a repair."""

import sqlite3
from pathlib import Path

import pytest

from tests.support.command import Ran, Voute, environment
from tests.support.kept_city import KeptCity, keep_city
from tests.support.rebuilt import differing
from voute.server.jobs.election import FileElection

FRENCH, ENGLISH = "fr_CA.UTF-8", "en_CA.UTF-8"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> KeptCity:
    return keep_city(tmp_path_factory.mktemp("kept"), many=8)


@pytest.fixture
def kept(template: KeptCity, tmp_path: Path) -> KeptCity:
    return template.copy(tmp_path / "city")


def fsck(voute: Voute, kept: KeptCity, *args: str, language: str = FRENCH) -> Ran:
    env = environment(voute.folder, language, VOUTE_LOCKS=str(kept.settings.locks_folder))
    return voute("fsck", "--data", str(kept.settings.data), *args, env=env)


def damage(kept: KeptCity) -> str:
    """One difference that the log can set right; returns the place."""
    with sqlite3.connect(kept.catalogue) as db:
        db.execute("UPDATE events SET salt = ? WHERE event_id = 2", (bytes(32),))
    return "events/2"


def lose_keyring(kept: KeptCity) -> str:
    """One that nothing can set right."""
    with sqlite3.connect(kept.catalogue) as db:
        db.execute("DELETE FROM keyrings")
    return f"keyrings/{kept.vault.hex()}"


@pytest.mark.parametrize(
    ("language", "words"), [(FRENCH, ("Aucune différence", "Examinés")), (ENGLISH, ("Nothing differs", "Looked at"))]
)
def test_cli_fsck_of_a_whole_city_says_so(voute: Voute, kept: KeptCity, language: str, words: tuple[str, ...]) -> None:
    ran = fsck(voute, kept, language=language).ended(0)
    assert all(one in ran.out for one in words)
    assert "events" not in ran.out.lower().replace("events,", "")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            FRENCH,
            (
                "Un événement n'est pas celui dont l'empreinte est dans le registre.",
                "«\u00a0voute fsck --repair\u00a0»",
                "Différences\u00a0: 1",
            ),
        ),
        (ENGLISH, ("An event is not the one whose hash is in the log.", "“voute fsck --repair”", "Differences: 1")),
    ],
)
def test_cli_fsck_names_a_difference_its_place_and_its_remedy(
    voute: Voute, kept: KeptCity, language: str, words: tuple[str, ...]
) -> None:
    where = damage(kept)
    ran = fsck(voute, kept, language=language).ended(1)
    assert f"event-differs  {where} (salt)" in ran.out
    assert all(one in ran.out for one in words)


@pytest.mark.parametrize(
    ("language", "words"),
    [(FRENCH, ("Réparé\u00a0:", "Réparées\u00a0: 1", "Aucune différence")), (ENGLISH, ("Repaired:", "Nothing differs"))],
)
def test_cli_fsck_repairs_what_the_log_proves(voute: Voute, kept: KeptCity, language: str, words: tuple[str, ...]) -> None:
    damage(kept)
    ran = fsck(voute, kept, "--repair", language=language).ended(0)
    assert all(one in ran.out for one in words)
    fsck(voute, kept).ended(0)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (FRENCH, ("Le trousseau d'un coffre a disparu", "l'archive exportée par le titulaire en a une copie")),
        (ENGLISH, ("The keyring of a vault is gone", "the holder's exported archive has a copy")),
    ],
)
def test_cli_fsck_leaves_alone_what_is_not_proven(voute: Voute, kept: KeptCity, language: str, words: tuple[str, ...]) -> None:
    where = lose_keyring(kept)
    ran = fsck(voute, kept, "--repair", language=language).ended(1)
    assert f"keyring-missing  {where}" in ran.out
    assert all(one in ran.out for one in words)


def test_cli_fsck_gives_json_to_programs(voute: Voute, kept: KeptCity) -> None:
    first, second = damage(kept), lose_keyring(kept)
    *findings, total = fsck(voute, kept, "--json").ended(1).lines
    assert [(one["finding"], one["where"], one["can_mend"], one["mended"]) for one in findings] == [
        ("event-differs", first, True, False),
        ("keyring-missing", second, False, False),
    ]
    assert findings[0]["facts"]["column"] == "salt"
    assert (total["differences"], total["mended"], total["leftovers"]) == (2, 0, 0)
    assert total["counts"]["documents"] == 18
    assert total["pending"] == {"drafts": 1}
    *findings, total = fsck(voute, kept, "--json", "--repair").ended(1).lines
    assert [one["mended"] for one in findings] == [True, False]
    assert (total["differences"], total["mended"]) == (1, 1)


def test_cli_fsck_quick_reads_no_bodies(voute: Voute, kept: KeptCity) -> None:
    file = kept.file(f"packs/{kept.pack.name.hex()}.pack")
    data = bytearray(file.read_bytes())
    data[0] ^= 1
    file.write_bytes(data)
    fsck(voute, kept, "--quick").ended(0)
    assert "pack-damaged" in fsck(voute, kept).ended(1).out


@pytest.mark.parametrize(("language", "word"), [(FRENCH, "Rien n'a pu être comparé"), (ENGLISH, "Nothing could be compared")])
def test_cli_fsck_of_nothing_ends_with_2_and_makes_nothing(voute: Voute, tmp_path: Path, language: str, word: str) -> None:
    env = environment(voute.folder, language)
    ran = voute("fsck", "--data", str(tmp_path / "none"), env=env).ended(2)
    assert word in ran.said
    assert list(tmp_path.iterdir()) == []


def test_cli_fsck_without_a_good_trust_root_compares_nothing(voute: Voute, kept: KeptCity) -> None:
    kept.settings.trust_root_file.write_bytes(b"{}")
    assert fsck(voute, kept, "--json").ended(2).json["error"] == "cannot-check"


def test_cli_fsck_without_a_catalogue_compares_nothing_and_makes_none(voute: Voute, kept: KeptCity) -> None:
    kept.catalogue.unlink()
    fsck(voute, kept).ended(2)
    assert not kept.catalogue.exists()


@pytest.mark.parametrize(("language", "word"), [(FRENCH, "Un serveur tourne"), (ENGLISH, "A server runs")])
def test_cli_fsck_does_not_repair_beside_a_server(voute: Voute, kept: KeptCity, language: str, word: str) -> None:
    damage(kept)
    with FileElection(kept.settings.locks_folder) as election:
        assert election.is_elected()
        ran = fsck(voute, kept, "--repair", language=language).ended(1)
        assert word in ran.said
        assert "event-differs" in fsck(voute, kept).ended(1).out


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (FRENCH, ("Le catalogue a été refait", "Pas ramenées", "«\u00a0voute deliver --resume\u00a0»")),
        (ENGLISH, ("The catalogue was made anew", "Not brought back", "“voute deliver --resume”")),
    ],
)
def test_cli_fsck_makes_a_lost_catalogue_anew(voute: Voute, kept: KeptCity, language: str, words: tuple[str, ...]) -> None:
    lost, new = kept.settings.data.parent / "lost.sqlite", kept.settings.data / "new.sqlite"
    kept.catalogue.rename(lost)
    ran = fsck(voute, kept, "--rebuild-into", str(new), language=language).ended(1)
    assert all(one in ran.out for one in words)
    # The draft that is not in the log is sent again: until then its files are left over, and nothing else differs.
    assert "pack-orphan" in ran.out
    assert not kept.catalogue.exists()
    new.rename(kept.catalogue)
    assert differing(lost, kept.catalogue) == []
    fsck(voute, kept, "--repair").ended(0)
    fsck(voute, kept).ended(0)


def test_cli_fsck_makes_no_catalogue_anew_over_one_that_is_there(voute: Voute, kept: KeptCity) -> None:
    before = kept.catalogue.read_bytes()
    ran = fsck(voute, kept, "--rebuild-into", str(kept.catalogue), "--json").ended(2)
    assert ran.json["error"] == "cannot-check"
    assert kept.catalogue.read_bytes() == before
    fsck(voute, kept, "--rebuild-into", str(kept.settings.data / "new.sqlite"), "--repair").ended(2)
    with FileElection(kept.settings.locks_folder) as election:
        assert election.is_elected()
        fsck(voute, kept, "--rebuild-into", str(kept.settings.data / "new.sqlite")).ended(1)
    assert not (kept.settings.data / "new.sqlite").exists()


def test_cli_fsck_tells_programs_what_was_made_anew(voute: Voute, kept: KeptCity) -> None:
    kept.catalogue.unlink()
    first, *rest = fsck(voute, kept, "--rebuild-into", str(kept.catalogue), "--json").ended(1).lines
    assert (first["rebuilt"], first["documents"], first["vaults"], first["lost"]) == (str(kept.catalogue), 17, 1, 0)
    assert {one["finding"] for one in rest[:-1]} == {"pack-orphan", "sidecar-orphan"}

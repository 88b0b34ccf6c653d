"""A whole city has nothing to be found; a check changes nothing."""

from pathlib import Path

from tests.support.kept_city import MANY, KeptCity


def files_of(kept: KeptCity) -> dict[str, bytes]:
    """Every file but those that say who reads (SQLite's) and who writes (the election's)."""
    passing = ("-shm", "-wal", ".elected")
    found = [one for one in kept.settings.data.parent.rglob("*") if one.is_file() and not one.name.endswith(passing)]
    return {one.relative_to(kept.settings.data.parent).as_posix(): Path(one).read_bytes() for one in found}


def test_fsck_of_a_whole_city_finds_nothing(kept: KeptCity) -> None:
    report = kept.fsck()
    assert [one.key for one in report.findings] == []
    assert report.counts["documents"] == MANY + 10
    assert report.counts["entries"] > 256
    assert report.pending == {"drafts": 1}


def test_fsck_of_a_city_with_deleted_documents_finds_nothing(small: KeptCity) -> None:
    report = small.fsck()
    assert [one.key for one in report.findings] == []
    assert report.counts["deleted"] == 2
    assert report.pending == {"drafts": 1, "destroying": 1}


def test_fsck_changes_nothing(kept: KeptCity) -> None:
    before = files_of(kept)
    kept.fsck()
    kept.fsck(repair=True)
    assert files_of(kept) == before

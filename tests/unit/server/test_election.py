from pathlib import Path

from voute.server.jobs.election import Election


def test_election_has_one_winner_and_hands_over_when_it_stops(tmp_path: Path) -> None:
    with Election(tmp_path) as second:
        with Election(tmp_path) as first:
            assert first.is_elected()
            assert first.is_elected()
            assert not second.is_elected()
        assert second.is_elected()

"""What the privacy page says about time is what the product does."""

import re

from tests.support.project import ROOT
from voute.cli.backup import KEEP_DAYS


def test_structure_privacy_page_says_how_long_backups_are_kept() -> None:
    page = (ROOT / "web" / "resident" / "screens" / "Privacy.svelte").read_text("utf-8")
    (days,) = re.findall(r"const BACKUP_DAYS = (\d+);", page)
    assert int(days) == KEEP_DAYS

"""What a mail server's refusal says: of the address, or of us."""

import pytest

from voute.app.notice_work import Sent
from voute.server.notices.mail_status import ADDRESS_FAULTS, enhanced_of, verdict

CASES = [
    *((550, f"{status} words", Sent.REFUSED) for status in sorted(ADDRESS_FAULTS)),
    (550, "5.1.1", Sent.REFUSED),
    (552, "5.2.2 full for good", Sent.REFUSED),
    (550, "no such mailbox 5.1.1", Sent.BLOCKED),
    (550, "", Sent.BLOCKED),
    (550, "5.7.1 policy", Sent.BLOCKED),
    (554, "5.7.606 listed", Sent.BLOCKED),
    (550, "5.1.11x", Sent.BLOCKED),
    (530, "5.7.0 sign in first", Sent.BLOCKED),
    (450, "4.2.1 later", Sent.LATER),
    (421, "5.1.1 goodbye", Sent.LATER),
    (252, "2.1.5 perhaps", Sent.LATER),
]


@pytest.mark.parametrize(("code", "text", "meant"), CASES)
def test_mail_status_says_whose_fault_it_is(code: int, text: str, meant: Sent) -> None:
    assert verdict(code, text) is meant


def test_mail_status_is_the_code_that_the_text_begins_with() -> None:
    assert enhanced_of(" 5.1.10 null") == "5.1.10"
    assert enhanced_of("5.1 no") is None

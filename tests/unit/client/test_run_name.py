"""The one form of a run's name, and what none is called."""

import pytest

from voute.client.run_name import SHOWN, RunNameError, run_name
from voute.format.registry import MAX_RUN

E_AND_ACCENT = "e\N{COMBINING ACUTE ACCENT}"


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("roll 2026", "roll 2026"),
        (E_AND_ACCENT, "é"),
        ("é", "é"),
        ("n" * MAX_RUN, "n" * MAX_RUN),
        (E_AND_ACCENT * MAX_RUN, "é" * MAX_RUN),
    ],
)
def test_run_name_has_one_form_whatever_the_keyboard(name: str, form: str) -> None:
    assert run_name(name) == form


@pytest.mark.parametrize("name", ["", "n" * (MAX_RUN + 1), E_AND_ACCENT * (MAX_RUN + 1), "a\nb", "a\N{RIGHT-TO-LEFT OVERRIDE}b"])
def test_run_name_that_cannot_be_is_refused_with_its_beginning(name: str) -> None:
    with pytest.raises(RunNameError) as caught:
        run_name(name)
    shown = name.replace(E_AND_ACCENT, "é")[:SHOWN]
    assert (caught.value.code, caught.value.facts) == ("run-name", {"name": shown})

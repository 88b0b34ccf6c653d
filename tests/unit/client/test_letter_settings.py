"""`letter.toml`: strict, and never an envelope whose window cuts an address."""

from pathlib import Path

import pytest

from tests.support.letters import SETTINGS, write_settings
from tests.support.project import ROOT
from voute.client.home import IssuerHome, IssuerSettings, create_issuer_home
from voute.client.letter_settings import LetterSettingsError, read_letter_settings
from voute.core.ids import Slug
from voute.core.values import Names
from voute.format.arms import ArmsRefusedError, clean
from voute.paper.envelope import NUMBER_10, Envelope

WINDOW = """[envelope]
width_mm = 241.3
height_mm = 105
window_left_mm = 15.9
window_bottom_mm = 12.7
window_width_mm = 120.6
window_height_mm = 30
"""


@pytest.fixture
def home(tmp_path: Path) -> IssuerHome:
    return create_issuer_home(tmp_path, IssuerSettings(Slug("ville"), Slug("finances"), "http://localhost:1", 0))


def test_letter_settings_are_read(home: IssuerHome) -> None:
    write_settings(home)
    settings = read_letter_settings(home)
    assert (settings.phone, settings.front, settings.envelope) == ("819 555-0142", "fr", NUMBER_10)
    assert settings.office == Names(fr="Service des finances", en="Finance Department")
    assert settings.hours.en == "Monday to Friday, 8:30 to 16:30"


def test_letter_settings_may_name_the_coat_of_arms(home: IssuerHome) -> None:
    drawing = (ROOT / "src" / "voute" / "cli" / "demo_arms.svg").read_bytes()
    (home.folder / "armes.svg").write_bytes(drawing)
    write_settings(home, SETTINGS + 'arms = "armes.svg"\n')
    assert read_letter_settings(home).arms == clean(drawing)
    (home.folder / "armes.svg").write_bytes(drawing.replace(b"<g ", b"<a ").replace(b"</g>", b"</a>"))
    with pytest.raises(ArmsRefusedError):
        read_letter_settings(home)


def test_letter_settings_may_name_another_envelope_and_the_language_of_the_list(home: IssuerHome) -> None:
    write_settings(home, SETTINGS + 'front = "list"\n' + WINDOW)
    settings = read_letter_settings(home)
    assert settings.front == "list"
    assert settings.envelope == Envelope(2413, 1050, 159, 127, 1206, 300)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("phone = ", id="no-toml"),
        pytest.param(SETTINGS + 'fax = "1"\n', id="unknown-key"),
        pytest.param(SETTINGS.replace("819 555-0142", ""), id="no-phone"),
        pytest.param(SETTINGS.replace("819 555-0142", " 819"), id="space-before"),
        pytest.param(SETTINGS.replace("819 555-0142", "8" * 81), id="too-long"),
        pytest.param(SETTINGS.replace('"819 555-0142"', "819"), id="a-number"),
        pytest.param(SETTINGS.replace("819 555-0142", "819\\n555"), id="two-lines"),
        pytest.param(SETTINGS + 'arms = "nowhere.svg"\n', id="no-arms"),
        pytest.param(SETTINGS + 'arms = "../letter.toml"\n', id="arms-elsewhere"),
        pytest.param(SETTINGS + "arms = 1\n", id="arms-as-a-number"),
        pytest.param(SETTINGS + 'front = "de"\n', id="unknown-language"),
        pytest.param(SETTINGS + "front = []\n", id="no-language"),
        pytest.param(SETTINGS + "envelope = 10\n", id="envelope-as-a-number"),
        pytest.param(SETTINGS + "[envelope]\nwidth_mm = 241.3\n", id="part-of-an-envelope"),
        pytest.param(SETTINGS + WINDOW.replace("241.3", "200"), id="smaller-than-the-sheet"),
        pytest.param(SETTINGS + WINDOW.replace("30", "20"), id="window-that-cuts"),
        pytest.param(SETTINGS + WINDOW.replace("30", "true"), id="yes-is-no-length"),
        pytest.param(SETTINGS + WINDOW.replace("30", "nan"), id="no-number"),
        pytest.param(SETTINGS + WINDOW.replace("30", "-30"), id="less-than-nothing"),
    ],
)
def test_letter_settings_out_of_order_are_refused(home: IssuerHome, text: str) -> None:
    write_settings(home, text)
    with pytest.raises(LetterSettingsError):
        read_letter_settings(home)


def test_letter_settings_missing_are_refused(home: IssuerHome) -> None:
    with pytest.raises(LetterSettingsError):
        read_letter_settings(home)

from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from voute.server.settings import SettingError, Settings, load_settings, read_settings, write_settings


def test_settings_of_an_empty_environment_are_the_defaults() -> None:
    assert load_settings({"HOME": "/root", "PATH": "/bin"}) == Settings()


def test_settings_variables_win_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "voute.toml"
    file.write_text('port = 9000\nhost = "::"\nsequencer = false\ntrusted_proxies = ["10.0.0.0/8", "::1/128"]\n')
    settings = load_settings({"VOUTE_CONFIG": str(file), "VOUTE_PORT": "9001"})
    assert settings == Settings(
        port=9001,
        host="::",
        sequencer=False,
        trusted_proxies=(ip_network("10.0.0.0/8"), ip_network("::1/128")),
    )


@pytest.mark.parametrize(
    "environ",
    [
        {"VOUTE_PROT": "9000"},
        {"VOUTE_PORT": "many"},
        {"VOUTE_PORT": "0"},
        {"VOUTE_PORT": "-1"},
        {"VOUTE_PORT": "65536"},
        {"VOUTE_SMTP_PORT": "70000"},
        {"VOUTE_METRICS": "65536"},
        {"VOUTE_METRICS": "9" * 5_000},
        {"VOUTE_SEQUENCER": "perhaps"},
        {"VOUTE_TRUSTED_PROXIES": "10.0.0.1/8"},
        {"VOUTE_LOG_LEVEL": "loud"},
        {"VOUTE_WITNESSES": "a.example"},
        {"VOUTE_WITNESSES": "=https://a.example"},
        {"VOUTE_WITNESSES": "a.example=ftp://a.example"},
        {"VOUTE_WITNESSES": "a=https://a.example,a=https://b.example"},
        {"VOUTE_CONFIG": "/nowhere/voute.toml"},
        {"VOUTE_BLOBS": "/srv/packs"},
        {"VOUTE_BLOBS": "s3://B/a"},
        {"VOUTE_BLOBS": "s3://bucket/a//b"},
        {"VOUTE_BLOBS": "s3://bucket/../b"},
        {"VOUTE_S3_LOCKS": "gs://bucket"},
        {"VOUTE_S3_LOCKS": "s3://bucket/a", "VOUTE_BLOBS": "s3://bucket/a"},
        {"VOUTE_S3_ENDPOINT": "http://s3.example"},
        {"VOUTE_S3_ENDPOINT": "https://s3.example/path"},
        {"VOUTE_S3_ENDPOINT": "s3.example"},
        {"VOUTE_S3_PUBLIC_ENDPOINT": "http://s3.example"},
        {"VOUTE_S3_PUBLIC_ENDPOINT": "https://s3.example; script-src *"},
        {"VOUTE_S3_PUBLIC_ENDPOINT": "https://s3.example/"},
        {"VOUTE_S3_PUBLIC_ENDPOINT": "https://user@s3.example"},
        {"VOUTE_DIRECT_READS": "yes"},
        {"VOUTE_DIRECT_READS": "signed-url"},
        {"VOUTE_DIRECT_READS": "x-accel-redirect"},
        {"VOUTE_DIRECT_READS": "x-accel-redirect", "VOUTE_TRUSTED_PROXIES": "::1/128", "VOUTE_BLOBS": "s3://bucket/a"},
    ],
)
def test_settings_refuses_what_it_does_not_know(environ: dict[str, str]) -> None:
    with pytest.raises(SettingError):
        load_settings(environ)


@pytest.mark.parametrize("text", ["prot = 1", "[server]\nport = 1", "port = ", "port = 1\nport = 2"])
def test_settings_refuses_files_that_it_does_not_know(tmp_path: Path, text: str) -> None:
    file = tmp_path / "voute.toml"
    file.write_text(text)
    with pytest.raises(SettingError):
        load_settings({"VOUTE_CONFIG": str(file)})


def test_settings_written_as_variables_read_back_the_same() -> None:
    settings = replace(
        Settings(),
        data=Path("/srv/voute"),
        sequencer=False,
        trusted_proxies=(ip_network("10.0.0.0/8"),),
        help_phone="311",
        privacy_officer="Marie Tremblay, greffière",
        privacy_contact="514 555-0100",
        limit_factor=7,
    )
    assert load_settings(write_settings(settings)) == settings
    assert read_settings({}) == Settings()


def test_settings_places_inside_the_data_folder_unless_said() -> None:
    settings = Settings(data=Path("/srv/voute"))
    assert settings.catalogue_url == "sqlite:////srv/voute/catalogue.sqlite"
    assert settings.locks_folder == Path("/srv/voute/locks")
    assert settings.trust_root_file == Path("/srv/voute/trust-root.json")
    said = replace(settings, catalogue="postgresql+psycopg://db/voute", locks=Path("/l"), trust_root=Path("/t.json"))
    assert (said.catalogue_url, said.locks_folder, said.trust_root_file) == (
        "postgresql+psycopg://db/voute",
        Path("/l"),
        Path("/t.json"),
    )


def test_settings_addresses_of_witnesses_come_as_a_list_or_a_text(tmp_path: Path) -> None:
    file = tmp_path / "voute.toml"
    file.write_text('witnesses = ["a.example/w=https://a.example/x", "b=http://localhost:8150"]\n')
    settings = load_settings({"VOUTE_CONFIG": str(file)})
    assert settings.witness_addresses == {"a.example/w": "https://a.example/x", "b": "http://localhost:8150"}
    assert load_settings(dict(write_settings(settings))) == settings
    assert Settings().witness_addresses == {}

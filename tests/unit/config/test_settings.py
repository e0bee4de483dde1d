"""Settings: every name is known, every value is checked, and the environment wins over the file."""

from pathlib import Path

import pytest

from indicia.config import SettingsError, load_settings, read_settings


def test_without_any_setting_the_defaults_hold():
    settings = read_settings({})

    assert settings.listen == ("127.0.0.1", 8080)
    assert settings.database_path == Path("indicia-data/indicia.sqlite3")


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("INDICIA_LISTN", "127.0.0.1:1", "did you mean INDICIA_LISTEN"),
        ("INDICIA_LISTEN", "8080", "host:port"),
        ("INDICIA_LISTEN", "127.0.0.1:99999", "host:port"),
        ("INDICIA_RATE_LIMITS", "maybe", "on or off"),
        ("INDICIA_TRUSTED_PROXIES", "proxy.example", "IPv4 or IPv6"),
        ("INDICIA_EGRESS_ALLOW", "example.com:80", "example.com"),
        ("INDICIA_DNS_SERVERS", "127.0.0.1:0", "port"),
        ("INDICIA_DATABASE_URL", "postgresql://localhost/x", "not supported yet"),
        ("INDICIA_SETTLE_SECONDS", "-1", "0 to 3600"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named_with_the_remedy(name, text, complaint):
    with pytest.raises(SettingsError, match=name) as refused:
        read_settings({name: text})

    assert complaint in str(refused.value)


def test_an_empty_text_is_a_setting_left_out():
    assert read_settings({"INDICIA_LISTEN": ""}).listen == ("127.0.0.1", 8080)


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    (tmp_path / "indicia.toml").write_text('contact = "the file"\ndata_dir = "elsewhere"\nrate_limits = false\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INDICIA_CONTACT", "the environment")

    settings = load_settings()

    assert settings.contact == "the environment"
    assert settings.data_dir == Path("elsewhere")
    assert settings.rate_limits is False


def test_a_file_that_is_named_and_missing_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("INDICIA_CONFIG", str(tmp_path / "none.toml"))

    with pytest.raises(SettingsError, match="there is no file"):
        load_settings()

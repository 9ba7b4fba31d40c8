"""Settings from the file and the environment."""

from __future__ import annotations

import os

import pytest

from jobs_tui.models.errors import InvalidInput
from jobs_tui.store.home import Home
from jobs_tui.store.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch, home: Home) -> None:
    for name in list(os.environ):
        if name.startswith("JOBS_TUI_"):
            monkeypatch.delenv(name)
    home.prepare()


def test_without_anything_the_defaults_hold(home: Home) -> None:
    settings = load_settings(home)
    assert (settings.host, settings.port, settings.body_limit) == ("127.0.0.1", 7802, 1_048_576)


def test_the_file_is_read(home: Home) -> None:
    home.config_file.write_text('port = 9000\npublic_url = "https://hé.example"\n', "utf-8")
    settings = load_settings(home)
    assert (settings.port, settings.public_url) == (9000, "https://hé.example")


def test_a_variable_wins_over_the_file(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.config_file.write_text("port = 9000\nmax_running = 3\n")
    monkeypatch.setenv("JOBS_TUI_PORT", "0")
    settings = load_settings(home)
    assert (settings.port, settings.max_running) == (0, 3)


def test_an_empty_variable_counts_as_unset(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBS_TUI_PORT", "")
    assert load_settings(home).port == 7802


def test_a_changed_file_is_read_again(home: Home) -> None:
    home.config_file.write_text("port = 9000\n")
    assert load_settings(home).port == 9000
    home.config_file.write_text("port = 9001\n")
    os.utime(home.config_file, (1, 1))
    assert load_settings(home).port == 9001


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("port = ", "cannot be read"),
        ("port = 70000", "port is not valid"),
        ("host = ''", "host is not valid"),
        ("port = 'many'", "port is not valid"),
        ("colour = 'red'", "'colour', which is no setting"),
        ("[server]\nport = 1", "'server', which is no setting"),
        ("stop_grace = nan", "stop_grace is not valid"),
        ("log_line_limit = 1", "log_line_limit is not valid"),
    ],
)
def test_a_bad_file_is_a_sentence(home: Home, content: str, words: str) -> None:
    home.config_file.write_text(content)
    with pytest.raises(InvalidInput, match=words) as caught:
        load_settings(home)
    assert str(home.config_file) in caught.value.sentence()


def test_bytes_that_are_no_text_are_a_sentence(home: Home) -> None:
    home.config_file.write_bytes(b'host = "\xff"')
    with pytest.raises(InvalidInput, match="cannot be read"):
        load_settings(home)


def test_a_bad_variable_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBS_TUI_PORT", "eighty")
    with pytest.raises(InvalidInput, match="port is not valid") as caught:
        load_settings(home)
    assert "JOBS_TUI_PORT" in caught.value.hint
    assert caught.value.field == "port"


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_names_of_hosts_are_a_list_or_have_commas(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings(home).allowed_hosts == ()
    home.config_file.write_text('allowed_hosts = ["a.example", "b.example"]')
    assert load_settings(home).allowed_hosts == ("a.example", "b.example")
    monkeypatch.setenv("JOBS_TUI_ALLOWED_HOSTS", "c.example, d.example:7802")
    os.utime(home.config_file, (1, 1))
    assert load_settings(home).allowed_hosts == ("c.example", "d.example:7802")


@pytest.mark.parametrize("value", ['[""]', "7", '"a,,b"', "[1]"])
def test_names_of_hosts_that_are_none(home: Home, value: str) -> None:
    home.config_file.write_text(f"allowed_hosts = {value}")
    with pytest.raises(InvalidInput, match="allowed_hosts"):
        load_settings(home)

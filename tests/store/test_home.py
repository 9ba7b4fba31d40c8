"""Where a home lies and what makes it unusable."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jobs_tui.models.errors import StoreError
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home, find_home


def test_the_variable_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBS_TUI_HOME", str(tmp_path / "x"))
    home = find_home()
    assert home.jobs_db == tmp_path / "x" / "jobs.db"
    assert home.config_file == tmp_path / "x" / "config.toml"


def test_a_relative_home_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JOBS_TUI_HOME", "here")
    assert find_home().data == tmp_path / "here"


def test_a_tilde_means_the_users_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("JOBS_TUI_HOME", "~/x")
    assert find_home().data == tmp_path / "x"


def test_a_tilde_of_nobody_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBS_TUI_HOME", "~nosuchuser/x")
    with pytest.raises(StoreError, match="~nosuchuser"):
        find_home()


@pytest.mark.parametrize("value", [None, ""])
def test_without_it_the_xdg_directories_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    if value is None:
        monkeypatch.delenv("JOBS_TUI_HOME", raising=False)
    else:
        monkeypatch.setenv("JOBS_TUI_HOME", value)
    home = find_home()
    assert home.data == tmp_path / "data" / "jobs-tui"
    assert home.config_file == tmp_path / "config" / "jobs-tui" / "config.toml"


def test_the_directory_is_for_its_owner_alone(home: Home) -> None:
    home.prepare()
    assert home.data.stat().st_mode & 0o777 == 0o700
    home.data.chmod(0o755)
    home.prepare()
    assert home.data.stat().st_mode & 0o777 == 0o700


def test_files_of_a_store_are_for_their_owner_alone(home: Home) -> None:
    store = Store(home)
    store.write(lambda connection: connection.execute("insert into facts values ('a', 'b')"))
    modes = {entry.name: entry.stat().st_mode & 0o777 for entry in home.data.iterdir()}
    assert {"jobs.db", "jobs.db-wal", "logs.db"} <= modes.keys()
    assert set(modes.values()) == {0o600}
    store.close()


def test_a_file_in_place_of_the_directory_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for data in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StoreError, match="cannot be used") as caught:
            Store(Home(data, data / "config.toml"))
        assert "JOBS_TUI_HOME" in caught.value.hint


def test_a_home_that_nobody_can_write_is_a_sentence() -> None:
    data = Path("/proc/jobs-tui")  # read-only for root as well
    if not Path("/proc/self").exists():
        pytest.skip("no /proc here")
    with pytest.raises(StoreError, match="cannot be used"):
        Store(Home(data, data / "config.toml"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_home_is_a_sentence(home: Home) -> None:
    home.data.mkdir(mode=0o500, parents=True)
    home.data.chmod(0o500)
    with pytest.raises(StoreError, match="cannot be written"):
        Store(home)

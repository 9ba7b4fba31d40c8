"""The settings screen's view of a home."""

from __future__ import annotations

import pytest

from jobs_tui.models.errors import InvalidInput
from jobs_tui.service import home_view, jobs
from jobs_tui.service.context import Context
from tests.service.hooks import hook


async def test_files_and_rows(ctx: Context) -> None:
    job = hook(ctx)
    await job.send()
    hook(ctx, name="gone")
    jobs.archive(ctx, jobs.find(ctx, "gone").id)
    seen = home_view.storage(ctx)
    assert seen.counts == {"jobs": 1, "deleted jobs": 1, "runs": 1, "deliveries": 1}
    names = [file.path.name for file in seen.files]
    assert names[:2] == ["jobs.db", "jobs.db-wal"]
    assert "config.toml" not in names
    assert all(file.bytes == file.path.stat().st_size for file in seen.files)
    assert seen.free_bytes > 0


def test_each_setting_says_where_it_comes_from(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx.store.home.config_file.write_text('port = 9000\nlog_days = 3\nallowed_hosts = ["a", "b"]\n')
    monkeypatch.setenv("JOBS_TUI_PORT", "9001")
    monkeypatch.setenv("JOBS_TUI_HOST", "")
    found = {one.name: (one.value, one.source) for one in home_view.settings(ctx)}
    assert found["port"] == ("9001", "variable")
    assert found["log_days"] == ("3", "file")
    assert found["allowed_hosts"] == ("a, b", "file")
    assert found["host"] == ("127.0.0.1", "default")
    assert found["stop_grace"] == ("10", "default")
    assert all(one.about for one in home_view.settings(ctx))


def test_a_broken_file_is_named(ctx: Context) -> None:
    ctx.store.home.config_file.write_text("prot = 9000\n")
    with pytest.raises(InvalidInput, match="prot"):
        home_view.settings(ctx)

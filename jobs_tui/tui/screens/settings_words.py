"""The tabs of the settings screen in words: tokens, engine, storage, settings (UX.md 5.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from textual.content import Content

from jobs_tui import __version__
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.token import Token
from jobs_tui.service import engine_state, first_token, home_view, tokens
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import EngineState
from jobs_tui.service.home_view import SettingInForce, Storage
from jobs_tui.store.home import Home
from jobs_tui.tui.screens import run_words
from jobs_tui.tui.spans import ago, day_time, long_span
from jobs_tui.tui.widgets.virtual_list import Cell, Column, Row

TOKENS = (
    Column("NAME", 16, flex=True),
    Column("SCOPE", 7),
    Column("STATE", 8),
    Column("EXPIRES", 12),
    Column("LAST USED", 12),
    Column("MADE", 12),
)
LABEL = 16
"""Columns of the labels."""
_FROM = {"default": "", "file": "config.toml", "variable": "JOBS_TUI_{}"}


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at a home."""

    tokens: list[Token]
    variable: bool
    """The engine was started with a token in its environment."""
    storage: Storage
    settings: list[SettingInForce]
    base: str
    """What webhook addresses begin with."""


def read(ctx: Context) -> Seen:
    """Everything that the tabs show; in a thread. Raises InvalidInput for bad settings."""
    return Seen(
        tokens.listing(ctx),
        first_token.engine_has_its_own(ctx),
        home_view.storage(ctx),
        home_view.settings(ctx),
        engine_state.webhook_base(ctx),
    )


def token_row(token: Token, now: datetime) -> Row:
    """One token; its text is not kept."""
    never: Cell = ("never", "$quiet")
    if token.revoked_at is not None:
        state: Cell = ("revoked", "$state-idle")
    else:
        state = ("valid", "$state-ok") if token.valid(now) else ("expired", "$state-warn")
    return Row(
        token.id,
        (
            plain(token.name),
            str(token.scope),
            state,
            _left(token.expires_at, now) if token.expires_at is not None else never,
            ago(token.last_used_at, now) if token.last_used_at is not None else never,
            (f"{token.created_at:%Y-%m-%d}", "$quiet"),
        ),
    )


def _left(moment: datetime, now: datetime) -> str:
    seconds = (moment - now).total_seconds()
    return f"in {long_span(seconds)}" if seconds > 0 else ago(moment, now)


def engine(
    seen: Seen, state: EngineState | None, own_pid: int, home: Home, now: datetime
) -> Content:
    """Who holds the home, where it listens, and what all of it is made of."""
    rows = [_title("ENGINE")]
    if state is None or not state.running:
        rows.append(_field("state", "no engine holds this home", "$state-bad"))
        if state is not None and state.heartbeat_at is not None:
            last = f"pid {state.pid} on {plain(state.host or '?')}"
            rows.append(_field("last one", f"{last}, seen {day_time(state.heartbeat_at, now)}"))
    else:
        where = "in this window" if state.pid == own_pid else "in another process"
        rows += [
            _field("state", f"up, {where} ({state.mode})", "$state-ok"),
            _field("held by", f"pid {state.pid} on {plain(state.host or '?')}"),
        ]
        if state.started_at is not None:
            up = long_span((now - state.started_at).total_seconds())
            rows.append(_field("since", f"{day_time(state.started_at, now)} UTC ({up})"))
        if state.heartbeat_at is not None:
            rows.append(_field("last heartbeat", day_time(state.heartbeat_at, now, seconds=True)))
        if state.hooks_problem:
            rows.append(_field("listening", f"no: {plain(state.hooks_problem)}", "$state-warn"))
        else:
            rows.append(_field("listening", plain(state.address or "not yet")))
        if state.mcp_problem:
            rows.append(_field("mcp", f"no: {plain(state.mcp_problem)}", "$state-warn"))
        else:
            rows.append(_field("mcp", plain(state.mcp_url or "not yet")))
    rows += [
        _field("webhooks at", f"{plain(seen.base)}/webhooks/..."),
        _field("home", plain(str(home.data))),
        Content(""),
        _title("VERSIONS"),
    ]
    rows += [_field(name, version) for name, version in home_view.versions().items()]
    if state is not None and state.running and state.version != __version__:
        rows.append(
            _field("engine's own", f"{plain(state.version or '?')}: restart it", "$state-warn")
        )
    return Content("\n").join(rows)


def storage(seen: Seen, home: Home) -> Content:
    """Files, what is in them, how long it is kept."""
    found = seen.storage
    rows = [_title("FILES"), _field("in", plain(str(home.data)))]
    rows += [
        Content.assemble(
            f"  {plain(file.path.name):<16}",
            f"{run_words.size(file.bytes):>9}  ",
            (file.about, "$quiet"),
        )
        for file in found.files
    ]
    total = sum(file.bytes for file in found.files)
    rows.append(Content.assemble(("  in all          ", "$quiet"), f"{run_words.size(total):>9}"))
    rows += [
        _field("free", f"{run_words.size(found.free_bytes)} on that disk"),
        Content(""),
        _title("HOLDS"),
        *(_field(name, f"{number:,}") for name, number in found.counts.items()),
        Content(""),
        _title("KEEPS"),
    ]
    kept = {one.name: one.value for one in seen.settings}
    for name, label in (
        ("history_days", "ended runs"),
        ("log_days", "logs"),
        ("delivery_days", "deliveries"),
    ):
        rows.append(_field(label, f"{kept[name]} days"))
    return Content("\n").join(rows)


def settings(seen: Seen, home: Home, *, wide: bool) -> Content:
    """Each setting with its value and where that comes from."""
    rows = [
        Content.assemble(
            ("config file  ", "$quiet"),
            plain(str(home.config_file)),
            ("" if home.config_file.exists() else "  (there is none)", "$quiet"),
        ),
        Content(""),
        Content.styled(f"  {'SETTING':<20}{'VALUE':<22}{'FROM':<28}", "$title bold"),
    ]
    for one in seen.settings:
        source = _FROM[one.source].format(one.name.upper())
        value = Content(plain(one.value) or "--").truncate(21, ellipsis=True, pad=True)
        style = "$state-run" if source else "$quiet"
        name = f"  {one.name:<20}"
        rows.append(Content.assemble(name, value, " ", (source or "default", style)))
        if wide:
            rows.append(Content.styled(f"    {plain(one.about)}", "$quiet"))
    return Content("\n").join(rows)


def _field(label: str, text: str, style: str = "") -> Content:
    return Content.assemble((f"  {label:<{LABEL}}", "$quiet"), (text, style))


def _title(text: str) -> Content:
    return Content.styled(text, "$title bold")

"""Tokens to make and revoke; the engine, the files and the settings to look at (UX.md 5.8)."""

from __future__ import annotations

import os
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.token import Scope, Token
from jobs_tui.service import tokens
from jobs_tui.service.context import Context
from jobs_tui.tui.actions import ACT, EVERYWHERE, Action, bindings
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.dialogs import Confirm
from jobs_tui.tui.new_token import NewToken
from jobs_tui.tui.reader import Reader
from jobs_tui.tui.screens import settings_words
from jobs_tui.tui.screens.settings_words import Seen
from jobs_tui.tui.shown_once import ShownOnce
from jobs_tui.tui.spans import day_time
from jobs_tui.tui.widgets.frame import Bar, link
from jobs_tui.tui.widgets.text_pane import TextPane
from jobs_tui.tui.widgets.virtual_list import VirtualList

ACTIONS = (
    Action("settings.new", ("n",), "new token", "Make a token; it is shown once", ACT, 1),
    Action("settings.revoke", ("d",), "revoke", "Revoke the token under the cursor; asks", ACT, 2),
    Action(
        "settings.next-tab", ("tab", "right_square_bracket"), "next tab", "Next tab", EVERYWHERE, 3
    ),
    Action(
        "settings.previous-tab", ("left_square_bracket",), "tab before", "Tab before", EVERYWHERE
    ),
)
TOKENS, ENGINE, STORAGE, SETTINGS = TABS = ("Tokens", "Engine", "Storage", "Settings")


class SettingsScreen(BaseScreen):
    """Tabs; all but the tokens are only to be read."""

    NAME = "settings"
    MODE = "settings"
    HELP_TITLE = "Settings"
    ACTIONS = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS)
    CSS_PATH = "settings.tcss"
    AUTO_FOCUS = "#tokens"

    tokens_list = query_one("#tokens", VirtualList)

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._tab = TOKENS
        self._seen: Seen | None = None
        self._reader = Reader(self, lambda: settings_words.read(ctx), self._show)

    def compose_body(self) -> ComposeResult:
        """The widgets between header and status line."""
        with Horizontal(id="top"):
            yield Bar(id="tabs")
        yield VirtualList(settings_words.TOKENS, id="tokens")
        yield Static(id="empty", markup=False)
        with TextPane(id="text-pane", can_focus=True):
            yield Static(id="text", markup=False)

    # Reading and showing

    def on_store_changed(self) -> None:
        """Read everything again, in a thread."""
        self._reader.ask()

    def on_clock(self) -> None:
        """The engine's heartbeat; files grow unseen, so they are read again each minute."""
        if self.ctx.now().second == 0:
            self._reader.ask()
        self._draw()

    def on_resize(self) -> None:
        """Textual's message."""
        self.call_after_refresh(self._draw)

    def _show(self, seen: Seen) -> None:
        self._seen = seen
        self._draw()
        self.refresh_frame()

    def _draw(self) -> None:
        here = self._tab == TOKENS
        tabs = [
            link(
                f"[{name}]" if name == self._tab else f" {name} ",
                "bold" if name == self._tab else "$quiet",
                f"screen.tab('{name}')",
            )
            for name in TABS
        ]
        self.query_one("#tabs", Bar).draw(Content.assemble(" ", *tabs))
        self.set_class(here, "-tokens")
        seen, home, now = self._seen, self.ctx.store.home, self.ctx.now()
        if seen is None:
            return
        if here:
            rows = [settings_words.token_row(token, now) for token in seen.tokens]
            self.tokens_list.set_rows(rows)
            self.set_class(not rows, "-empty")
            self.query_one("#empty", Static).update(
                "No token yet: the first engine makes one, n makes more.", layout=False
            )
            return
        if self._tab == ENGINE:
            text = settings_words.engine(seen, self.engine, os.getpid(), home, now)
        elif self._tab == STORAGE:
            text = settings_words.storage(seen, home)
        else:
            text = settings_words.settings(seen, home, wide=self.wide)
        shown = self.query_one("#text", Static)
        if not (isinstance(shown.content, Content) and text.is_same(shown.content)):
            shown.update(text)

    def status(self) -> tuple[Content | str, Content | str]:
        """What a token may do, or what the tab is about."""
        if self._tab == TOKENS:
            if self._seen is not None and self._seen.variable:
                name, own = tokens.VARIABLE, tokens.DEFAULT
                return f"the engine was started with {name}: that is accepted in place of {own}", ""
            token = self._token()
            if token is not None:
                by = f", made by {plain(token.created_by)}" if token.created_by else ""
                return f"{plain(token.name)} may {token.scope.sentence}{by}", f"{token.id[:12]} "
            return "texts of tokens are not kept, only their hashes", ""
        if self._tab == SETTINGS:
            return "as this process reads them; an engine reads them when it starts", ""
        return "only to be read", ""

    def available(self, action: Action) -> bool | None:
        """Tokens are made and revoked on their tab."""
        if action.id in ("settings.new", "settings.revoke") and self._tab != TOKENS:
            return False
        if action.id == "settings.revoke":
            token = self._token()
            return True if token is not None and token.revoked_at is None else None
        return True

    def _token(self) -> Token | None:
        row = self.tokens_list.current
        listed = self._seen.tokens if self._seen is not None else []
        return next((token for token in listed if row is not None and token.id == row.key), None)

    def on_virtual_list_highlighted(self) -> None:
        """Textual's message."""
        self.refresh_frame()

    # Tabs

    def action_tab(self, name: str) -> None:
        """Show a tab."""
        self._tab = name
        self._draw()
        pane = self.query_one("#text-pane", TextPane)
        pane.scroll_home(animate=False)
        (self.tokens_list if name == TOKENS else pane).focus()
        self.refresh_frame()

    def action_next_tab(self) -> None:
        """Next tab."""
        self.action_tab(TABS[(TABS.index(self._tab) + 1) % len(TABS)])

    def action_previous_tab(self) -> None:
        """Tab before."""
        self.action_tab(TABS[TABS.index(self._tab) - 1])

    def action_back(self) -> None:
        """To the first tab; then one level up."""
        if self._tab != TOKENS:
            self.action_tab(TOKENS)
        else:
            super().action_back()

    # Tokens

    def action_new(self) -> None:
        """Make a token and show it this once."""
        if self._tab != TOKENS:
            return

        def made(created: tokens.Created | None) -> None:
            if created is None:
                return
            token = created.token
            until = "for ever"
            if token.expires_at is not None:
                until = f"until {day_time(token.expires_at, self.ctx.now())} UTC"
            self.app.push_screen(
                ShownOnce(
                    f"Token {plain(token.name)}",
                    {"token": created.text},
                    f"It may {token.scope.sentence}, {until}. Send it as `Authorization: Bearer"
                    " TOKEN`; d revokes it.",
                )
            )
            self.store_changed()

        self.app.push_screen(NewToken(self.ctx), made)

    def action_revoke(self) -> None:
        """Refuse a token from now on, after a question."""
        token = self._token() if self._tab == TOKENS else None
        if token is None:
            return
        name = plain(token.name)
        if token.revoked_at is not None:
            self.say(f"{name} is revoked already.")
            return

        def done(_: Token) -> None:
            self.say(f"{name} is revoked.")
            self.store_changed()

        def answer(yes: bool | None) -> None:
            if yes:
                self.attempt(lambda: tokens.revoke(self.ctx, token.id), done)

        now, used = self.ctx.now(), token.last_used_at
        last = f"It was last used {day_time(used, now)} UTC." if used else "It was never used."
        whole = " Nobody else can administer by HTTP then." if self._last_admin(token) else ""
        self.app.push_screen(
            Confirm(
                "Revoke token",
                f"Revoke {name} ({token.scope})?\n{last} Whoever uses it gets 401 at once, and"
                f" that cannot be taken back.{whole}",
                yes="Revoke",
            ),
            answer,
        )

    def _last_admin(self, token: Token) -> bool:
        listed = self._seen.tokens if self._seen is not None else []
        now = self.ctx.now()
        admins = {one.id for one in listed if one.scope is Scope.ADMIN and one.valid(now)}
        return admins == {token.id}

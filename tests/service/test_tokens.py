"""Making, finding, revoking tokens; the token of a fresh home."""

from __future__ import annotations

import os
import stat
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jobs_tui.models.errors import (
    InvalidInput,
    JobsTuiError,
    NotFound,
    Refused,
    StoreError,
    Unauthorised,
)
from jobs_tui.models.token import Scope
from jobs_tui.service import first_token, tokens
from jobs_tui.service.audit import entries
from jobs_tui.service.context import Context
from jobs_tui.service.token_check import TokenCheck
from jobs_tui.store.database import Store
from tests.fakes import FakeClock


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JOBS_TUI_TOKEN", raising=False)


def accepted(ctx: Context, text: str) -> bool:
    try:
        TokenCheck(ctx.store, None).find(text)
    except Unauthorised:
        return False
    return True


def test_each_scope_allows_what_those_before_it_do() -> None:
    allowed = {(have, need) for have in Scope for need in Scope if have.allows(need)}
    read, trigger, admin = Scope
    assert allowed == {
        (read, read),
        (trigger, read),
        (trigger, trigger),
        (admin, read),
        (admin, trigger),
        (admin, admin),
    }


class TestCreate:
    def test_the_text_is_random_and_kept_nowhere(self, ctx: Context) -> None:
        made = [tokens.create(ctx, "trigger") for _ in range(20)]
        texts = {one.text for one in made}
        assert len(texts) == 20
        assert all(len(text) == 46 and text.isascii() for text in texts)
        ctx.store.close()
        for file in ctx.store.home.data.iterdir():
            held = file.read_bytes()
            assert not [text for text in texts if text.encode() in held], file

    def test_it_is_found_by_its_text_alone(self, ctx: Context) -> None:
        made = tokens.create(ctx, "read", name="grafana")
        found = TokenCheck(ctx.store, None).find(made.text)
        assert (found.id, found.name, found.scope) == (made.token.id, "grafana", Scope.READ)
        for wrong in ("", made.text[:-1], made.text + "x", made.token.id, tokens.digest(made.text)):
            assert not accepted(ctx, wrong)

    def test_a_name_is_made_up(self, ctx: Context) -> None:
        made = tokens.create(ctx, "admin")
        assert made.token.name == f"admin-{made.token.id[4:12]}"

    def test_a_name_is_in_use_once(self, ctx: Context, clock: FakeClock) -> None:
        tokens.create(ctx, "read", name="ci", expires="60s")
        with pytest.raises(Refused, match="token called 'ci'"):
            tokens.create(ctx, "admin", name=" ci ")
        assert len(tokens.listing(ctx)) == 1
        clock.advance(60)
        tokens.create(ctx, "admin", name="ci")  # the other one expired
        tokens.revoke(ctx, "ci")
        tokens.create(ctx, "admin", name="ci")

    @pytest.mark.parametrize(
        "name", ["", "  ", "x" * 101, "a\nb", "\x1b[2J", "default", "JOBS_TUI_TOKEN", "tok_1234"]
    )
    def test_names_that_cannot_be(self, ctx: Context, name: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            tokens.create(ctx, "read", name=name)
        assert caught.value.field == "name"
        assert tokens.listing(ctx) == []

    @pytest.mark.parametrize("scope", ["", "root", "READ", "none"])
    def test_scopes_that_are_none(self, ctx: Context, scope: str) -> None:
        with pytest.raises(InvalidInput, match="is not a scope"):
            tokens.create(ctx, scope)


NOW = datetime(2026, 8, 21, 14, 2, 11, tzinfo=UTC)


class TestExpiry:
    @pytest.mark.parametrize(
        ("text", "seconds"),
        [("1s", 1), ("90m", 5400), ("12h", 43_200), (" 30d ", 30 * 86_400), ("2w", 14 * 86_400)],
    )
    def test_a_duration_from_now(self, text: str, seconds: int) -> None:
        assert tokens.parse_expiry(text, NOW) == NOW + timedelta(seconds=seconds)

    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("2027-01-31T12:00:00Z", datetime(2027, 1, 31, 12, tzinfo=UTC)),
            ("2027-01-31T12:00:00", datetime(2027, 1, 31, 12, tzinfo=UTC)),
            ("2027-01-31T12:00:00+02:00", datetime(2027, 1, 31, 10, tzinfo=UTC)),
            ("2027-01-31", datetime(2027, 1, 31, tzinfo=UTC)),
        ],
    )
    def test_a_time(self, text: str, moment: datetime) -> None:
        assert tokens.parse_expiry(text, NOW) == moment

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "neither a duration nor a time"),
            ("soon", "neither"),
            ("-1d", "neither"),
            ("1.5h", "neither"),
            ("3 d", "neither"),
            ("\u0663d", "neither"),
            ("999999999w", "neither"),
            ("0001-01-01T00:00+23:59", "neither"),
            ("2027-02-30", "neither"),
            ("0s", "not in the future"),
            ("2026-08-21T14:02:11Z", "not in the future"),
            ("2025-01-01", "not in the future"),
        ],
    )
    def test_what_is_neither(self, text: str, said: str) -> None:
        with pytest.raises(InvalidInput, match=said) as caught:
            tokens.parse_expiry(text, NOW)
        assert caught.value.field == "expires"


class TestRevoke:
    def test_by_name_id_or_its_beginning(self, ctx: Context) -> None:
        for ref in ("name", "id", "prefix"):
            made = tokens.create(ctx, "read", name=f"by {ref}")
            by = {"name": made.token.name, "id": made.token.id, "prefix": made.token.id[:12]}
            assert tokens.revoke(ctx, by[ref]).revoked_at == ctx.now()
            assert not accepted(ctx, made.text)

    def test_a_name_means_the_one_in_use(self, ctx: Context) -> None:
        first = tokens.create(ctx, "read", name="ci")
        tokens.revoke(ctx, "ci")
        second = tokens.create(ctx, "read", name="ci")
        assert tokens.revoke(ctx, "ci").id == second.token.id
        assert first.token.id != second.token.id

    def test_twice_is_refused_and_changes_nothing(self, ctx: Context, clock: FakeClock) -> None:
        tokens.create(ctx, "read", name="ci")
        at = tokens.revoke(ctx, "ci").revoked_at
        clock.advance(5)
        with pytest.raises(Refused, match="revoked already"):
            tokens.revoke(ctx, "ci")
        assert tokens.listing(ctx)[0].revoked_at == at
        assert [entry.action for entry in entries(ctx)] == ["token.revoke", "token.create"]

    @pytest.mark.parametrize("ref", ["", "nobody", "tok_", "tok_00000000", "%", "tok_*"])
    def test_what_is_not_there(self, ctx: Context, ref: str) -> None:
        tokens.create(ctx, "read", name="ci")
        with pytest.raises(NotFound):
            tokens.revoke(ctx, ref)


class TestDefault:
    def test_it_is_made_once_with_a_file_for_its_owner_alone(self, ctx: Context) -> None:
        first_token.prepare(ctx)
        path = ctx.store.home.token_file
        text = path.read_text().strip()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert TokenCheck(ctx.store, None).find(text).scope is Scope.ADMIN
        first_token.prepare(ctx)
        assert first_token.default_text(ctx) == text
        (token,) = tokens.listing(ctx)
        assert (token.name, token.expires_at) == ("default", None)
        assert [entry.action for entry in entries(ctx)] == ["token.create"]
        assert not [file for file in path.parent.iterdir() if file.name.startswith("token.")]

    def test_showing_it_makes_it(self, ctx: Context) -> None:
        assert accepted(ctx, first_token.default_text(ctx))

    def test_when_it_is_revoked_it_stays_so(self, ctx: Context) -> None:
        text = first_token.default_text(ctx)
        tokens.revoke(ctx, "default")
        assert not ctx.store.home.token_file.exists()
        first_token.prepare(ctx)
        assert not first_token.any_valid(ctx)
        assert not accepted(ctx, text)
        with pytest.raises(Refused, match="was revoked"):
            first_token.default_text(ctx)

    def test_a_crash_between_file_and_row_is_made_good(self, ctx: Context) -> None:
        text = first_token.default_text(ctx)
        ctx.store.write(lambda connection: connection.execute("delete from tokens") and None)
        assert first_token.default_text(ctx) == text
        assert accepted(ctx, text)

    def test_a_file_that_was_lost_is_said(self, ctx: Context) -> None:
        first_token.prepare(ctx)
        ctx.store.home.token_file.unlink()
        first_token.prepare(ctx)  # the engine starts all the same
        with pytest.raises(StoreError, match=r"not in .* any more"):
            first_token.default_text(ctx)

    def test_another_token_in_the_file_is_said(self, ctx: Context) -> None:
        first_token.prepare(ctx)
        other = tokens.create(ctx, "read")
        ctx.store.home.token_file.write_text(other.text)
        with pytest.raises(StoreError, match=r"not in .* any more"):
            first_token.default_text(ctx)

    @pytest.mark.parametrize("held", [b"", b"\xff\xfe", b"hello", b"jt_short"])
    def test_a_file_that_holds_no_token_is_said(self, ctx: Context, held: bytes) -> None:
        ctx.store.home.token_file.write_bytes(held)
        with pytest.raises(StoreError) as caught:
            first_token.prepare(ctx)
        assert "token file" in caught.value.message
        assert tokens.listing(ctx) == []

    def test_a_file_that_cannot_be_written_is_said(
        self, ctx: Context, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*arguments: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="No space left"):
            first_token.prepare(ctx)
        assert not list(ctx.store.home.data.glob("token*"))

    def test_processes_that_start_together_agree(self, ctx: Context, clock: FakeClock) -> None:
        stores = [Store(ctx.store.home, clock) for _ in range(6)]
        at_once = threading.Barrier(len(stores))
        seen: list[str | JobsTuiError] = []

        def start(store: Store) -> None:
            at_once.wait()
            try:
                seen.append(first_token.default_text(replace(ctx, store=store)))
            except JobsTuiError as error:
                seen.append(error)

        threads = [threading.Thread(target=start, args=(store,)) for store in stores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for store in stores:
            store.close()
        assert len(seen) == len(stores)
        assert set(seen) == {ctx.store.home.token_file.read_text().strip()}
        assert len(tokens.listing(ctx)) == 1


class TestVariable:
    def test_with_it_no_default_is_made(
        self, ctx: Context, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("JOBS_TUI_TOKEN", "sesame")
        first_token.prepare(ctx)
        assert tokens.listing(ctx) == []
        assert not ctx.store.home.token_file.exists()
        assert first_token.any_valid(ctx)
        assert first_token.engine_has_its_own(ctx)
        monkeypatch.delenv("JOBS_TUI_TOKEN")
        first_token.prepare(ctx)
        assert not first_token.engine_has_its_own(ctx)

    @pytest.mark.parametrize("text", ["", "  ", "\n"])
    def test_nothing_but_blanks_is_no_token(
        self, ctx: Context, monkeypatch: pytest.MonkeyPatch, text: str
    ) -> None:
        monkeypatch.setenv("JOBS_TUI_TOKEN", text)
        assert first_token.from_environment() is None
        assert not first_token.any_valid(ctx)
        first_token.prepare(ctx)
        assert first_token.any_valid(ctx)

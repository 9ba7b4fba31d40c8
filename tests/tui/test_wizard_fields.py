"""The fields of the wizard by themselves."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from textual.app import ComposeResult

from jobs_tui.schedule.zones import zone_names
from jobs_tui.tui.screens.wizard.help import TEXTS, WIDTH
from jobs_tui.tui.screens.wizard.sentences import preset_of, run_lines
from jobs_tui.tui.theme import ThemedApp
from jobs_tui.tui.widgets.fields.one_of import OneOf
from jobs_tui.tui.widgets.fields.visible import SIGN, Visible, visible
from jobs_tui.tui.widgets.fields.zone_input import matching, offset_of
from tests.tui.wizard_fixtures import shown


def test_zones_whose_place_begins_with_the_text_come_first() -> None:
    assert matching("ber", zone_names())[:2] == ["Atlantic/Bermuda", "Europe/Berlin"]
    assert matching("new york", zone_names()) == ["America/New_York"]
    assert matching("utc", zone_names())[0] in ("UTC", "Etc/UTC")
    assert matching("nowhere at all", zone_names()) == []
    assert len(matching("", zone_names())) == len(zone_names()) > 400


def test_the_offset_is_the_one_of_now() -> None:
    assert offset_of("America/New_York", datetime(2026, 1, 1, tzinfo=UTC)) == "UTC-05:00"
    assert offset_of("America/New_York", datetime(2026, 7, 1, tzinfo=UTC)) == "UTC-04:00"
    assert offset_of("Asia/Kathmandu", datetime(2026, 7, 1, tzinfo=UTC)) == "UTC+05:45"


@pytest.mark.parametrize(
    "bad", ["\x1b", "\x07", "\x9b", "\u202e", "\u200b", "\ud800", "\r", "\x7f"]
)
def test_characters_that_a_terminal_obeys_become_a_sign_each(bad: str) -> None:
    assert visible(f"a{bad}b") == f"a{SIGN}b"
    assert Visible()(f"a{bad}b").plain == f"a{SIGN}b"


def test_ordinary_text_stays() -> None:
    for text in ("plain", "naïve 漢字 🎉 [/foo]", "a\tb"):
        assert visible(text) == text


def test_no_help_line_is_wider_than_its_dialog() -> None:
    assert max(len(line) for text in TEXTS for line in text.split("\n")) <= WIDTH


def test_presets_are_known_whatever_the_blanks() -> None:
    assert preset_of(" 0  9 * * * ") == "0 9 * * *"
    assert preset_of("0 9 * * 2") == "own"


def test_starts_are_said_on_both_clocks_in_columns() -> None:
    from zoneinfo import ZoneInfo

    place = ZoneInfo("Asia/Tokyo")
    moments = [datetime(2026, 8, day, 1, 0, tzinfo=place) for day in (22, 23)]
    now = datetime(2026, 8, 21, 15, 30, tzinfo=UTC)
    assert run_lines(moments, now) == [
        "Sat 22 Aug 01:00 JST   Fri 16:00 UTC   in 30m",
        "Sun 23 Aug 01:00 JST   Sat 16:00 UTC   in 1d0h",
    ]


class OneApp(ThemedApp):
    """Two choices."""

    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        yield OneOf([("a", "[/foo]"), ("b", "two"), ("c", "three")], id="round")
        yield OneOf([("a", "one"), ("b", "[link=http://x")], look="strip", id="strip")

    def on_one_of_changed(self, event: OneOf.Changed) -> None:
        self.chosen.append(event.value)


async def test_a_choice_is_made_by_arrows_and_by_the_mouse() -> None:
    app = OneApp()
    async with app.run_test(size=(80, 12)) as pilot:
        assert "(o) [/foo]   ( ) two   ( ) three" in shown(app)
        await pilot.press("right", "right", "right", "left", "home", "end")
        assert app.chosen == ["b", "c", "b", "a", "c"]
        await pilot.click("#round", offset=(14, 0))
        assert app.chosen[-1] == "b"
        assert "< one | [link=http://x >" in shown(app)


async def test_options_that_do_not_fit_go_to_the_next_row() -> None:
    app = OneApp()
    async with app.run_test(size=(26, 12)):
        assert app.query_one("#round").size.height == 2
        assert "three" in shown(app)

from __future__ import annotations

import pytest

from jobs_tui.models.enums import ExecutionStatus, JobStatus
from jobs_tui.tui.actions import (
    APP_ACTIONS,
    GROUPS,
    LIST_MOVES,
    SCREENS,
    Action,
    actions_of,
    all_actions,
    display,
    key_table,
)
from jobs_tui.tui.app import JobsApp
from jobs_tui.tui.screens.agents import AgentsScreen
from jobs_tui.tui.screens.dashboard import DashboardScreen
from jobs_tui.tui.screens.delivery import DeliveryScreen
from jobs_tui.tui.screens.hooks import HooksScreen
from jobs_tui.tui.screens.settings import SettingsScreen
from jobs_tui.tui.theme import DARK, LIGHT, MONO, state_of
from jobs_tui.tui.widgets.virtual_list import VirtualList

UNSENDABLE = {"ctrl+m", "ctrl+i", "ctrl+left_square_bracket", "ctrl+h", "ctrl+j", "ctrl+enter"}
TAKEN = {"ctrl+b", "ctrl+a", "ctrl+s"}
"""Prefixes of tmux and screen, and XOFF (UX.md 2)."""


def test_ids_are_unique_and_in_known_groups() -> None:
    actions = [action for _, action in all_actions()]
    assert len({action.id for action in actions}) == len(actions)
    assert {action.group for action in actions} <= set(GROUPS)


@pytest.mark.parametrize("screen", ["app", "list", *SCREENS])
def test_no_key_means_two_things_on_one_screen(screen: str) -> None:
    own = [action for name, action in all_actions() if name == screen]
    keys = [key for action in own for key in action.keys]
    assert len(keys) == len(set(keys))


def test_no_action_only_on_a_key_that_terminals_swallow() -> None:
    for _, action in all_actions():
        assert not set(action.keys) & (UNSENDABLE | TAKEN), action.id


def test_every_modifier_key_has_a_plain_way_or_the_palette() -> None:
    for _, action in all_actions():
        plain = [key for key in action.keys if "+" not in key]
        assert plain or action.palette or action.group == "Move", action.id


def test_handlers_exist() -> None:
    for action in APP_ACTIONS:
        assert hasattr(JobsApp, f"action_{action.method}"), action.id
    for action in actions_of("jobs"):
        assert hasattr(DashboardScreen, f"action_{action.method}"), action.id
    for screen, place in (
        ("agents", AgentsScreen),
        ("hooks", HooksScreen),
        ("delivery", DeliveryScreen),
        ("settings", SettingsScreen),
    ):
        for action in actions_of(screen):
            assert hasattr(place, f"action_{action.method}"), action.id
    for action in LIST_MOVES:
        assert hasattr(VirtualList, f"action_{action.method}"), action.id


def test_sentences_are_short_enough_for_the_help_columns() -> None:
    for _, action in all_actions():
        assert action.help[0].isupper()
        assert not action.help.endswith(".")
        assert len(action.label) <= 16


def test_key_table_names_every_action() -> None:
    table = key_table()
    for screen, action in all_actions():
        assert f"| {screen} |" in table
        assert action.help in table


@pytest.mark.parametrize(
    ("key", "shown"),
    [("slash", "/"), ("f1", "F1"), ("shift+s", "S"), ("ctrl+d", "ctrl+d"), ("j", "j")],
)
def test_keys_as_a_person_writes_them(key: str, shown: str) -> None:
    assert display(key) == shown
    assert Action("x.y", (key,), "y", "Y").key == shown


def test_every_status_has_a_sign_and_a_word_of_its_width() -> None:
    for status in (*ExecutionStatus, *JobStatus):
        state = state_of(status)
        assert len(state.sign) == 1
        assert len(state.label) == 6


def test_a_missed_run_is_not_a_skipped_one() -> None:
    assert state_of(ExecutionStatus.SKIPPED, "too-late").word == "MISS"
    assert state_of(ExecutionStatus.SKIPPED, "overlap").word == "SKIP"


def test_themes_define_the_same_variables() -> None:
    assert set(DARK.variables) == set(LIGHT.variables)
    assert set(DARK.variables) <= set(MONO.variables) | {"border"}


def test_mono_has_two_shades() -> None:
    shades = {value for value in MONO.variables.values() if value.startswith("#")}
    assert shades == {"#e6e6e6", "#000000", "#808080"}

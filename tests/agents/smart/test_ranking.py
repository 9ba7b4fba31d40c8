"""Fit, then load, then record; who is ready; and what is said of it."""

from __future__ import annotations

import pytest

from jobs_tui.agents.directory import OPS
from jobs_tui.agents.smart import ranking
from jobs_tui.agents.smart.engines.broken import EngineBroken
from jobs_tui.agents.smart.engines.choosing import EngineWish
from jobs_tui.agents.smart.ranking import (
    Candidate,
    Selection,
    chosen_by_model,
    rank,
    rank_by,
    rank_with,
    select,
)
from tests.agents.smart.agents import BACKUP, COSTS, DOCS, FixedEngine, agent, candidates

WORDS = EngineWish("lexical")


def order(given: list[Candidate], **scores: float) -> list[str]:
    return [one.id for one in rank("x", given, FixedEngine(scores))]


@pytest.fixture
def fixed(monkeypatch: pytest.MonkeyPatch) -> FixedEngine:
    engine = FixedEngine({})
    monkeypatch.setattr(ranking, "engine_for", lambda wish: engine)
    return engine


def test_fit_comes_first() -> None:
    busy = Candidate(COSTS, running=100, completed=0, failed=50)
    idle = Candidate(BACKUP, completed=50)
    assert order([idle, busy], costs=0.9, backup=0.7) == ["costs", "backup"]


def test_among_those_that_fit_alike_the_less_busy_goes_first() -> None:
    busy = Candidate(agent("costs", max_running=2), running=1)
    idle = Candidate(BACKUP)
    assert order([busy, idle], costs=0.9, backup=0.87) == ["backup", "costs"]
    less = Candidate(agent("costs", max_running=10), running=1)
    assert order([less, idle], costs=0.9, backup=0.87) == ["costs", "backup"]


def test_load_never_puts_one_behind_those_that_fit_worse() -> None:
    full = Candidate(COSTS, running=50)
    given = [full, Candidate(BACKUP), Candidate(DOCS)]
    assert order(given, costs=0.9, backup=0.85, docs=0.79) == ["backup", "costs", "docs"]


def test_with_equal_scores_the_better_record_then_the_id_decides() -> None:
    poor, good = Candidate(BACKUP, completed=1, failed=9), Candidate(DOCS, completed=9, failed=1)
    assert order([poor, good, Candidate(COSTS)], backup=0.5, docs=0.5, costs=0.5) == [
        "docs", "costs", "backup",
    ]  # fmt: skip


def test_those_that_are_not_ready_come_last_with_their_reason() -> None:
    given = [Candidate(COSTS, not_ready="It has no key."), Candidate(BACKUP)]
    found = rank("x", given, FixedEngine({"costs": 0.9, "backup": 0.3}))
    assert [(one.id, one.ready) for one in found] == [("backup", True), ("costs", False)]
    assert found[1].reason == "told so; not ready: It has no key."
    assert found[1].score == 0.9


def test_when_none_that_was_made_here_is_ready_all_are_ranked_together() -> None:
    program = Candidate(DOCS, made_here=False)
    given = [Candidate(COSTS, not_ready="No."), program, Candidate(BACKUP, not_ready="No.")]
    assert order(given, costs=0.9, backup=0.2, docs=0.5) == ["costs", "docs", "backup"]


def test_reasons_say_load_and_record() -> None:
    one = Candidate(agent("a", max_running=4), running=2, completed=9, failed=1)
    (found,) = rank("x", [one], FixedEngine({"a": 0.5}))
    assert found.reason == "told so; 2 of 4 running; 9 of its last 10 runs completed"
    assert found.to_json()["limit"] == 4


def test_ops_does_what_it_understands_when_nobody_else_has_to_do_with_it() -> None:
    ops = Candidate(OPS, made_here=False, understood=0.9)
    assert order([Candidate(COSTS), ops], costs=0.1) == ["ops", "costs"]
    # unclear and weak
    assert order([*candidates(COSTS, DOCS), ops], costs=0.3, docs=0.3)[0] == "ops"


def test_ops_stands_back_behind_an_agent_that_was_made_for_it() -> None:
    ops = Candidate(OPS, made_here=False, understood=0.9)
    given = [*candidates(COSTS, DOCS), ops]
    assert order(given, costs=0.8) == ["costs", "ops", "docs"]
    found = rank("x", given, FixedEngine({"costs": 0.8}))
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_a_clear_lead_is_taken(fixed: FixedEngine) -> None:
    fixed.scores = {"costs": 0.8, "backup": 0.5}
    found = select("x", candidates(), WORDS)
    assert (found.chosen, found.unclear, found.engine) == ("costs", False, "fixed")
    assert found.reason == "costs fits best (told so)."


def test_a_small_lead_is_taken_and_marked(fixed: FixedEngine) -> None:
    fixed.scores = {"costs": 0.8, "backup": 0.75}
    found = select("x", candidates(), WORDS)
    assert (found.chosen, found.unclear) == ("costs", True)
    assert "its lead over backup is unclear" in found.reason
    assert [one.id for one in found.best] == ["costs", "backup", "docs"]


def test_when_nothing_fits_the_first_is_taken_and_marked() -> None:
    found = select("zzz", candidates(), WORDS)
    assert (found.chosen, found.unclear) == ("backup", True)
    assert found.reason.startswith("No agent clearly fits")


def test_only_who_is_ready_is_chosen_and_the_better_one_is_named(fixed: FixedEngine) -> None:
    fixed.scores = {"costs": 0.8, "docs": 0.3}
    given = [Candidate(COSTS, not_ready="It has no key."), Candidate(DOCS, made_here=False)]
    found = select("x", given, WORDS)
    assert (found.chosen, found.unclear) == ("docs", True)
    assert found.reason.endswith("costs fits better but is not ready: It has no key.")


def test_nobody_is_chosen_when_nobody_is_ready() -> None:
    found = select("backup", candidates(BACKUP, not_ready="No key."), WORDS)
    assert (found.chosen, found.unclear) == (None, True)
    assert found.reason == "No agent is ready. backup: No key."
    assert select("backup", [], WORDS).reason == "There is no agent for it."


def test_words_rank_when_the_engine_is_broken_and_it_is_said(fixed: FixedEngine) -> None:
    fixed.broken = True
    found = rank_by("Run the database backup", candidates(), EngineWish("endpoint"))
    assert (found.engine, found.ranked[0].id) == ("lexical", "backup")
    assert found.note == "Ranked by words: It is broken. Mend it."
    assert select("backup", candidates(), EngineWish()).reason.startswith(found.note)
    with pytest.raises(EngineBroken):
        rank_with("backup", candidates(), EngineWish("endpoint"))


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (EngineWish("endpoint"), "No embeddings endpoint is set."),
        (EngineWish("endpoint", "http://x", problem="There is no secret k."), "no secret k"),
    ],
)
def test_an_engine_that_is_not_set_up_says_so(wish: EngineWish, said: str) -> None:
    with pytest.raises(EngineBroken, match=said):
        rank_with("backup", candidates(), wish)


def test_what_is_kept_with_a_run_is_json(fixed: FixedEngine) -> None:
    fixed.scores = {"costs": 0.8, "backup": 0.79}
    found = chosen_by_model(select("x", candidates(), WORDS), "backup", "picker")
    kept = found.to_json(most=2)
    assert isinstance(found, Selection)
    assert (kept["chosen"], kept["unclear"], len(kept["ranked"])) == ("backup", True, 2)
    assert kept["reason"].endswith("picker was asked and chose backup.")

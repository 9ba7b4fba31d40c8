"""What a run that has ended means for its job."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobs_tui.engine.goals.ended import Ended, Judgement
from jobs_tui.engine.goals.judging import judge
from jobs_tui.models.end_condition import normalised
from jobs_tui.models.enums import ExecutionStatus, TriggerType
from jobs_tui.models.job import Definition

FAILED = ExecutionStatus.FAILED
TIMED_OUT = ExecutionStatus.TIMED_OUT


def ran(
    answer: str = "", status: ExecutionStatus = ExecutionStatus.COMPLETED, code: int | None = 0
) -> Ended:
    return Ended(status, code, answer.strip().rpartition("\n")[2] or None, answer)


def judged(condition: Any, ended: Ended, *earlier: Ended, **known: Any) -> Judgement:
    watch, watched = known.pop("watch", None), known.pop("watched", None)
    definition = Definition(
        "job",
        "true",
        TriggerType.ONGOING,
        end_condition=None if condition is None else normalised(condition)[0],
        watch=watch,
    )
    return judge(definition, ended, earlier, watched, **known)


def said(verdict: str, **more: Any) -> Ended:
    return ran("Looked.\n" + json.dumps({"verdict": verdict, **more}) + "\n")


HOLDS: list[tuple[Any, Ended, bool, str]] = [
    ({"exit_code": 0}, ran(), True, "Exit code 0."),
    ({"exit_code": 0}, ran(status=FAILED, code=3), False, "Not yet: exit code 3."),
    ({"exit_code": 3}, ran(status=FAILED, code=3), True, "Exit code 3."),
    ({"exit_code": 0}, ran(status=TIMED_OUT, code=None), False,
     "Not yet: there is no exit code (timed out)."),
    ({"text": "green"}, ran("all green"), True, "The answer contains 'green'."),
    ({"text": "green"}, ran("all red"), False, "Not yet: the answer does not contain 'green'."),
    ({"text": "green"}, ran("green", FAILED, 1), False, "Not yet: the run failed."),
    ({"matches": "v(\\d+)"}, ran("now v17"), True, "The answer matches v(\\d+): 'v17'."),
    ({"json_path": "$.s", "equals": "ok"}, ran('{"s": "ok"}'), True, '$.s is "ok".'),
    ({"json_path": "$.s", "equals": 1}, ran('{"s": true}'), False, "Not yet: $.s is true."),
    ({"json_path": "$.s", "equals": 1}, ran("{}"), False, "Not yet: $.s is not in the answer."),
    ({"json_path": "$.s"}, ran('{"s": false}'), False, "Not yet: $.s is false."),
    ({"json_path": "$.s"}, ran('log\n{"s": 5}'), True, "$.s is 5."),
    ({"expression": "results[0].exit_code == 2"}, ran(status=FAILED, code=2), True,
     "This is true: results[0].exit_code == 2."),
    ({"expression": "runs > 1"}, ran(), False, "Not yet: this is not true: runs > 1."),
    ("paid", said("done", reason="all 5"), True, "The agent says done: all 5."),
    ("paid", said("not_done"), False, "Not yet: the agent says not done."),
    ("paid", said("blocked", reason="no key"), False, "Not yet: the agent is blocked: no key."),
    ("paid", Ended(FAILED, 1, None, '{"verdict": "done"}'), False,
     "Not yet: the agent says done, but the run failed."),
    ({"matches": "ok$"}, ran("all ok\n"), True, "The answer matches ok$: 'ok'."),
    ({"expression": "results[0].answer == 'ok'"}, ran("ok\n"), True,
     "This is true: results[0].answer == 'ok'."),
    ({"any": [{"text": "a"}, {"text": "b"}]}, ran("b"), True, "The answer contains 'b'."),
    ({"any": [{"text": "a"}, {"exit_code": 1}]}, ran("b"), False,
     "Not yet: the answer does not contain 'a'; exit code 0."),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "ended", "met", "reason"), HOLDS)
def test_conditions(condition: Any, ended: Ended, met: bool, reason: str) -> None:
    judgement = judged(condition, ended)
    assert (judgement.met, judgement.reason) == (met, reason)
    assert judgement.problem is None


@pytest.mark.parametrize(
    ("condition", "ended", "problem"),
    [
        ({"expression": "results[1].answer == ''"}, ran(), "There is 1 result so far."),
        ({"json_path": "$.s"}, ran("<html>"), "the answer is not JSON"),
        ("paid", ran("Paid, I think."), "The run gave no verdict"),
        ("paid", said("perhaps"), '"perhaps" is none of done, not_done, blocked'),
        ("paid", said("done", worth_reporting="yes"), '"yes" is neither true nor false'),
        ("paid", said("done", state=[1]), "its state is not a JSON object"),
        ("paid", said("done", state={"x": "y" * 16_400}), "and 16,384 are kept"),
    ],
)
def test_what_could_not_be_told_is_a_problem(condition: Any, ended: Ended, problem: str) -> None:
    assert problem in (judged(condition, ended).problem or "")


def test_a_failed_run_without_a_verdict_is_no_further_problem() -> None:
    assert judged("paid", ran("oh no", FAILED, 1)).problem is None


def test_one_problem_does_not_hide_another_condition() -> None:
    judgement = judged({"any": [{"json_path": "$.x"}, {"text": "up"}]}, ran("up"))
    assert judgement.met
    assert judgement.problem is not None


def test_the_first_look_is_remembered_and_not_reported() -> None:
    judgement = judged(None, ran("a\nb\n"), watch={"what": "answer"})
    assert judgement == Judgement(worth_reporting=False, watched="a\nb")


def test_a_change_is_shown_and_worth_reporting() -> None:
    judgement = judged(None, ran("a\nc\n"), watch={"what": "answer"}, watched="a\nb\n")
    assert judgement.change == "@@ -1,2 +1,2 @@\n a\n-b\n+c"
    assert judgement.worth_reporting is True
    assert judgement.watched == "a\nc"


def test_the_same_answer_is_not() -> None:
    judgement = judged(None, ran("a\n"), watch={"what": "answer"}, watched="a")
    assert (judgement.change, judgement.worth_reporting) == (None, False)


def test_ignored_lines_are_no_change() -> None:
    watch = {"what": "answer", "ignore": ["^Date:"]}
    judgement = judged(None, ran("Date: 2\nx"), watch=watch, watched="Date: 1\nx")
    assert judgement.change is None


@pytest.mark.parametrize("status", [FAILED, TIMED_OUT, ExecutionStatus.CANCELLED])
def test_a_run_that_did_not_end_well_is_no_change(status: ExecutionStatus) -> None:
    judgement = judged({"changed": True}, ran("error", status, None), watched="a")
    assert (judgement.met, judgement.change, judgement.watched) == (False, None, "a")
    assert judgement.worth_reporting is None


def test_what_a_run_says_of_itself_is_no_change() -> None:
    first, second = said("not_done", reason="1"), said("not_done", reason="2")
    before = judged(None, first, watch={"what": "answer"}).watched
    assert judged(None, second, watch={"what": "answer"}, watched=before).change is None


def test_changes_are_counted() -> None:
    condition = {"changed": 2}
    once = judged(condition, ran("b"), watched="a")
    assert not once.met
    assert once.worth_reporting
    same = judged(condition, ran("b"), watched="b", changes=2)
    assert not same.met  # it is met by a change, not by looking again
    twice = judged(condition, ran("c"), Ended(ran().status, changed=True), watched="b")
    assert twice.met
    assert twice.reason == "The answer has changed 2 of 2 times."


def test_the_report_is_read_and_taken_off() -> None:
    ended = said("not_done", reason="2 of 5", worth_reporting=False, state={"paid": 2})
    judgement = judged({"text": "verdict"}, ended)
    assert not judgement.met
    assert (judgement.verdict, judgement.verdict_reason) == ("not_done", "2 of 5")
    assert judgement.worth_reporting is False
    assert judgement.state == {"paid": 2}


def test_a_report_in_a_fence_is_read() -> None:
    fenced = ran('It is paid.\n```json\n{"verdict": "done"}\n```\n')
    assert judged("paid", fenced).met
    assert judged({"text": "`"}, fenced).met is False


@pytest.mark.parametrize(
    "answer",
    ['{"state": "open"}', '{"verdict": "done", "id": 5}', '{"reason": "x"}', '{"a":', "[1]",
     '{"verdict": "done"}\nmore'],
)  # fmt: skip
def test_other_json_is_an_answer(answer: str) -> None:
    judgement = judged(None, ran(answer))
    assert judgement == Judgement()


def test_expressions_see_earlier_results_and_the_state() -> None:
    condition = {"expression": "results[1].json.n == 1 and state.seen and runs == 12"}
    judgement = judged(condition, ran("x"), ran('{"n": 1}'), state={"seen": True}, runs=12)
    assert judgement.met


def test_being_blocked_is_worth_reporting_once() -> None:
    assert judged("paid", said("blocked")).worth_reporting is True
    before = Ended(ExecutionStatus.COMPLETED, verdict="blocked")
    assert judged("paid", said("blocked"), before).worth_reporting is False
    assert judged("paid", said("not_done"), before).worth_reporting is None


def test_a_goal_that_is_met_is_worth_reporting() -> None:
    assert judged({"exit_code": 0}, ran()).worth_reporting is True

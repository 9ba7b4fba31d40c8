"""An agent, a team, a workflow or an approval in words, beside or below its list (UX.md 5.6)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from textual.content import Content

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.approval import Approval
from jobs_tui.models.team import TeamInput
from jobs_tui.service.agent_overview import AgentDetail, AgentLine, GroupLine
from jobs_tui.tui.dialogs import text_of
from jobs_tui.tui.screens.agent_rows import agent_state, group_state
from jobs_tui.tui.spans import ago, day_time, until

LABEL = 9


@dataclass(frozen=True, slots=True)
class Checked:
    """What trying an agent out has said."""

    ready: bool
    message: str
    at: datetime


def agent_pane(
    line: AgentLine, detail: AgentDetail | None, checked: Checked | None
) -> list[Content]:
    """Everything about an agent, one fact a line."""
    one = line.agent
    state, style = agent_state(line)
    rows = _title(one.label, one.description)
    rows += [Content(""), Content.assemble(_label("state"), (state, style))]
    if line.reason:
        rows.append(Content.assemble(_label(""), (plain(line.reason), "$state-warn")))
    rows.append(_row("kind", f"{one.kind}{'' if line.made_here else ', not made here'}"))
    rows += [_row(name, text) for name, text in _how(line)]
    if detail is not None and detail.secrets:
        rows.append(Content.assemble(_label("secrets"), _secrets(detail)))
    if checked is not None:
        rows.append(Content.assemble(_label("check"), _check(checked)))
    if one.capabilities:
        rows.append(_row("skills", ", ".join(one.capabilities)))
    if detail is not None:
        rows += [Content(""), *_section("USED BY", detail.users or ("nothing",))]
    return rows


def agent_preview(
    line: AgentLine, detail: AgentDetail | None, checked: Checked | None
) -> list[Content]:
    """Four lines under a narrow list."""
    one = line.agent
    users = ", ".join(detail.users) if detail is not None else ""
    about = "   ".join(f"{name} {text}" for name, text in _how(line))
    third: list[Content | str] = [_label("secrets")]
    third.append(
        _secrets(detail)
        if detail is not None and detail.secrets
        else Content.styled("none", "$quiet")
    )
    if checked is not None:
        third += ["    ", _check(checked)]
    reason = Content.styled(plain(line.reason), "$state-warn") if line.reason else None
    return [
        Content.assemble((plain(one.label), "bold"), f"   {plain(one.description)}"),
        reason or Content.assemble(_label(one.kind), plain(about)),
        Content.assemble(*third),
        _row("used by", users or "nothing"),
    ]


def _how(line: AgentLine) -> list[tuple[str, str]]:
    one = line.agent
    found: list[tuple[str, str]] = []
    if one.command is not None or one.template:
        argv = [] if one.command is None else one.command.argv
        words = " ".join(word if isinstance(word, str) else " ".join(word) for word in argv)
        found.append(("command", " ".join([words or f"template {one.template}", *one.args])))
    if one.model:
        found.append(("model", one.model))
    if one.base_url or one.provider:
        found.append(("endpoint", one.base_url or str(one.provider)))
    if one.working_directory:
        found.append(("cwd", one.working_directory))
    if one.tools is not None:
        found.append(("tools", ", ".join(one.tools) or "none"))
    if one.execution_environment.mcp_servers:
        found.append(("mcp", ", ".join(one.execution_environment.mcp_servers)))
    limits = [f"{one.max_running} at once"] if one.max_running else []
    if one.limits.seconds:
        limits.append(f"{one.limits.seconds:g} s")
    if one.limits.tokens:
        limits.append(f"{one.limits.tokens:,} tokens")
    if one.limits.cost is not None:
        limits.append(f"${one.limits.cost} a run")
    if one.budget is not None:
        limits += [f"{n.replace('_per_', ' a ')} {v}" for n, v in one.budget.limits().items()]
    if limits:
        found.append(("limits", ", ".join(limits)))
    return found


def _secrets(detail: AgentDetail) -> Content:
    parts: list[Content | str | tuple[str, str]] = []
    for one in detail.secrets:
        sign = ("!", "$state-warn bold") if one.problem else ("+", "$state-ok")
        parts += [f"{plain(one.name)} ", sign, "  "]
    return Content.assemble(*parts)


def _check(checked: Checked) -> Content:
    sign = ("+ ", "$state-ok bold") if checked.ready else ("! ", "$state-warn bold")
    return Content.assemble((f"{checked.at:%H:%M} ", "$quiet"), sign, plain(checked.message))


def group_pane(line: GroupLine, users: Sequence[str] | None) -> list[Content]:
    """Everything about a team or a workflow; ``users`` None: without who uses it."""
    state, style = group_state(line)
    rows = _title(line.spec.label, line.spec.description)
    rows += [Content(""), Content.assemble(_label("state"), (state, style))]
    rows += [
        Content.assemble(_label(""), (plain(f"{one}: {why}"), "$state-warn"))
        for one, why in line.not_ready.items()
    ]
    if isinstance(line.spec, TeamInput):
        rows.append(_row("strategy", f"{line.spec.strategy}: {line.spec.strategy.sentence}"))
        members = [f"{one.agent}{f', {one.role}' if one.role else ''}" for one in line.spec.members]
        rows += [Content(""), *_section("MEMBERS", members)]
    else:
        steps = [
            f"{one.name} by {one.agent}{' after ' + ', '.join(one.needs) if one.needs else ''}"
            for one in line.spec.steps
        ]
        rows += [Content(""), *_section("STEPS", steps)]
    if users is None:
        return rows
    return [*rows, Content(""), *_section("USED BY", users or ("nothing",))]


def group_preview(line: GroupLine, users: Sequence[str]) -> list[Content]:
    """Four lines under a narrow list."""
    if isinstance(line.spec, TeamInput):
        how, who = line.spec.strategy.sentence, ", ".join(line.agents)
    else:
        how = f"{len(line.spec.steps)} steps, at most {line.spec.max_parallel} at once"
        who = ", ".join(
            f"{one.name}{' <- ' + '+'.join(one.needs) if one.needs else ''}"
            for one in line.spec.steps
        )
    why = "; ".join(line.not_ready.values()) if line.spec.enabled else line.reason
    return [
        Content.assemble((plain(line.spec.label), "bold"), f"   {plain(line.spec.description)}"),
        Content.styled(plain(why), "$state-warn") if why else Content.styled(plain(how), "$quiet"),
        _row("agents" if isinstance(line.spec, TeamInput) else "steps", who),
        _row("used by", ", ".join(users) or "nothing"),
    ]


def call_text(one: Approval) -> str:
    """The exact call, as it will be made when it is approved."""
    if one.whole_run:
        return str(one.arguments.get("prompt", ""))
    return f"{one.tool}\n{json.dumps(one.arguments, ensure_ascii=False, indent=2)}"


def approval_pane(one: Approval, now: datetime) -> list[Content]:
    """The whole question."""
    what = "Start this run?" if one.whole_run else f"Call {plain(one.tool)}?"
    rows = [
        Content.styled(what, "bold"),
        Content(""),
        _row("job", f"{one.job_name}, run #{one.number}"),
        _row("agent", one.agent_id or "--"),
    ]
    if one.step:
        rows.append(_row("step", one.step))
    rows += [
        _row("why", one.reason or "a policy wants it approved"),
        _row("since", f"{day_time(one.requested_at, now)}, {ago(one.requested_at, now)}"),
        _row("expires", f"{until(one.expires_at, now)}; then it counts as denied"),
        Content(""),
        Content.styled("RUNS" if one.whole_run else "THE CALL", "$quiet"),
        *text_of(call_text(one)).split("\n"),
    ]
    return rows


def approval_preview(one: Approval, now: datetime) -> list[Content]:
    """Four lines under a narrow list; ``a`` and ``d`` show the whole call."""
    words = (
        one.arguments.get("prompt", "")
        if one.whole_run
        else json.dumps(one.arguments, ensure_ascii=False)
    )
    return [
        Content.assemble(
            ("the run" if one.whole_run else plain(one.tool), "bold"),
            (f"   agent {plain(one.agent_id or '--')}   {plain(one.step)}", "$quiet"),
        ),
        Content(plain(str(words))),
        _row("why", one.reason or "a policy wants it approved"),
        _row("expires", f"{until(one.expires_at, now)}; then it counts as denied"),
    ]


def _title(name: str, description: str) -> list[Content]:
    about = [Content(f"  {plain(description)}")] if description else []
    return [Content.styled(plain(name), "bold"), *about]


def _label(text: str) -> Content:
    return Content.styled(f"{text:<{LABEL}} ", "$quiet")


def _row(label: str, text: str) -> Content:
    return Content.assemble(_label(label), plain(text))


def _section(title: str, lines: Sequence[str]) -> list[Content]:
    return [Content.styled(title, "$quiet"), *(Content(f"  {plain(line)}") for line in lines)]

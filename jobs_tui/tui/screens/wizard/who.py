"""Step 3: who does the work, and where its runs wait."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from jobs_tui.agents.smart.ranking import Selection
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import ExecutorType
from jobs_tui.models.job import DEFAULT_AGENT
from jobs_tui.service.preview_words import smart_words
from jobs_tui.tui.screens.wizard.checks import WHO, Problem
from jobs_tui.tui.screens.wizard.doers import (
    AGENT,
    COLUMNS,
    SMART,
    TEAM,
    WORKFLOW,
    Doers,
    at_once,
    group_words,
    rows_of,
)
from jobs_tui.tui.screens.wizard.step import Form, Step
from jobs_tui.tui.widgets.fields.field import Bracketed, Hint, Row, TextInput, Words
from jobs_tui.tui.widgets.fields.one_of import OneOf
from jobs_tui.tui.widgets.virtual_list import VirtualList

_MODES = ((AGENT, "One agent"), (TEAM, "A team"), (WORKFLOW, "A workflow"), (SMART, "Smart"))
_AUTO, _QUEUE, _ENVIRONMENT = (one.value for one in ExecutorType)
_PLACES = (
    (_AUTO, "default queue"),
    (_QUEUE, "a queue"),
    (_ENVIRONMENT, "an environment"),
)
_NO_PROMPT = "Smart ranks the agents by the prompt, which is written in step 4."


class Who(Step):
    """One agent, a team, a workflow, or whoever fits best; its queue or environment."""

    NUMBER = WHO
    FIRST = "#mode"

    def __init__(self, form: Form) -> None:
        super().__init__(form)
        self.doers: Doers = at_once(form.ctx)
        self.smart: Selection | None = None
        """Whom Smart would pick; None while nobody knows, and without a prompt."""
        self._before: dict[str, str] = {AGENT: DEFAULT_AGENT}
        """What was chosen last of each kind, for whoever goes back to it."""

    def compose(self) -> ComposeResult:
        """Textual's method."""
        yield Row("Run with", OneOf(_MODES, id="mode"))
        yield VirtualList(COLUMNS[AGENT], id="doers")
        yield Hint(id="who-hint")
        yield Words(id="smart-line")
        yield Row("Waits in", OneOf(_PLACES, id="executor"), id="executor-row")
        yield Row("", Bracketed(TextInput(id="place")), id="place-row")
        yield Hint(id="place-hint")

    def fill(self) -> None:
        """See Step."""
        draft = self.form.draft
        self.query_one("#mode", OneOf).value = draft.mode
        self.query_one("#executor", OneOf).value = draft.executor
        self._before[draft.mode] = draft.entity_id
        self._fill_place()
        self.show_list()

    def show_list(self) -> None:
        """The rows anew: something was chosen, looked at or ranked."""
        draft, found = self.form.draft, self.query_one("#doers", VirtualList)
        found.set_columns(COLUMNS[draft.mode])
        rows = rows_of(self.doers, draft.mode, draft.entity_id, self.smart)
        found.set_rows(rows)
        found.styles.max_height = max(3, len(rows) + 1)  # what follows stands right below
        if not draft.smart:
            found.go_to(draft.entity_id)

    def tell(self, problem: Problem | None) -> None:
        """See Step."""
        place = ("executor_type", "worker_queue_name", "environment_name")
        fault = self.fault(problem, *place)
        self._tell_place(fault)
        hint = self.query_one("#who-hint", Hint)
        if problem is not None and not problem.field.startswith(place):
            hint.wrong(problem.sentence)
        else:
            self._tell_who(hint)
        line = self.query_one("#smart-line", Words)
        line.display = self.smart is not None and not self.form.draft.smart
        if self.smart is not None:
            line.say(_smart_line(self.smart))

    def _tell_who(self, hint: Hint) -> None:
        draft = self.form.draft
        if draft.smart:
            if self.smart is None:
                hint.say(_NO_PROMPT if not draft.prompt.strip() else "Smart is looking ...")
            else:
                hint.say(_smart_line(self.smart))
            return
        if draft.mode == AGENT:
            agent = self.doers.agent(draft.entity_id)
            if agent is not None and agent.reason:
                hint.warn(agent.reason)
            elif agent is not None:
                hint.say(f"{agent.agent.id}: {agent.agent.description or agent.agent.kind}")
            return
        group = self.doers.group(draft.mode, draft.entity_id)
        if group is not None:
            (hint.warn if group.reason else hint.say)(group_words(group))
        elif not draft.entity_id:
            hint.say("No workflow: the prompt is its one step, a script for bash.")

    def _tell_place(self, fault: str) -> None:
        draft, hint = self.form.draft, self.query_one("#place-hint", Hint)
        hidden = draft.executor == _AUTO
        self.query_one("#place-row").display = not hidden
        hint.display = not hidden
        if hidden:
            return
        queued = draft.executor == _QUEUE
        known = self.form.ctx.directory
        names = sorted(known.queues if queued else known.environments)
        name = (draft.queue if queued else draft.environment).strip()
        what = "queue" if queued else "environment"
        if fault:
            hint.wrong(fault)
        elif not name or name not in names:
            there = f"there are: {', '.join(names[:8])}" if names else f"there is no {what} yet"
            lost = f"{name} does not exist, so it runs on this machine; " if name else ""
            (hint.warn if name else hint.say)(f"{lost}{there}")
        elif queued:
            queue = known.queues[name]
            state = "paused" if queue.paused else "for remote workers" if queue.remote else ""
            most = "" if queue.concurrency is None else f"{queue.concurrency} at once"
            (hint.warn if state else hint.good)(f"{name}: {state or most or 'no limit of its own'}")
        elif problem := self.doers.environments.get(name, ""):
            hint.warn(f"{name} is not ready: {problem}; a run waits until it is")
        else:
            hint.good(f"{name} is ready")

    def widget_of(self, place: str) -> Widget:
        """See Step."""
        if place in ("worker_queue_name", "environment_name"):
            return self.query_one("#place")
        return self.query_one("#doers") if place == "entity_id" else self.first

    def _fill_place(self) -> None:
        draft = self.form.draft
        text = draft.queue if draft.executor == _QUEUE else draft.environment
        self.query_one("#place", Input).value = "" if draft.executor == _AUTO else text

    @on(OneOf.Changed, "#mode")
    def _mode(self, event: OneOf.Changed) -> None:
        event.stop()
        draft = self.form.draft
        if event.value == draft.mode:
            return
        draft.mode = event.value
        draft.entity_id = self._before.get(draft.mode, "")
        if not draft.entity_id and draft.mode in (TEAM, WORKFLOW):
            groups = self.doers.groups(draft.mode)
            draft.entity_id = groups[0].id if groups else ""
        self.show_list()
        self.post_message(self.Edited("planning_mode"))

    @on(VirtualList.Highlighted, "#doers")
    def _moved(self, event: VirtualList.Highlighted) -> None:
        event.stop()
        draft, row = self.form.draft, event.list.current
        if draft.smart or row is None or row.key == draft.entity_id:
            return
        draft.entity_id = self._before[draft.mode] = str(row.key)
        self.show_list()
        self.post_message(self.Edited("entity_id"))

    @on(OneOf.Changed, "#executor")
    def _executor(self, event: OneOf.Changed) -> None:
        event.stop()
        draft = self.form.draft
        if event.value != draft.executor:
            draft.executor = event.value
            self._fill_place()
            self.post_message(self.Edited("executor_type"))

    @on(Input.Changed, "#place")
    def _place(self, event: Input.Changed) -> None:
        event.stop()
        draft = self.form.draft
        if draft.executor == _QUEUE and event.value != draft.queue:
            draft.queue = event.value
            self.post_message(self.Edited("worker_queue_name"))
        elif draft.executor == _ENVIRONMENT and event.value != draft.environment:
            draft.environment = event.value
            self.post_message(self.Edited("environment_name"))


def _smart_line(smart: Selection) -> Content:
    style = "$state-warn" if smart.unclear else "$title"
    return Content.assemble(
        (plain(smart_words(smart)), style), ("   m\N{NO-BREAK SPACE}explains", "$quiet")
    )

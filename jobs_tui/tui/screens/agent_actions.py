"""What a person does with agents, teams and workflows; see ``tui/operations`` for the manner."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.app import SuspendNotSupported

from jobs_tui.agents.directory import BUILT_IN
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.resource import Resource, ResourceKind
from jobs_tui.service import resource_text, resources
from jobs_tui.tui import clipboard
from jobs_tui.tui.dialogs import Choice, Confirm, MessageDialog
from jobs_tui.tui.screens.agent_form import NewAgent
from jobs_tui.tui.screens.agent_words import Checked
from jobs_tui.tui.screens.wizard import editor

if TYPE_CHECKING:
    from jobs_tui.tui.screens.agent_keys import AgentKeys

_kept: dict[tuple[ResourceKind, str], str] = {}
"""What was written in an editor and could not be saved: (kind, id or empty) -> text."""


def new(screen: AgentKeys) -> None:
    """A form for an agent; for teams and workflows a text to fill in."""
    kind = screen.kind
    if kind is ResourceKind.AGENT:

        def made(agent: Resource | None) -> None:
            if agent is not None:
                screen.say(f"Agent {agent.id} created; c checks it, e changes the rest of it.")
                screen.saved(agent.id)

        screen.app.push_screen(NewAgent(screen.ctx), made)
    elif kind is not None:
        write(screen, kind, None)


def edit(screen: AgentKeys) -> None:
    """Change the one under the cursor."""
    kind, key = screen.kind, screen.key
    if kind is None or key is None:
        return
    if kind is ResourceKind.AGENT and key in BUILT_IN:
        screen.say(f"{key} is built in and cannot be changed: n makes another agent.")
        return
    write(screen, kind, key)


def write(screen: AgentKeys, kind: ResourceKind, key: str | None) -> None:
    """Let the user write it as YAML; what is wrong is said and what was written is kept."""
    place = (kind, key or "")
    try:
        text = resource_text.text_of(screen.ctx, kind, key)
        before = _kept.get(place, text)
        with screen.app.suspend():
            written = editor.edited(before, ".yaml", name=f"{kind}-{key or 'new'}", what=str(kind))
    except SuspendNotSupported:
        screen.say("An editor cannot be opened from here.")
        return
    except JobsTuiError as error:
        screen.show_error(error)
        return
    if written == text or not written.strip():
        _kept.pop(place, None)
        screen.say("Nothing was changed.")
        return
    _kept[place] = written

    async def save() -> None:
        try:
            saved = await asyncio.to_thread(resource_text.save, screen.ctx, kind, key, written)
        except JobsTuiError as error:
            _not_saved(screen, kind, key, error)
        else:
            _kept.pop(place, None)
            screen.say(f"{kind.value.capitalize()} {saved.id} saved.")
            screen.saved(saved.id)

    screen.run_worker(save(), group="use-case")


def _not_saved(screen: AgentKeys, kind: ResourceKind, key: str | None, error: JobsTuiError) -> None:
    def answer(choice: str | None) -> None:
        if choice == "again":
            write(screen, kind, key)
        elif choice == "drop":
            _kept.pop((kind, key or ""), None)
            screen.say("Thrown away; nothing was changed.")

    options = [("e", "again", "edit what you wrote"), ("x", "drop", "throw it away")]
    screen.app.push_screen(Choice("Not saved", options, error.sentence()), answer)


def delete(screen: AgentKeys) -> None:
    """Delete it after a question that names what uses it."""
    kind, key, ctx = screen.kind, screen.key, screen.ctx
    if kind is None or key is None:
        return
    agent = screen.agent()
    if agent is not None and not agent.made_here:
        screen.say(f"{key} was not made here and cannot be deleted.")
        return

    def ask(users: list[str]) -> None:
        loss = ""
        if users:
            some = ", ".join(users[:5]) + (f" and {len(users) - 5} more" if len(users) > 5 else "")
            loss = f"\nIt is used by {some}; that will fail until it names another one."

        def answer(yes: bool | None) -> None:
            if yes:
                screen.attempt(lambda: resources.delete(ctx, kind, key, force=bool(users)), done)

        question = Confirm("Delete", f"Delete the {kind} {key}?{loss}", yes="Delete")
        screen.app.push_screen(question, answer)

    def done(gone: Resource) -> None:
        screen.say(f"{kind.value.capitalize()} {gone.id} deleted.")
        screen.store_changed()

    screen.attempt(lambda: resource_text.users_of(ctx, kind, key), ask)


def used_by(screen: AgentKeys) -> None:
    """List what uses it."""
    kind, key = screen.kind, screen.key
    if kind is None or key is None:
        return

    def show(users: list[str]) -> None:
        text = "\n".join(users) or "Nothing uses it."
        screen.app.push_screen(MessageDialog(f"What uses {key}", text))

    screen.attempt(lambda: resource_text.users_of(screen.ctx, kind, key), show)


def check(screen: AgentKeys, ids: Sequence[str]) -> None:
    """Try agents out one after the other; what each says is shown as it comes."""

    async def work() -> None:
        from jobs_tui import host

        good = 0
        for number, agent_id in enumerate(ids, 1):
            of = f" ({number} of {len(ids)})" if len(ids) > 1 else ""
            screen.say(f"Checking {agent_id}{of}...")
            try:
                said: dict[str, Any] = await asyncio.to_thread(
                    host.try_out, screen.ctx, ResourceKind.AGENT, agent_id
                )
            except JobsTuiError as error:
                said = {"ready": False, "message": error.sentence()}
            if not screen.stands:
                return
            found = Checked(bool(said["ready"]), str(said["message"]), screen.ctx.now())
            good += found.ready
            screen.checked(agent_id, found)
            if len(ids) == 1:
                word = "can work" if found.ready else "cannot work now"
                screen.say(f"{agent_id} {word}: {plain(found.message)}")
        if len(ids) > 1:
            screen.say(f"{good} of {len(ids)} agents can work; the pane says why others cannot.")

    if ids:
        screen.run_worker(work(), group="check", exclusive=True)


def copy_id(screen: AgentKeys) -> None:
    """Copy the id of the line under the cursor."""
    if screen.key is not None:
        screen.app.copy_to_clipboard(screen.key)
        screen.say(f"id {clipboard.note(os.environ)}")

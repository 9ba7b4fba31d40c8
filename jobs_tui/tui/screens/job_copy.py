"""The copy menu of a job: name, id, URL, curl, prompt, JSON (UX.md 5, key map)."""

from __future__ import annotations

import json
import os
import shlex

from jobs_tui.models.job import Job
from jobs_tui.service import answers
from jobs_tui.service.engine_state import webhook_url
from jobs_tui.tui import clipboard
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.dialogs import CopyMenu


def copy_menu(screen: BaseScreen, job: Job) -> None:
    """Ask what to copy and copy it."""
    things = [("n", "name", "name"), ("i", "id", "id")]
    if job.webhook_path:
        things += [("u", "URL", "webhook URL"), ("c", "curl", "curl, signed with $WEBHOOK_SECRET")]
    else:
        things.append(("c", "command", "shell command that runs it"))
    things += [("p", "prompt", "prompt"), ("j", "JSON", "the whole job as JSON")]

    def copy(choice: str | None) -> None:
        if choice is not None:
            screen.app.copy_to_clipboard(text_of(screen, job, choice))
            screen.say(f"{choice} {clipboard.note(os.environ)}")

    screen.app.push_screen(CopyMenu(things), copy)


def text_of(screen: BaseScreen, job: Job, what: str) -> str:
    """The text behind an entry of the menu."""
    if what == "name":
        return job.name
    if what == "prompt":
        return job.definition.prompt_template
    if what == "JSON":
        answer = answers.job_response(screen.ctx, job)
        return json.dumps(answer, ensure_ascii=False, indent=2)
    if what == "command":
        return f"jobs-tui run {job.id} --follow"
    if job.webhook_path and what in ("URL", "curl"):
        url = webhook_url(screen.ctx, job.webhook_path)
        return url if what == "URL" else curl(url)
    return job.id


def curl(url: str) -> str:
    """A command that sends a signed delivery; the secret comes from the environment."""
    body = '{"parameters": {}}'
    signature = (
        f'$(printf %s {shlex.quote(body)} | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r'
        " | cut -d' ' -f1)"
    )
    return (
        f"curl -X POST {shlex.quote(url)} -H 'Content-Type: application/json'"
        f' -H "X-Webhook-Signature: {signature}" -d {shlex.quote(body)}'
    )

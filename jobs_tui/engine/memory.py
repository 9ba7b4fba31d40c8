"""Where the conversations of a job are kept between its runs."""

from __future__ import annotations

from functools import partial

from jobs_tui.engine.output import LogOutput
from jobs_tui.engine.parts import Parts
from jobs_tui.guard.secrets.errors import KeyProblem
from jobs_tui.store import conversations


def recall(parts: Parts, output: LogOutput, job_id: str, agent_id: str, step: str) -> str | None:
    """What an agent said and heard in earlier runs; None: nothing, or nothing that can be read."""
    kept = conversations.get(parts.store.jobs.reader(), job_id, agent_id, step)
    if kept is None or not kept.startswith(conversations.SEALED):
        return kept
    try:
        return parts.secrets.open(
            "of this conversation", kept[len(conversations.SEALED) :].encode()
        )
    except KeyProblem as error:
        output.line("system", f"the conversation begins anew: {error.message}")
        return None


async def remember(
    parts: Parts, output: LogOutput, job_id: str, agent_id: str, step: str, history: str
) -> None:
    """Keep it for the next run, word for word; sealed when secrets are in it.

    Nothing is kept of a job that begins each conversation anew by now.
    """
    if output.mask(history) != history:
        history = conversations.SEALED + parts.secrets.seal(history).decode("ascii")
    await parts.store.awrite(
        partial(
            conversations.save,
            job_id=job_id,
            agent_id=agent_id,
            step=step,
            messages=history,
            now=parts.store.clock.now(),
        )
    )

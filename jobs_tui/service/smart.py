"""Which agent would do a task: the use-cases behind ``agent rank``, the wizard and the dry run."""

from __future__ import annotations

from jobs_tui.agents.smart.candidates import candidates
from jobs_tui.agents.smart.engines.choosing import EngineName, EngineWish
from jobs_tui.agents.smart.ranking import Candidate, Ranking, Selection, rank_by, rank_with, select
from jobs_tui.agents.smart.wishes import wish_of
from jobs_tui.models.errors import InvalidInput
from jobs_tui.service.context import Context
from jobs_tui.store.settings import load_settings


def ranking(ctx: Context, prompt: str, engine: EngineName | None = None) -> Ranking:
    """All candidates for a task, the best first.

    Args:
        prompt: the task in words; a template is ranked by the words around its placeholders.
        engine: this one and no other; None: as the settings say, and words when that is broken.

    Raises:
        InvalidInput: the prompt is empty.
        EngineBroken: the engine that was named cannot answer.
    """
    if not prompt.strip():
        raise InvalidInput(
            "The prompt is empty.", "Say what is to be done, in plain words.", field="prompt"
        )
    found, wish = _candidates(ctx, prompt), _wish(ctx, engine)
    return rank_by(prompt, found, wish) if engine is None else rank_with(prompt, found, wish)


def selection(ctx: Context, prompt: str) -> Selection:
    """Who would be chosen for a task now, and why; no model is asked."""
    return select(prompt, _candidates(ctx, prompt), _wish(ctx, None))


def _candidates(ctx: Context, prompt: str) -> list[Candidate]:
    from jobs_tui.guard.secrets.resolver import Secrets

    return candidates(ctx.store.jobs.reader(), ctx.directory, Secrets(ctx.store), prompt)


def _wish(ctx: Context, engine: EngineName | None) -> EngineWish:
    from jobs_tui.guard.secrets.resolver import Secrets

    return wish_of(load_settings(ctx.store.home), Secrets(ctx.store), engine)

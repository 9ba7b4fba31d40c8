"""Which engine a home wants for Smart, its key found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobs_tui.agents.smart.engines.choosing import EngineName, EngineWish
from jobs_tui.models.errors import JobsTuiError

if TYPE_CHECKING:
    from jobs_tui.guard.secrets.resolver import Secrets
    from jobs_tui.store.settings import Settings


def wish_of(settings: Settings, secrets: Secrets, engine: EngineName | None = None) -> EngineWish:
    """What the settings say; may block where the key is kept outside.

    Args:
        engine: in place of the setting ``smart_engine``.
    """
    name = engine or settings.smart_engine
    asks = settings.embeddings_url and name in ("auto", "endpoint")
    key, problem = None, ""
    if asks and settings.embeddings_key:
        try:
            key = secrets.resolve(settings.embeddings_key)
        except JobsTuiError as error:
            problem = error.message
    return EngineWish(name, settings.embeddings_url, settings.embeddings_model, key, problem)

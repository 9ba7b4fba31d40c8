"""Which engine ranks: as the settings say, else the best that is there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from jobs_tui.agents.smart.engines import semantic
from jobs_tui.agents.smart.engines.broken import EngineBroken
from jobs_tui.agents.smart.engines.endpoint import EndpointEngine
from jobs_tui.agents.smart.engines.fitting import Engine
from jobs_tui.agents.smart.engines.lexical import LexicalEngine

EngineName = Literal["auto", "lexical", "semantic", "endpoint"]
ENGINES: tuple[EngineName, ...] = ("auto", "lexical", "semantic", "endpoint")


@dataclass(frozen=True, slots=True)
class EngineWish:
    """What the settings say of it."""

    name: EngineName = "auto"
    """``auto``: the endpoint if there is one, the model if it is installed, else words."""
    url: str = ""
    """Of the embeddings endpoint."""
    model: str = ""
    key: str | None = None
    """The key itself."""
    problem: str = ""
    """Why the endpoint cannot be asked: its key is not to be had; empty when it can."""


@lru_cache(maxsize=1)
def lexical() -> LexicalEngine:
    """The engine that always works; one for the process."""
    return LexicalEngine()


def engine_for(wish: EngineWish) -> Engine:
    """The engine of a wish; the same object for the same wish.

    Raises:
        EngineBroken: it is not installed or not configured.
    """
    name = wish.name
    if name == "auto":
        name = "endpoint" if wish.url else "semantic" if semantic.installed() else "lexical"
    if name == "lexical":
        return lexical()
    if name == "semantic":
        if not semantic.installed():
            raise EngineBroken("The model for fit by meaning is not installed.", semantic.SETUP)
        return semantic.shared()
    if wish.problem:
        raise EngineBroken(wish.problem, "Mend embeddings_key in the settings.")
    if not wish.url:
        raise EngineBroken("No embeddings endpoint is set.", "Set embeddings_url.")
    return _endpoint(wish.url, wish.model, wish.key)


@lru_cache(maxsize=4)
def _endpoint(url: str, model: str, key: str | None) -> EndpointEngine:
    return EndpointEngine(url, model, key)

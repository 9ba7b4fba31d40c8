"""Endpoints: where a model is, and a client of it that is closed again."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import AsyncIterator, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jobs_tui.agents.llm.prices import unpriced
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.errors import Refused

if TYPE_CHECKING:
    from pydantic_ai.models import Model
    from pydantic_ai.settings import ModelSettings

RETRIES = 1
"""Of one request, by the client, for what passes within a moment; the job's own retries do more."""
CONNECT = 10.0
"""Seconds until an endpoint has taken a connection."""

HOSTED: Mapping[str, str] = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "google": "https://generativelanguage.googleapis.com",
}
"""The endpoint of each provider, where an agent names none."""

_MODULES = {"openai": "openai", "anthropic": "anthropic", "google": "google.genai"}

_LIBRARIES = ("fastmcp", "mcp", "httpx2", "httpcore2", "openai", "anthropic", "google_genai")
"""They write about themselves into the log of the process; a run's trouble is told by the run."""


def base_url(agent: AgentInput) -> str:
    """Where an agent's model is."""
    return (agent.base_url or HOSTED[agent.provider or "openai"]).rstrip("/")


def shown(url: str) -> str:
    """An address as messages say it: without user, password and query, which may be secret."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "(not a URL)"
    return f"{parts.scheme}://{host}{parts.path}"


def not_ready(agent: AgentInput) -> str:
    """Why a model cannot be asked, as far as it can be told without asking."""
    provider = agent.provider or "openai"
    if not agent.model:
        return f"The agent {agent.id} names no model: set model."
    if not _installed(_MODULES[provider]):
        return (
            f"The provider {provider} needs a package that is not installed: "
            f"pip install 'jobs-tui[{provider}]'."
        )
    if agent.base_url is not None and not is_url(agent.base_url):
        return (
            f"The base_url {agent.base_url!r:.100} of the agent {agent.id} is not a URL such as "
            "http://127.0.0.1:11434/v1."
        )
    if agent.base_url is None and not agent.api_key:
        return (
            f"The agent {agent.id} has no key for {HOSTED[provider]}: set api_key to a reference "
            f"such as env:{provider.upper()}_API_KEY, or base_url to a local endpoint."
        )
    return unpriced(agent, base_url(agent))


def is_url(text: str) -> bool:
    """Whether it is an address that can be asked over HTTP."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package that it is part of
        return False


def quiet_libraries() -> None:
    """Let nothing of the libraries reach a terminal: a screen may be there (AGENTS.md 2)."""
    for name in _LIBRARIES:
        log = logging.getLogger(name)
        log.handlers = [logging.NullHandler()]
        log.propagate = False
    warnings.filterwarnings("ignore", module=r"(pydantic_ai|fastmcp|mcp|openai)(\.|\Z)")


@contextlib.asynccontextmanager
async def opened(
    agent: AgentInput, api_key: str | None, *, patience: float, retries: int = RETRIES
) -> AsyncIterator[Model]:
    """A model that can be asked.

    Args:
        patience: seconds between two pieces of an answer.

    Raises:
        Refused: its provider's package is not installed.
    """
    if reason := not_ready(agent.model_copy(update={"api_key": agent.api_key or "given"})):
        raise Refused(reason)
    make = {"openai": _openai, "anthropic": _anthropic, "google": _google}
    async with make[agent.provider or "openai"](agent, api_key, patience, retries) as model:
        yield model


def settings(agent: AgentInput) -> ModelSettings:
    """What each request says beside its messages."""
    chosen: ModelSettings = {}
    if agent.temperature is not None:
        chosen["temperature"] = agent.temperature
    if agent.max_output_tokens is not None:
        chosen["max_tokens"] = agent.max_output_tokens
    return chosen


@contextlib.asynccontextmanager
async def _openai(
    agent: AgentInput, api_key: str | None, patience: float, retries: int
) -> AsyncIterator[Model]:
    from httpx2 import Timeout
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    # All of it is given: a key or an organisation of the engine's environment is not for others.
    client = AsyncOpenAI(
        base_url=base_url(agent),
        api_key=api_key or "none",
        timeout=Timeout(patience, connect=CONNECT),
        max_retries=retries,
    )
    client.organization = client.project = None
    async with client:
        provider = OpenAIProvider(openai_client=client)
        yield OpenAIChatModel(agent.model or "", provider=provider)


@contextlib.asynccontextmanager
async def _anthropic(
    agent: AgentInput, api_key: str | None, patience: float, retries: int
) -> AsyncIterator[Model]:
    from anthropic import AsyncAnthropic
    from httpx2 import Timeout
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    client = AsyncAnthropic(
        base_url=base_url(agent),
        api_key=api_key or "none",
        timeout=Timeout(patience, connect=CONNECT),
        max_retries=retries,
    )
    async with client:
        provider = AnthropicProvider(anthropic_client=client)
        yield AnthropicModel(agent.model or "", provider=provider)


@contextlib.asynccontextmanager
async def _google(
    agent: AgentInput, api_key: str | None, patience: float, retries: int
) -> AsyncIterator[Model]:
    from httpx2 import AsyncClient, Timeout
    from pydantic_ai.models.google import GoogleModel
    from pydantic_ai.providers.google import GoogleProvider

    async with AsyncClient(timeout=Timeout(patience, connect=CONNECT)) as http:
        # It tries once where no retry options are given.
        provider = GoogleProvider(
            api_key=api_key or "none", base_url=base_url(agent), http_client=http
        )
        yield GoogleModel(agent.model or "", provider=provider)

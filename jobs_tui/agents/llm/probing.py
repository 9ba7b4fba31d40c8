"""Whether a model answers, found out within seconds."""

from __future__ import annotations

import asyncio

import httpx2
from pydantic_ai.direct import model_request
from pydantic_ai.messages import ModelRequest
from pydantic_ai.models import ModelRequestParameters

from jobs_tui.agents.llm import endpoints
from jobs_tui.agents.llm.trouble import explained
from jobs_tui.agents.runner import Task
from jobs_tui.models.errors import Refused

PATIENCE = 5.0
"""Seconds until an endpoint must have answered."""
FEW_TOKENS = 16
"""Of an answer that nobody reads: the least that all providers accept."""

endpoints.quiet_libraries()


async def probed(task: Task) -> str:
    """What was found of the agent's model.

    Raises:
        Refused: why it cannot be used.
    """
    agent, where = task.agent, endpoints.shown(endpoints.base_url(task.agent))
    try:
        async with asyncio.timeout(PATIENCE):
            if await _is_listed(task):
                return f"model {agent.model} is at {where}"
            async with endpoints.opened(agent, task.api_key, patience=PATIENCE, retries=0) as model:
                await model_request(
                    model,
                    [ModelRequest.user_text_prompt("ping")],
                    model_settings={"max_tokens": FEW_TOKENS},
                    model_request_parameters=ModelRequestParameters(),
                )
            return f"model {agent.model} answers"
    except TimeoutError:
        raise Refused(f"{where} did not answer within {PATIENCE:g} seconds.") from None
    except Exception as error:  # whatever a library raises is why it cannot be used
        raise Refused(explained(error, agent, task.api_key).message) from error


async def _is_listed(task: Task) -> bool:
    """Whether the endpoint lists the model; many list nothing, or not all that they have."""
    if task.agent.provider not in (None, "openai"):
        return False
    headers = {"authorization": f"Bearer {task.api_key}"} if task.api_key else {}
    async with httpx2.AsyncClient(timeout=PATIENCE) as client:
        try:
            answer = await client.get(f"{endpoints.base_url(task.agent)}/models", headers=headers)
            models = answer.raise_for_status().json()["data"]
            return any(model["id"] == task.agent.model for model in models)
        except (httpx2.HTTPError, ValueError, KeyError, TypeError):
            return False  # the request that follows says what is wrong

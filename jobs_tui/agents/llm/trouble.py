"""What goes wrong with models, in words, and whether trying again can help."""

from __future__ import annotations

import errno
import os
import re
from dataclasses import dataclass

from pydantic_ai.exceptions import (
    ContentFilterError,
    ModelAPIError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelQuotaExceededError,
    ModelTimeoutError,
    OutputTokenLimitExceeded,
    UnexpectedModelBehavior,
    UserError,
)

from jobs_tui.agents.llm import endpoints
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.errors import JobsTuiError

QUOTED = 300
"""Characters of what an endpoint said that are repeated."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a run of a model has failed."""

    message: str
    retry: bool


def explained(error: Exception, agent: AgentInput, api_key: str | None) -> Trouble:
    """An error of the libraries, or of ours, in one or two sentences without the key."""
    trouble = _explained(error, agent, bool(api_key))
    return Trouble(_without(api_key, trouble.message), trouble.retry)


def _explained(error: Exception, agent: AgentInput, with_key: bool) -> Trouble:
    url = endpoints.shown(endpoints.base_url(agent))
    if isinstance(error, JobsTuiError):
        return Trouble(error.sentence(), retry=getattr(error, "retry", False))
    if isinstance(error, ModelHTTPError):
        return _refused(error, agent, url, with_key)
    if isinstance(error, ModelTimeoutError):
        return Trouble(f"{url} did not answer in time.", retry=True)
    if isinstance(error, ModelConnectionError):
        what = "Nothing answers at" if _not_even_connected(error) else "The connection broke to"
        return Trouble(f"{what} {url}: {cause_of(error)}.", retry=True)
    if isinstance(error, ModelAPIError):
        return Trouble(f"{url} broke off: {_short(str(error))}", retry=True)
    if isinstance(error, ContentFilterError):
        return Trouble(f"{agent.model} refused to answer: {_short(str(error))}", retry=False)
    if isinstance(error, OutputTokenLimitExceeded):
        return Trouble(
            f"The answer of {agent.model} was cut off at its limit of tokens before it was "
            "complete. Raise max_output_tokens of the agent.",
            retry=False,
        )
    if isinstance(error, UnexpectedModelBehavior):
        return Trouble(
            f"{agent.model} gave an answer that is of no use: {_misbehaved(error)}", True
        )
    if isinstance(error, UserError):
        return Trouble(f"The agent {agent.id} cannot be run: {_short(str(error))}.", retry=False)
    return Trouble(
        f"The answer of {url} cannot be read: {type(error).__name__}: {_short(str(error))}",
        retry=True,
    )


def _refused(error: ModelHTTPError, agent: AgentInput, url: str, with_key: bool) -> Trouble:
    status, said = error.status_code, _said(error)
    if status in (401, 403):
        told = "refused the key" if with_key else "wants a key"
        return Trouble(
            f"{url} {told} ({status}{said}). Check api_key of the agent {agent.id}.", False
        )
    if status == 404:
        return Trouble(
            f"{url} knows no model {agent.model} ({status}{said}). Check model and base_url of the "
            f"agent {agent.id}.",
            retry=False,
        )
    if isinstance(error, ModelQuotaExceededError):
        return Trouble(f"The quota at {url} is used up ({status}{said}).", retry=True)
    if status == 429:
        return Trouble(f"{url} is asked too often ({status}{said}).", retry=True)
    if isinstance(error, ModelContextWindowExceededError):
        return Trouble(f"The conversation is too long for {agent.model} ({status}{said}).", False)
    if status >= 500 or status in (408, 409, 425):
        return Trouble(f"{url} has a problem of its own ({status}{said}).", retry=True)
    told = f"{url} refused the request ({status}{said})."
    if "tool" in said.lower() and agent.tools != []:
        told += f" If {agent.model} cannot use tools, give the agent none: tools: []."
    return Trouble(told, retry=False)


def _not_even_connected(error: BaseException) -> bool:
    from httpx2 import ConnectError

    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ConnectError):
        cause = cause.__cause__
    return cause is not None


def _misbehaved(error: UnexpectedModelBehavior) -> str:
    cause = error.__cause__
    told = str(error.message)
    if "exceeded max retries" in told and cause is not None:
        return f"it calls a tool wrongly, again and again: {_short(str(cause))}"
    if "output retries" in told:
        return "it says nothing, again and again."
    if "ended without content" in told:  # the client skips whatever is not an event of a stream
        return "it is empty, or not what such an endpoint sends. Check base_url of the agent."
    if cause is not None and str(cause) and str(cause) not in told:
        told = f"{told}: {cause}"
    return _short(told)


def _said(error: ModelHTTPError) -> str:
    body = error.body
    if isinstance(body, dict):
        inner = body.get("error", body)
        body = inner.get("message", inner) if isinstance(inner, dict) else inner
    return f": {_short(str(body))}" if body else ""


def cause_of(error: BaseException) -> str:
    """The reason at the bottom of a chain of errors, without a full stop."""
    told = ""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        if isinstance(following, BaseExceptionGroup):
            following = following.exceptions[0]
            continue
        number = following.errno if isinstance(following, OSError) else None
        if number is not None and number in errno.errorcode:
            return os.strerror(number)
        told = str(following) or told or type(following).__name__
        following = following.__cause__ or following.__context__
    return _short(told).rstrip(".")


def _short(text: str) -> str:
    line = " ".join(re.sub(r"<[^>]*>", " ", text).split())
    return line if len(line) <= QUOTED else f"{line[:QUOTED]} ..."


def _without(api_key: str | None, text: str) -> str:
    return text.replace(api_key, "***") if api_key and len(api_key) >= 4 else text

"""How the known agent programs are called (AGENTS.md 3): data, which a home may replace."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from jobs_tui.models.agent import AgentInput, CommandTemplate, Limits


class _Known(NamedTuple):
    name: str
    description: str
    template: CommandTemplate


_LITELLM_ENDS = [
    f"litellm.{error}Error"
    for error in ("Authentication", "BadRequest", "NotFound", "PermissionDenied", "ContextWindow")
]
"""aider prints these and exits 0; errors that it tries again are not among them."""

_KNOWN: Mapping[str, _Known] = {
    "claude": _Known(
        "Claude Code",
        "Writes, changes and explains code, and works with files and commands of a repository.",
        CommandTemplate(
            argv=[
                *("claude", "-p", "--output-format", "stream-json"),
                "--verbose",  # without it, it refuses stream-json
                *("--bare", "--no-session-persistence"),
                ["--model", "{model}"],
                ["--append-system-prompt-file", "{system_file}"],
                ["--mcp-config", "{mcp_config}", "--strict-mcp-config"],
                ["--max-budget-usd", "{max_cost}"],
            ],
            output="claude",
            mcp="claude",
            login="Give the agent the secret ANTHROPIC_API_KEY (--bare takes no other login), "
            "or a template of your own without --bare.",
        ),
    ),
    "codex": _Known(
        "Codex",
        "Writes, changes and reviews code in a repository, in a sandbox of its own.",
        CommandTemplate(
            argv=[
                *("codex", "exec", "--json", "--skip-git-repo-check", "--ephemeral"),
                ["--model", "{model}"],
                ["--profile", "{mcp_config}"],
                "-",
            ],
            output="codex",
            config_dir="CODEX_HOME",
            config_home="~/.codex",
            config_shared=["auth.json"],
            mcp="codex",
            system_in_prompt=True,
            login="Run 'codex login' once, or give the agent the secret CODEX_API_KEY.",
        ),
    ),
    "gemini": _Known(
        "Gemini CLI",
        "Writes, changes and explains code, and answers questions about large texts.",
        CommandTemplate(
            argv=["gemini", "-o", "stream-json", "--skip-trust", ["--model", "{model}"]],
            output="gemini",
            config_dir="GEMINI_CLI_HOME",
            config_home="~",
            config_shared=[
                ".gemini/oauth_creds.json",
                ".gemini/google_accounts.json",
                ".gemini/settings.json",
            ],
            mcp="gemini",
            system_in_prompt=True,
            login="Give the agent the secret GEMINI_API_KEY, or log in once with 'gemini'.",
        ),
    ),
    "goose": _Known(
        "goose",
        "Does engineering tasks on this machine with any model.",
        CommandTemplate(
            argv=[
                *("goose", "run", "--no-session", "-q", "--output-format", "stream-json"),
                ["--model", "{model}"],
                "{mcp_args}",
                *("-i", "-"),
            ],
            output="goose",
            mcp="goose",
            system_in_prompt=True,
            login="Run 'goose configure' once, or give the agent the key of its provider.",
        ),
    ),
    "opencode": _Known(
        "opencode",
        "Writes, changes and explains code with any model.",
        CommandTemplate(
            argv=["opencode", "run", "--format", "json", ["--model", "{model}"]],
            output="opencode",
            env={"OPENCODE_CONFIG": "{mcp_config}"},
            mcp="opencode",
            system_in_prompt=True,
            login="Run 'opencode auth login' once, or give the agent the key of its provider.",
        ),
    ),
    "copilot": _Known(
        "GitHub Copilot CLI",
        "Writes, changes and explains code, and works with GitHub issues and pull requests.",
        CommandTemplate(
            argv=[
                *("copilot", "-s", "--no-ask-user"),
                ["--model", "{model}"],
                "--additional-mcp-config=@{mcp_config}",
            ],
            config_dir="COPILOT_HOME",
            config_home="~/.copilot",
            config_shared=["config.json"],
            mcp="copilot",
            system_in_prompt=True,
            login="Give the agent the secret COPILOT_GITHUB_TOKEN, or run 'copilot login' once.",
        ),
    ),
    "aider": _Known(
        "aider",
        "Changes code of a git repository together with any model.",
        CommandTemplate(
            argv=[
                *("aider", "--message-file", "{prompt_file}", "--yes-always"),
                *("--no-stream", "--no-auto-commits", "--no-pretty", "--no-check-update"),
                ["--model", "{model}"],
            ],
            stdin="none",
            failed_lines=_LITELLM_ENDS,
            system_in_prompt=True,
            login="Give the agent the key of its model's provider, such as OPENAI_API_KEY.",
        ),
    ),
    "llm": _Known(
        "llm",
        "Answers a prompt with any model; no tools unless its arguments name some.",
        CommandTemplate(
            argv=["llm", "prompt", ["-m", "{model}"], ["--sf", "{system_file}"]],
            login="Run 'llm keys set PROVIDER' once, or give the agent the provider's key.",
        ),
    ),
}

_CODING = ("write code", "fix bugs", "refactor", "write tests", "review a pull request")
_LIMITS = Limits(requests=500, tool_calls=1000)
"""These programs take many small steps; what a run may do is bounded all the same."""

TEMPLATES: Mapping[str, CommandTemplate] = MappingProxyType(
    {name: known.template for name, known in _KNOWN.items()}
)
"""By the name of the program."""


def agent_of(name: str) -> AgentInput:
    """The agent that comes with a known program."""
    known = _KNOWN[name]
    return AgentInput(
        id=name,
        name=known.name,
        kind="command",
        description=known.description,
        capabilities=[] if name == "llm" else list(_CODING),
        limits=_LIMITS,
        template=name,
    )

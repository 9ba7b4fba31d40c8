"""What an agent is: its kind, what it is good at, and what its kind needs to know (DESIGN 8)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictStr,
    model_validator,
)

from jobs_tui.models.budget import Budget, Money, Tokens
from jobs_tui.models.job_input import (
    ExecutionEnvironmentInput,
    Short,
    Tag,
    Text,
    VariableName,
    VariableValue,
)
from jobs_tui.models.resource import ResourceId

KINDS = ("shell", "ops", "command", "llm")
"""Kinds that come with jobs-tui; the entry point ``jobs_tui.agents`` adds others."""


def _whole(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a whole number is wanted")
    return value


Number = Annotated[int, BeforeValidator(_whole)]


class Price(BaseModel):
    """What a model costs, for models whose price nobody publishes; US dollars a million tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    input: Money
    output: Money


class Limits(BaseModel):
    """What one run of an agent may use; the run fails at the first that is reached."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, defer_build=True, use_attribute_docstrings=True
    )

    requests: Annotated[Number, Field(ge=1, le=10_000)] = 50
    """Calls of the model."""
    tool_calls: Annotated[Number, Field(ge=0, le=10_000)] | None = 100
    """Calls of tools."""
    tokens: Tokens | None = None
    """Input and output tokens together."""
    cost: Money | None = None
    """US dollars."""
    seconds: Annotated[float, Field(gt=0, le=366 * 86_400)] | None = None
    """Seconds; the job's own timeout holds as well."""


def _argument(text: str) -> str:
    if "\x00" in text:
        raise ValueError("a NUL character is not possible in an argument")
    return text


Argument = Annotated[StrictStr, Field(max_length=10_000), AfterValidator(_argument)]


Values = Literal[
    "prompt",
    "prompt_file",
    "system",
    "system_file",
    "model",
    "workdir",
    "mcp_config",
    "mcp_args",
    "config_dir",
    "max_cost",
]
PLACEHOLDER = re.compile(r"\{(" + "|".join(get_args(Values)) + r")\}")
"""What is filled in where a template names it in braces; other braces are text."""


class CommandTemplate(BaseModel):
    """How an installed agent program is called (AGENTS.md 3): data alone, no shell, no code.

    Filled in, in arguments and in the values of ``env``: ``{prompt}``, ``{system}`` (the system
    prompt), ``{model}``, ``{workdir}`` (the working directory), ``{max_cost}`` (US dollars that
    the agent's limits allow), ``{config_dir}`` (a directory of this job's own that stays from run
    to run), and of files that only the run can read and that are gone after it ``{prompt_file}``,
    ``{system_file}``, ``{mcp_config}`` (MCP servers, written as ``mcp`` says). The argument
    ``{mcp_args}`` becomes as many arguments as MCP servers need (``mcp: goose``).

    An argument with a value that there is not is left out; arguments in a list of their own are
    left out together.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, defer_build=True, use_attribute_docstrings=True
    )

    argv: Annotated[
        list[Argument | Annotated[list[Argument], Field(max_length=50)]],
        Field(min_length=1, max_length=200),
    ]
    """The program and its arguments; a list among them goes or stays as a whole, such as
    ``[--model, "{model}"]``."""
    stdin: Literal["prompt", "none"] = "prompt"
    """What the program reads: the prompt, or nothing (then an argument holds ``{prompt}`` or
    ``{prompt_file}``)."""
    output: Literal["text", "claude", "codex", "gemini", "goose", "opencode"] = "text"
    """How its output is read: as text, or as the JSON events of one of these programs."""
    failed_lines: list[Argument] = []
    """``text``: the run failed when a line begins with one of these, whatever the exit code."""
    env: dict[VariableName, VariableValue] = {}
    """Variables of the program; the agent's and the job's own win."""
    config_dir: VariableName | None = None
    """The variable that names the program's own configuration directory (``CODEX_HOME``)."""
    config_home: Short | None = None
    """Where that directory is when the variable is not set (``~/.codex``)."""
    config_shared: list[Short] = []
    """Files of the user's own configuration directory that every job's directory links to: that
    is how a login holds."""
    mcp: Literal["claude", "codex", "gemini", "goose", "opencode", "copilot"] | None = None
    """In whose form MCP servers are written; None: the program takes none."""
    version: list[Argument] = ["--version"]
    """Arguments that make it print its version."""
    system_in_prompt: StrictBool = False
    """Put the system prompt before the prompt: the program has no option for it."""
    login: Short = ""
    """What to do when the program says that nobody is logged in, in a sentence."""

    @model_validator(mode="after")
    def _complete(self) -> CommandTemplate:
        program = self.argv[0]
        if not isinstance(program, str) or not program.strip() or PLACEHOLDER.search(program):
            raise ValueError("the first of argv is the program: a name on PATH, or a path")
        if self.stdin == "none" and not {"prompt", "prompt_file"} & self.placeholders():
            raise ValueError(
                "the program reads nothing (stdin: none), so an argument must hold {prompt} or "
                "{prompt_file}"
            )
        for name in self.config_shared:
            if name.startswith("/") or ".." in name.split("/"):
                raise ValueError(f"{name!r:.60} is not the name of a file in the directory")
        return self

    @property
    def program(self) -> str:
        """A name on PATH, or a path."""
        return str(self.argv[0])

    def placeholders(self) -> set[str]:
        """What its arguments and variables ask for."""
        texts = [*self.env.values()]
        for item in self.argv:
            texts += [item] if isinstance(item, str) else item
        return {found for text in texts for found in PLACEHOLDER.findall(text)}


class AgentInput(BaseModel):
    """An agent as it is created and kept."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        json_schema_extra={
            "examples": [{"id": "backup-bot", "kind": "shell", "capabilities": ["database backup"]}]
        },
    )

    id: ResourceId
    """How jobs name it."""
    name: Annotated[StrictStr, Field(max_length=255)] = ""
    """For people; the id when empty."""
    kind: Annotated[StrictStr, Field(min_length=1, max_length=64)] = "llm"
    """``shell``, ``ops``, ``command``, ``llm``, or a kind that an installed package adds."""
    description: Text = ""
    """What it does, in a sentence: Smart selection reads this."""
    capabilities: list[Tag] = []
    """What it is good at, a few words each: Smart selection reads this too."""
    enabled: StrictBool = True
    """False: nothing is given to it."""
    system_prompt: Text | None = None
    """What it is told before each job."""
    max_running: Annotated[Number, Field(ge=1, le=1000)] | None = None
    """Runs of it at once; None does not limit."""
    working_directory: Short | None = None
    """Where it works, unless the job says otherwise."""
    execution_environment: ExecutionEnvironmentInput = Field(
        default_factory=ExecutionEnvironmentInput
    )
    """Variables, secrets, integrations and MCP servers of every run of it."""
    tools: list[Short] | None = None
    """Names of our tools that it may use; None: every tool that only reads (``llm``), or every
    tool (``ops``)."""
    job_tools: StrictBool = False
    """``llm``: whether it may plan jobs of its own from within a run (``job_create`` and the other
    tools for assistants)."""
    limits: Limits = Field(default_factory=Limits)
    """What one run may use."""
    budget: Budget | None = None
    """What all its runs together may spend."""
    provider: Literal["openai", "anthropic", "google"] | None = None
    """``llm``: whose way of talking the endpoint understands; ``openai`` for Ollama, vLLM,
    llama.cpp, OpenRouter and most others."""
    model: Short | None = None
    """``llm`` and ``command``: the model's name."""
    base_url: Short | None = None
    """``llm``: the endpoint, such as ``http://127.0.0.1:11434/v1``; None: the provider's own."""
    api_key: Short | None = None
    """``llm``: a reference to the key (``env:OPENAI_API_KEY``, ``store:openai``), never the key."""
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    """``llm``: None leaves it to the endpoint."""
    max_output_tokens: Annotated[Number, Field(ge=1, le=1_000_000)] | None = None
    """``llm``: tokens of one answer."""
    price: Price | None = None
    """``llm``: what the model costs; None: what is known of it, else unknown."""
    template: Short | None = None
    """``command``: the name of a template that comes with jobs-tui (``claude``, ``codex``...)."""
    command: CommandTemplate | None = None
    """``command``: a template of your own in place of one of ours."""
    args: list[Argument] = []
    """``command``: further arguments."""
    options: dict[StrictStr, Any] = {}
    """What a kind of another package wants to know."""

    @property
    def label(self) -> str:
        """For people."""
        return self.name or self.id

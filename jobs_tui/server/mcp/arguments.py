"""What the tools take: the words of reference/jobs_module.md, each with a sentence for a model."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StrictBool,
    StrictStr,
    model_validator,
)

from jobs_tui.models.job_input import Duration, MaxRuns, Name, Short, Tag, Text, text_or_object
from jobs_tui.server.mcp import forgiving

JobType = Annotated[
    Literal["ONE_OFF", "SCHEDULED", "RECURRING", "ONGOING"], BeforeValidator(forgiving.upper)
]
Status = Annotated[
    Literal["ACTIVE", "PAUSED", "COMPLETED", "CANCELLED", "ARCHIVED"],
    BeforeValidator(forgiving.upper),
]
"""To what a chat may set a job; the other statuses follow from its runs."""
RunStatus = Annotated[
    Literal[
        "QUEUED", "BLOCKED", "WAITING_FOR_INPUT", "RUNNING", "COMPLETED", "FAILED", "TIMED_OUT",
        "CANCELLED", "LOST", "SKIPPED",
    ],
    BeforeValidator(forgiving.upper),
]  # fmt: skip
JobRef = Annotated[
    StrictStr, Field(min_length=1, max_length=255), BeforeValidator(forgiving.reference)
]
RunRef = Annotated[
    StrictStr, Field(min_length=1, max_length=64), BeforeValidator(forgiving.reference)
]
Query = Annotated[StrictStr, Field(min_length=1, max_length=2000)]
Reason = Annotated[StrictStr, Field(max_length=1000)]
Number = BeforeValidator(forgiving.number)
Count = Annotated[int, Field(ge=1, le=100, strict=True), Number]
YesNo = Annotated[StrictBool, BeforeValidator(forgiving.truth)]
Values = Annotated[dict[StrictStr, JsonValue], BeforeValidator(forgiving.decoded)]
DependsOn = Annotated[
    list[
        Annotated[
            StrictStr | dict[StrictStr, JsonValue],
            BeforeValidator(text_or_object),
            BeforeValidator(forgiving.dependency),
        ]
    ],
    BeforeValidator(forgiving.decoded),
]
DeliverTo = Annotated[list[dict[StrictStr, JsonValue]], BeforeValidator(forgiving.decoded)]
DeliverWhen = Annotated[
    Literal["always", "worth_reporting", "failure"], BeforeValidator(forgiving.lower)
]


class Arguments(BaseModel):
    """Of one tool. What it does not know is refused: a model has mistaken the name."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, sent: Any) -> Any:
        return forgiving.without_null(sent, cls.model_fields)


class TriggerConfig(Arguments):
    """When a job runs. Give only what belongs to its type."""

    @model_validator(mode="before")
    @classmethod
    def _blank_is_absent(cls, sent: Any) -> Any:
        return forgiving.without_blank(sent, cls.model_fields)

    run_at: Short | None = None
    """ONE_OFF: when. ISO 8601 ("2026-08-24T09:00", with or without offset), words ("tomorrow
    9am", "in 3 days", "next monday 14:00"), or "now" to start at once."""
    cron_schedule: Short | None = None
    """SCHEDULED: cron with five fields, minute hour day month weekday. "0 9 * * 1" is every
    Monday at 09:00, "0 17 * * 1-5" every working day at 17:00, "0 9 1W * *" the first working day
    of the month, "0 9 * * 1#1" its first Monday, "0 9 L * *" its last day. With both a day and a
    weekday it runs on either."""
    cron_timezone: Short | None = None
    """The user's IANA time zone, such as "Europe/Berlin". All times of the job are read in it;
    without it UTC."""
    interval_seconds: Duration | None = None
    """RECURRING: the period. ONGOING: the pause after a run, 60 when absent. Seconds, or text
    such as "90s", "15m", "2h", "1d". At least 1 second."""
    interval_mode: (
        Annotated[Literal["fixed_rate", "fixed_delay"], BeforeValidator(forgiving.lower)] | None
    ) = None
    """RECURRING: the interval counts from start to start (fixed_rate, the default) or from the
    end of a run (fixed_delay)."""
    end_condition: Annotated[
        Annotated[StrictStr, Field(max_length=10_000)] | dict[StrictStr, JsonValue] | None,
        BeforeValidator(text_or_object),
        BeforeValidator(forgiving.decoded),
    ] = None
    """ONGOING: when it is done. Plain words for a goal that the agent judges after each run
    ("the invoice is paid"), or an object: {"exit_code": 0}, {"text": "all green"},
    {"json_path": "$.state", "equals": "done"}, {"changed": true} (the answer differs from the
    last one), {"expression": "results[0].json.open == 0"}, {"any": [...]} of these."""
    max_runs: MaxRuns | None = None
    """Ends the job after so many runs; not for ONE_OFF."""
    start_at: Short | None = None
    """Nothing starts before this; written as run_at. Not for ONE_OFF."""
    end_at: Short | None = None
    """Ends the job at this time; written as run_at. Not for ONE_OFF."""


class TriggerChange(TriggerConfig):
    """What of it changes."""

    max_runs: Annotated[int, Number, Field(ge=0, le=1_000_000_000)] | None = None
    """Ends the job after so many runs; 0 takes the limit away."""
    start_at: Short | None = None
    """Nothing starts before this; written as run_at. "none" takes it away."""
    end_at: Short | None = None
    """Ends the job at this time; written as run_at. "none" takes it away."""


Timing = Annotated[TriggerConfig, BeforeValidator(forgiving.decoded)]


class WithWatch(Arguments):
    """Arguments with ``watch``, which models also write into ``trigger_config``."""

    @model_validator(mode="before")
    @classmethod
    def _watch_is_beside(cls, sent: Any) -> Any:
        return forgiving.lifted(sent, "trigger_config", "watch")


class JobCreate(WithWatch):
    """A new job."""

    title: Name
    """A short name by which a person recognises it."""
    job_type: JobType
    """ONE_OFF: once, at a time or at once. SCHEDULED: by the calendar (every day at 9, every
    Monday). RECURRING: at a fixed interval, until cancelled (every 15 minutes; with watch:
    tell me when it changes). ONGOING: again and again until a goal is reached."""
    instructions: Annotated[Text, Field(min_length=1)]
    """The whole task for the agent that will run it without this conversation: what to do, with
    what, and what to answer. May hold {{ name }} of parameters, {{ last_answer }} and
    {{ last_result }}."""
    trigger_config: Timing = TriggerConfig()
    """When it runs."""
    description: Text | None = None
    """What it is for, in a sentence or two."""
    agent: Short | None = None
    """Id of the agent, team or workflow that does it, or "smart". Absent: whoever fits best is
    chosen at each run. "shell" runs the instructions as a bash script."""
    watch: YesNo = False
    """Compare each answer with the last one and report only differences. For "tell me when this
    page changes" with RECURRING or SCHEDULED."""
    depends_on: DependsOn = []
    """Jobs that come first: ids, or {"job": id, "on": "completed"|"finished"|"failed",
    "delay_seconds": "3d", "parameters": {"draft": "answer"}}. A ONE_OFF then runs once when they
    have, and needs no run_at; other types begin to count then. parameters hands results on to
    {{ draft }} in the instructions."""
    deliver_to: DeliverTo = []
    """Where results go: {"type": "notify", "url": "..."}, {"type": "webhook", "url": "...",
    "secret": name}, {"type": "file", "path": "...", "append": true}, {"type": "job", "job": id}.
    Absent: they are kept, and can be read here."""
    deliver_when: DeliverWhen = "always"
    """Which results go there."""
    tags: Annotated[list[Tag], BeforeValidator(forgiving.decoded)] = []
    """Words to find it by."""
    parameters: Values = {}
    """Values for {{ name }} in the instructions."""


class JobUpdate(WithWatch):
    """Changes of a job: only what is given changes."""

    job_id: JobRef
    """Id of the job."""
    title: Name | None = None
    """Its new name."""
    description: Text | None = None
    """Its new description; an empty text takes it away."""
    instructions: Annotated[Text, Field(min_length=1)] | None = None
    """Its new task, whole."""
    agent: Short | None = None
    """Who does it from now on: id of an agent, team or workflow, or "smart"."""
    job_type: JobType | None = None
    """Another type; then trigger_config says when it runs."""
    trigger_config: Annotated[TriggerChange, BeforeValidator(forgiving.decoded)] | None = None
    """Changed times, goal or limits; what is absent stays."""
    watch: YesNo | None = None
    """Whether each answer is compared with the last one, and only differences are reported."""
    depends_on: DependsOn | None = None
    """All jobs that come first from now on, in place of those so far; [] takes them all away,
    absent keeps them. Ids, or {"job": id, "on": "completed"|"finished"|"failed",
    "delay_seconds": "3d", "parameters": {"draft": "answer"}}, as for job_create."""
    deliver_to: DeliverTo | None = None
    """All places where results go from now on, in place of those so far; [] takes them all away,
    absent keeps them. {"type": "notify", "url": "..."}, {"type": "webhook", "url": "...",
    "secret": name}, {"type": "file", "path": "...", "append": true}, {"type": "job", "job": id}, as
    for job_create. Those that stay can be sent as job_retrieval_by_id shows them."""
    deliver_when: DeliverWhen | None = None
    """Which results go there from now on."""
    tags: Annotated[list[Tag], BeforeValidator(forgiving.decoded)] | None = None
    """All words to find it by, in place of those so far."""
    status: Status | None = None
    """COMPLETED: the goal was reached, for example because the user says so in chat. PAUSED:
    nothing starts for now. ACTIVE: goes on. CANCELLED: ended for good. ARCHIVED: deleted, can be
    restored."""
    reason: Reason | None = None
    """Why its status changes, one sentence; kept with the job."""


class OneJob(Arguments):
    """A job to look at, to pause or to resume."""

    job_id: JobRef
    """Id of the job (job_...), the beginning of one, or its exact title."""


class JobCancel(OneJob):
    """A job that ends for good."""

    reason: Reason | None = None
    """Why, one sentence; kept with the job."""


class JobRun(OneJob):
    """A job that runs now."""

    parameters: Values = {}
    """Values for this run in place of the job's own."""
    wait_seconds: Annotated[float, Field(ge=0, le=300)] = 0
    """Wait so long for its end, and answer with its result; 0 answers at once. Many clients give
    up on a call after 60 seconds."""


class Search(Arguments):
    """What to look for."""

    query: Query
    """Words."""
    limit: Count = 10
    """At most so many jobs."""


class ExecutionList(Arguments):
    """Which runs."""

    job_id: JobRef | None = None
    """Only runs of this job; absent: of all jobs."""
    status: RunStatus | None = None
    """Only runs with this status."""
    limit: Count = 10
    """At most so many runs, newest first."""


class ExecutionLogs(Arguments):
    """Which part of which log."""

    execution_id: RunRef
    """Id of the run (exec_...), or the beginning of one."""
    first_line: Annotated[int, Field(ge=1, le=1_000_000_000, strict=True), Number] | None = None
    """Line to begin with, from 1; absent: the last lines."""
    lines: Annotated[int, Field(ge=1, le=1000, strict=True), Number] = 200
    """At most so many lines."""


class ExecutionCancel(Arguments):
    """Which run."""

    execution_id: RunRef
    """Id of the run (exec_...), or the beginning of one."""


def given(arguments: Arguments | None) -> dict[str, Any]:
    """The fields that were sent."""
    if arguments is None:
        return {}
    return arguments.model_dump(exclude_unset=True)

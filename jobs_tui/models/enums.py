"""The words of DESIGN 4, each with the sentence that explains it to a user."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Described(StrEnum):
    """A string enum whose members carry a sentence for help texts and screens."""

    sentence: str

    def __new__(cls, value: str, sentence: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member


class TriggerType(Described):
    """When a job starts."""

    CRON = "cron", "starts on a schedule"
    WEBHOOK = "webhook", "starts when a signed HTTP request arrives"
    MANUAL = "manual", "starts only by hand, by command or by API"
    ONE_OFF = "one_off", "starts once, at a time"
    RECURRING = "recurring", "starts again and again, at a fixed interval"
    ONGOING = "ongoing", "starts again after each run, until its end condition holds"


class IntervalMode(Described):
    """What the interval of a recurring job counts from (SCHEDULING.md 5)."""

    FIXED_RATE = "fixed_rate", "from a fixed beginning, however long runs take"
    FIXED_DELAY = "fixed_delay", "from the end of each run"


class Conversation(Described):
    """What an agent with a model knows of the runs before."""

    NEW = "new", "each run begins anew"
    CONTINUE = "continue", "each run goes on where the last one ended"


class DeliverWhen(Described):
    """Which results are delivered."""

    ALWAYS = "always", "every run's"
    WORTH_REPORTING = "worth_reporting", "those that the agent or a change calls worth reporting"
    FAILURE = "failure", "those of failed runs"


class PlanningMode(Described):
    """How the executor of a job is chosen (create_job_api.md)."""

    ON_THE_FLY = "on_the_fly", "planned when the run starts"
    PREDEFINED_AGENT = "predefined_agent", "one agent, always the same"
    PREDEFINED_TEAM = "predefined_team", "a team of agents"
    PREDEFINED_WORKFLOW = "predefined_workflow", "a workflow of named steps"


class EntityType(Described):
    """What ``entity_id`` names."""

    AGENT = "agent", "an agent"
    TEAM = "team", "a team"
    WORKFLOW = "workflow", "a workflow"


class ExecutorType(Described):
    """Where a run is routed."""

    AUTO = "auto", "the default queue"
    SPECIFIC_QUEUE = "specific_queue", "the worker queue that is named"
    ENVIRONMENT = "environment", "the queue of the environment that is named"


class JobStatus(Described):
    """What a job is doing; derived from the row and its live runs, never stored twice."""

    PENDING = "pending", "waits for its start or its dependencies"
    ACTIVE = "active", "armed: it starts when its trigger fires"
    IN_PROGRESS = "in_progress", "a run of it is queued or running"
    BLOCKED = "blocked", "cannot run until the reason is mended"
    PAUSED = "paused", "not enabled: nothing starts it but a person"
    COMPLETED = "completed", "has done its last run"
    FAILED = "failed", "switched off after failures"
    CANCELLED = "cancelled", "ended for good by someone"
    ARCHIVED = "archived", "deleted, can be restored"


class ExecutionStatus(Described):
    """What became of one occurrence, delivery or manual start."""

    QUEUED = "queued", "waits for its turn"
    BLOCKED = "blocked", "waits for what it needs"
    WAITING_FOR_INPUT = "waiting_for_input", "waits for an approval"
    RUNNING = "running", "is running"
    COMPLETED = "completed", "finished well"
    FAILED = "failed", "finished badly"
    TIMED_OUT = "timed_out", "took too long and was stopped"
    CANCELLED = "cancelled", "was stopped by someone"
    LOST = "lost", "the engine died during the run"
    SKIPPED = "skipped", "was decided not to start, with the reason"

    @property
    def live(self) -> bool:
        """True while more can happen to it."""
        return self in LIVE


LIVE = frozenset(
    {
        ExecutionStatus.QUEUED,
        ExecutionStatus.BLOCKED,
        ExecutionStatus.WAITING_FOR_INPUT,
        ExecutionStatus.RUNNING,
    }
)
"""Statuses of executions that have not ended."""

GOOD = frozenset({ExecutionStatus.COMPLETED})
BAD = frozenset({ExecutionStatus.FAILED, ExecutionStatus.TIMED_OUT, ExecutionStatus.LOST})
"""Statuses that count as a failure (a cancelled run does not: SCHEDULING.md 5)."""


class Kind(Described):
    """Why an execution row exists."""

    SCHEDULED = "scheduled", "its time had come"
    CATCH_UP = "catch_up", "its time had passed while nothing could start it"
    WEBHOOK = "webhook", "a delivery arrived"
    MANUAL = "manual", "someone started it"
    API = "api", "a program started it"
    RERUN = "rerun", "an earlier run was started again"
    CHAIN = "chain", "a run of a job that it depends on had ended"


class Stream(Described):
    """Where a log line came from (DESIGN 5)."""

    STDOUT = "stdout", "standard output"
    STDERR = "stderr", "standard error"
    SYSTEM = "system", "said by the engine"
    AGENT = "agent", "said by an agent"
    TOOL_CALL = "tool_call", "an agent calls a tool"
    TOOL_RESULT = "tool_result", "what a tool answered"


class Decision(Described):
    """What a policy, or a person who was asked, says of a run or of the call of a tool."""

    ALLOW = "allow", "may be done"
    DENY = "deny", "must not be done, for the reason that is kept"
    ASK = "ask", "waits until a person has decided"


class HookStyle(Described):
    """How a webhook's sender proves who it is, in the order in which they are looked for."""

    GENERIC = "generic", "HMAC of the body in X-Webhook-Signature"
    GITHUB = "github", "HMAC of the body in X-Hub-Signature-256"
    STANDARD = "standard", "Standard Webhooks: HMAC of id, time and body in webhook-signature"
    GITLAB = "gitlab", "the secret itself in X-Gitlab-Token"


class Verdict(Described):
    """What became of one request to a webhook."""

    ACCEPTED = "accepted", "made a row in the history"
    DUPLICATE = "duplicate", "came again under the id of an accepted one; nothing was started"
    IGNORED = "ignored", "well signed, but no event that starts the job"
    REFUSED = "refused", "not accepted, for the reason that is kept"
    LIMITED = "limited", "refused because too many had come"

"""The command ``jobs-tui``: its group, its exit codes, and how errors reach a person."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click

from jobs_tui import __version__
from jobs_tui.cli.lazy import Entry, LazyGroup
from jobs_tui.cli.session import forget_stdout, warn
from jobs_tui.models.errors import InvalidInput, JobsTuiError

INTERRUPTED = 130
PIPE_CLOSED = 141
"""128 + SIGPIPE, as any filter ends whose reader went away."""

_CLI = "jobs_tui.cli"
ENTRIES = {
    "create": Entry(f"{_CLI}.create:create", "Create a job."),
    "list": Entry(f"{_CLI}.jobs:list_jobs", "List jobs."),
    "search": Entry(f"{_CLI}.search:search", "Find jobs by words or by meaning."),
    "show": Entry(f"{_CLI}.jobs:show", "Show one job with its next runs, or one run."),
    "edit": Entry(f"{_CLI}.create:edit", "Change a job."),
    "preview": Entry(f"{_CLI}.preview:preview", "Show what a start of a job would do now."),
    "run": Entry(f"{_CLI}.runs:run", "Start a job now."),
    "pause": Entry(f"{_CLI}.jobs:pause", "Stop automatic starts of a job."),
    "resume": Entry(f"{_CLI}.jobs:resume", "Allow automatic starts again."),
    "delete": Entry(f"{_CLI}.jobs:delete", "Delete a job; it can be restored."),
    "restore": Entry(f"{_CLI}.jobs:restore", "Take a delete back."),
    "purge": Entry(f"{_CLI}.jobs:purge", "Remove a job with its history for good."),
    "history": Entry(f"{_CLI}.runs:history", "Show the runs of a job."),
    "tree": Entry(f"{_CLI}.tree:tree", "Show which jobs depend on which."),
    "logs": Entry(f"{_CLI}.logs:logs", "Print the log of a run."),
    "cancel": Entry(f"{_CLI}.lifecycle:cancel", "End a run, or a job for good."),
    "complete": Entry(f"{_CLI}.lifecycle:complete", "End a job whose goal is met."),
    "copy": Entry(f"{_CLI}.lifecycle:copy", "Make a new job of another one."),
    "rerun": Entry(f"{_CLI}.runs:rerun", "Start a run again."),
    "outbox": Entry(f"{_CLI}.outbox:outbox", "Results on their way: list, retry, skip, test."),
    "approval": Entry(f"{_CLI}.approval:approval", "Approvals: what runs wait for."),
    "cron": Entry(f"{_CLI}.cron:cron", "Cron expressions: next runs, words."),
    "webhook": Entry(f"{_CLI}.hooks:webhook", "Webhooks: addresses, secrets, deliveries."),
    "agent": Entry(f"{_CLI}.groups.agent:agent", "Agents: who does a job."),
    "team": Entry(f"{_CLI}.groups.others:team", "Teams: agents that do a job together."),
    "workflow": Entry(f"{_CLI}.groups.others:workflow", "Workflows: named steps with needs."),
    "environment": Entry(f"{_CLI}.groups.others:environment", "Environments: what a run needs."),
    "queue": Entry(f"{_CLI}.groups.others:queue", "Worker queues: where runs wait."),
    "integration": Entry(f"{_CLI}.groups.others:integration", "Bundles of variables and secrets."),
    "secret": Entry(f"{_CLI}.secret:secret", "Secrets that runs get as variables."),
    "policy": Entry(f"{_CLI}.groups.policy:policy", "Rules that allow, deny or ask."),
    "apply": Entry(f"{_CLI}.manifest:apply", "Make a home be as a file says."),
    "export": Entry(f"{_CLI}.manifest:export", "Print a home as a file."),
    "semantic": Entry(f"{_CLI}.semantic:semantic", "The small model for Smart: set up, status."),
    "token": Entry(f"{_CLI}.token:token", "Tokens of the HTTP interface."),
    "audit": Entry(f"{_CLI}.audit:audit", "List who changed what."),
    "serve": Entry(f"{_CLI}.engine:serve", "Run the engine without a screen."),
    "mcp": Entry(f"{_CLI}.mcp:mcp", "Serve an assistant over standard input and output."),
    "status": Entry(f"{_CLI}.engine:status", "Say whether an engine runs, and what waits."),
    "stop": Entry(f"{_CLI}.engine:stop", "Stop the engine."),
    "service": Entry(f"{_CLI}.service:service", "Run the engine as a systemd user service."),
    "doctor": Entry(f"{_CLI}.doctor:doctor", "Check that everything is in order."),
}


class Program(LazyGroup):
    """The root group: whatever goes wrong inside ends as one sentence and an exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run, say what went wrong on standard error, and exit.

        Exit codes: 0 done, 1 failed, 2 bad usage or input, 130 interrupted, 141 the reader of
        our output went away; ``run --follow`` and ``status`` have more.
        """
        try:
            code = super().main(*args, **(kwargs | {"standalone_mode": False}))
        except click.Abort:
            code = INTERRUPTED
        except click.exceptions.NoArgsIsHelpError as error:
            code = error.exit_code
            error.show()
        except click.UsageError as error:
            code = error.exit_code
            warn(_usage_sentence(error))
        except click.ClickException as error:
            code = error.exit_code
            warn(error.format_message())
        sys.exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; errors of ours become a sentence and ``ctx.exit``."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            forget_stdout()
            ctx.exit(PIPE_CLOSED)
        except JobsTuiError as error:
            warn(error.sentence())
            ctx.exit(error.exit_code)
        except UnicodeEncodeError:
            warn("An argument holds characters that are not valid Unicode. Remove them.")
            ctx.exit(InvalidInput.exit_code)
        except Exception as error:
            warn(_unforeseen(error))
            ctx.exit(1)
        return result


@click.group(
    cls=Program,
    entries=ENTRIES,
    name="jobs-tui",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(
    __version__, "--version", prog_name="jobs-tui", message="%(prog)s %(version)s"
)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Background jobs for AI agents and shell commands, in a terminal, on one SQLite file.

    Without a command it opens the screen. JOB is an id, the beginning of one, or a unique name;
    EXECUTION is the id of a run or its beginning. The home is JOBS_TUI_HOME.
    """
    if ctx.invoked_subcommand is None:
        from jobs_tui.cli.open_tui import open_tui

        ctx.exit(open_tui())


def run(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the command ``jobs-tui``; ends the process."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    cli.main(args=None if arguments is None else list(arguments), prog_name="jobs-tui")


def _usage_sentence(error: click.UsageError) -> str:
    message = error.format_message().rstrip(".")
    path = error.ctx.command_path if error.ctx is not None else "jobs-tui"
    end = "" if message.endswith("?") else "."
    return f"{message}{end} See `{path} --help`."


def _unforeseen(error: Exception) -> str:
    """A sentence for what nobody translated: the database's own errors, and mistakes of ours."""
    import sqlite3  # costs a command that needs no home a tenth of its time

    from jobs_tui.store.connection import explain
    from jobs_tui.store.home import find_home

    if isinstance(error, sqlite3.Error):
        return explain(error, find_home().jobs_db).sentence()
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        forget_stdout()  # what is buffered for it would fail once more
        return "There is no space left where the output or the home lies. Free some."
    return _crashed(error)


def _crashed(error: Exception) -> str:
    """Keep the traceback for a report and say where it is."""
    from jobs_tui.store.home import find_home

    what = f"unexpected error: {type(error).__name__}: {error}"
    try:
        path = find_home().data / "crash.log"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8", errors="replace") as file:
            file.write(f"jobs-tui {__version__}, {' '.join(sys.argv[1:2])}\n")
            traceback.print_exception(error, file=file)
    except (OSError, JobsTuiError):
        return f"{what} (no place to write the details)"
    return f"{what} (details in {path})"

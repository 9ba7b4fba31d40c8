"""``jobs-tui service``: the engine as a systemd user service."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from jobs_tui.cli.output import print_json
from jobs_tui.cli.session import warn
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.service.unit import NAME, unit_path, unit_text
from jobs_tui.store.home import find_home
from jobs_tui.store.settings import load_settings

STOP_MARGIN = 20.0
"""Seconds beyond ``stop_grace`` until systemd loses patience: cancelling and writing take some."""
INACTIVE = 3
KEPT = ("JOBS_TUI_HOME", "PATH")
"""Variables of this shell that the service gets: the same home, the same programs."""


@click.group()
def service() -> None:
    """Run the engine as a systemd user service."""


@service.command()
def show() -> None:
    """Print the unit that `install` would write."""
    click.echo(_text(), nl=False)


@service.command()
@click.option("--no-start", is_flag=True, help="Write the unit, do not enable and start it.")
def install(no_start: bool) -> None:
    """Write the unit, enable it and start it."""
    path = unit_path(os.environ)
    text = _text()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise JobsTuiError(f"{path} cannot be written: {error.strerror}.") from None
    click.echo(f"Wrote {path}.")
    if no_start:
        return
    _systemctl("daemon-reload")
    _systemctl("enable", "--now", NAME)
    click.echo("Enabled and started it; `jobs-tui service status` shows how it is.")
    warn("It stops when you log out, unless you run `loginctl enable-linger` once.")


@service.command()
def uninstall() -> None:
    """Stop and disable the service and remove its unit."""
    path = unit_path(os.environ)
    if not path.exists():
        click.echo(f"There is no {path}: nothing to remove.")
        return
    problem = None
    try:
        _systemctl("disable", "--now", NAME)
    except JobsTuiError as error:
        problem = error
    path.unlink(missing_ok=True)
    click.echo(f"Removed {path}.")
    if problem is not None:
        raise problem
    _systemctl("daemon-reload")


@service.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(as_json: bool) -> None:
    """Say whether the service is installed and active. Exits 3 when it is not active."""
    path = unit_path(os.environ)
    state = _state() if path.exists() else "not installed"
    if as_json:
        print_json({"unit": str(path), "installed": path.exists(), "state": state})
    else:
        click.echo(f"{path}: {state}")
    click.get_current_context().exit(0 if state == "active" else INACTIVE)


def _text() -> str:
    home = find_home()
    # -P: the directory in which it starts must not be a place to import from.
    command = [sys.executable, "-P", "-m", "jobs_tui", "serve"]
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    if "JOBS_TUI_HOME" in environment:
        environment["JOBS_TUI_HOME"] = str(home.data)
    return unit_text(command, environment, load_settings(home).stop_grace + STOP_MARGIN)


def _state() -> str:
    program = shutil.which("systemctl")
    if program is None:
        return "unknown: systemctl was not found"
    answer = subprocess.run(
        [program, "--user", "is-active", NAME], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or answer.stderr.strip() or "unknown"


def _systemctl(*arguments: str) -> None:
    """Raises JobsTuiError with what systemd said."""
    program = shutil.which("systemctl")
    if program is None:
        raise JobsTuiError(
            "systemctl was not found: this machine does not use systemd.",
            "Start `jobs-tui serve` by other means.",
        )
    command = [program, "--user", *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        said = " ".join(answer.stderr.split()) or f"exit {answer.returncode}"
        raise JobsTuiError(
            f"`{Path(program).name} --user {' '.join(arguments)}` failed: {said}.",
            "`jobs-tui service show` prints the unit; `jobs-tui serve` runs without systemd.",
        )

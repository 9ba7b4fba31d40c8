"""Secrets that are kept elsewhere: variables, files, commands, credentials, keyrings."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

from jobs_tui.guard.secrets.errors import SecretMissing

PATIENCE = 10.0
"""Seconds that a command may take to tell a secret."""
LONGEST = 100_000
"""Bytes of one secret: the environment of a process takes no more."""


def from_variable(rest: str, environ: Mapping[str, str]) -> str:
    """``env:NAME``."""
    found = environ.get(rest)
    if found is None:
        raise SecretMissing(
            f"The variable {rest:.100} is not set in the environment of the engine.",
            "Set it there, or keep the secret with `jobs-tui secret set`.",
        )
    return found


def from_file(rest: str) -> str:
    """``file:PATH``; others must not be able to read it."""
    path = Path(rest).expanduser()
    if problem := file_problem(rest):
        raise SecretMissing(problem)
    try:
        raw = path.read_bytes()
        if len(raw) > LONGEST:
            raise SecretMissing(f"The secret file {path} has more than {LONGEST:,} bytes.")
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise SecretMissing(f"The secret file {path} is not UTF-8 text.") from None
    except OSError as error:
        raise SecretMissing(f"The secret file {path} cannot be read: {error.strerror}.") from None
    return text.removesuffix("\n").removesuffix("\r")


def file_problem(rest: str) -> str:
    """Why a secret file cannot be used; empty when it can."""
    path = Path(rest).expanduser()
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return f"The secret file {path} cannot be read: {error.strerror}."
    if not stat.S_ISREG(mode):
        return f"The secret file {path} is no file."
    if stat.S_IMODE(mode) & 0o077:
        return f"Others can read the secret file {path}: run `chmod 600 {path}`."
    if not os.access(path, os.R_OK):
        return f"The secret file {path} cannot be read: not allowed."
    return ""


def from_command(rest: str, environ: Mapping[str, str]) -> str:
    """``cmd:PROGRAM ARGUMENT...``: what it prints, without the line end; no shell."""
    argv = _argv(rest)
    if problem := command_problem(rest):
        raise SecretMissing(problem)
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            env=dict(environ),
        )
    except subprocess.TimeoutExpired:
        raise SecretMissing(
            f"The command {argv[0]!r} told no secret within {PATIENCE:g} s."
        ) from None
    except OSError as error:
        raise SecretMissing(f"The command {argv[0]!r} cannot be run: {error.strerror}.") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        why = f": {said[0][:200]}" if said else ""
        raise SecretMissing(
            f"The command {argv[0]!r} told no secret (exit {done.returncode}{why})."
        )
    if len(done.stdout) > LONGEST:
        raise SecretMissing(f"The command {argv[0]!r} printed more than {LONGEST:,} bytes.")
    return done.stdout.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")


def command_problem(rest: str) -> str:
    """Why a command cannot be run; empty when it can."""
    try:
        argv = _argv(rest)
    except SecretMissing as error:
        return error.message
    return "" if shutil.which(argv[0]) else f"The command {argv[0]!r} was not found on PATH."


def _argv(rest: str) -> list[str]:
    try:
        argv = shlex.split(rest)
    except ValueError as error:
        raise SecretMissing(f"The command of a secret cannot be read: {error}.") from None
    if not argv:
        raise SecretMissing("The command of a secret is empty.")
    return argv


def credential_path(rest: str, environ: Mapping[str, str]) -> Path:
    """``cred:NAME``: a credential that systemd gives to the service."""
    directory = environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        raise SecretMissing(
            f"There are no systemd credentials here, so no {rest:.100}.",
            "Run the engine as a service with LoadCredential, or keep the secret elsewhere.",
        )
    if "/" in rest or rest in (".", ".."):
        raise SecretMissing(f"{rest!r:.60} is not the name of a credential.")
    return Path(directory) / rest


def from_credential(rest: str, environ: Mapping[str, str]) -> str:
    """The text of a credential."""
    path = credential_path(rest, environ)
    try:
        return path.read_text("utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError):
        raise SecretMissing(f"There is no credential {rest:.100} for this service.") from None


def from_keyring(rest: str) -> str:
    """``keyring:SERVICE/USER``: the desktop's keyring; needs the extra ``keyring``."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise SecretMissing(
            "Secrets in a keyring need the package keyring.", "Install jobs-tui[keyring]."
        ) from None
    service, slash, user = rest.partition("/")
    if not slash:
        raise SecretMissing(f"keyring:{rest:.60} is not SERVICE/USER.")
    try:
        found = keyring.get_password(service, user)
    except KeyringError as error:
        raise SecretMissing(f"The keyring cannot be asked: {type(error).__name__}.") from None
    if found is None:
        raise SecretMissing(f"The keyring has no password of {user!r:.60} for {service!r:.60}.")
    return str(found)

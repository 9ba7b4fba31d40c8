"""Secrets that are kept elsewhere: variables, files, commands, credentials, keyrings."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import stat
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from jobs_tui.guard.secrets.errors import SecretMissing
from jobs_tui.guard.withheld import WITHHELD

PATIENCE = 10.0
"""Seconds that a command may take to tell a secret."""
LONGEST = 100_000
"""Bytes of one secret: the environment of a process takes no more."""
_WORDS = 4096
"""Bytes of what a command says on stderr."""
_GRACE = 1.0
"""Seconds for the end of stderr once its writers were killed."""


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
    if problem := file_problem(rest):
        raise SecretMissing(problem)
    path = Path(rest).expanduser()
    try:
        with path.open("rb") as file:
            raw = file.read(LONGEST + 1)
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
    try:
        path = Path(rest).expanduser()
    except RuntimeError:
        return f"The secret file {rest:.100} is in the home of a user who does not exist."
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
    """``cmd:PROGRAM ARGUMENT...``: what it prints, without blanks around it; no shell.

    Nothing that it started is left in its process group, whatever becomes of it.
    """
    argv = _argv(rest)
    if problem := command_problem(rest):
        raise SecretMissing(problem)
    done = _asked(argv, environ)
    if done.overdue:
        raise SecretMissing(f"The command {argv[0]!r} told no secret within {PATIENCE:g} s.")
    if len(done.out) > LONGEST:
        raise SecretMissing(f"The command {argv[0]!r} printed more than {LONGEST:,} bytes.")
    if done.code:
        said = done.err.decode("utf-8", "replace").strip().splitlines()
        why = f": {said[0][:200]}" if said else ""
        raise SecretMissing(f"The command {argv[0]!r} told no secret (exit {done.code}{why}).")
    try:
        text = done.out.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise SecretMissing(f"What the command {argv[0]!r} printed is not UTF-8 text.") from None
    if not text:
        raise SecretMissing(f"The command {argv[0]!r} printed nothing.")
    return text


@dataclass(frozen=True, slots=True)
class _Said:
    code: int
    out: bytes
    err: bytes
    overdue: bool


def _asked(argv: list[str], environ: Mapping[str, str]) -> _Said:
    """Run it in a process group of its own, which is gone afterwards; output is bounded."""
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={name: value for name, value in environ.items() if name not in WITHHELD},
            start_new_session=True,
        )
    except OSError as error:
        raise SecretMissing(f"The command {argv[0]!r} cannot be run: {error.strerror}.") from None
    assert process.stdout is not None
    assert process.stderr is not None
    overdue = threading.Event()
    words: list[bytes] = []

    def end_late() -> None:
        overdue.set()
        _kill(process.pid)

    def listen(stream: IO[bytes]) -> None:
        words.append(stream.read(_WORDS))
        while stream.read(65536):  # no more is kept, but it must not block on a full pipe
            pass

    timer = threading.Timer(PATIENCE, end_late)
    timer.daemon = True
    listener = threading.Thread(target=listen, args=(process.stderr,), daemon=True)
    timer.start()
    listener.start()
    try:
        out = process.stdout.read(LONGEST + 1)
        if len(out) > LONGEST:
            _kill(process.pid)
        # Not reaped before its group is gone: until then the number cannot be another's.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    finally:
        timer.cancel()
        timer.join()
        _kill(process.pid)
        code = process.wait()
        listener.join(_GRACE)
        process.stdout.close()
    return _Said(code, out, b"".join(words), overdue.is_set())


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


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


def keyring_problem(rest: str) -> str:
    """Why the keyring cannot be asked; empty when it can. Does not ask it."""
    if find_spec("keyring") is None:
        return "Secrets in a keyring need the package keyring. Install jobs-tui[keyring]."
    service, slash, user = rest.partition("/")
    return "" if service and slash and user else f"keyring:{rest:.60} is not SERVICE/USER."


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

"""The key that seals secrets: where it is, making it, changing it (DESIGN 9).

``JOBS_TUI_KEY``, else ``$CREDENTIALS_DIRECTORY/jobs-tui.key`` (systemd), else the file
``secret.key`` in the home, made at first use. While keys are changed ``secret.key.next`` holds the
new one: both are tried for reading, so a crash in between loses nothing.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from jobs_tui.guard.secrets.errors import KeyProblem
from jobs_tui.store.home import Home

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

VARIABLE = "JOBS_TUI_KEY"
CREDENTIAL = "jobs-tui.key"
FILE = "secret.key"


class KeyRing:
    """The keys of a home: the first seals, all of them open."""

    def __init__(self, home: Home, environ: Mapping[str, str]) -> None:
        self._file = home.data / FILE
        self._environ = environ

    @property
    def file(self) -> Path:
        """Where the key is when neither a variable nor a credential holds it."""
        return self._file

    @property
    def next_file(self) -> Path:
        """The new key while keys are being changed."""
        return self._file.with_suffix(".key.next")

    def given(self) -> str | None:
        """Where a key from outside comes from, in words; None: it is in the home's file."""
        if self._environ.get(VARIABLE):
            return f"the variable {VARIABLE}"
        credential = self._credential()
        return str(credential) if credential is not None else None

    def problem(self) -> str:
        """Why the key cannot be used, in words; empty when it can, or will be made."""
        try:
            self.keys(make=False)
        except KeyProblem as error:
            return error.sentence()
        return ""

    def keys(self, *, make: bool) -> list[bytes]:
        """The keys, the one that seals first.

        Args:
            make: make one where there is none.

        Raises:
            KeyProblem: it is no key, or others could read it.
        """
        if text := self._environ.get(VARIABLE):
            return [_checked(text.encode("utf-8", "surrogateescape"), f"The variable {VARIABLE}")]
        credential = self._credential()
        if credential is not None:
            return [_read(credential, private=False)]
        # In this order: a change that ends in between moves the first onto the second.
        found = [key for path in (self.next_file, self._file) if (key := _present(path))]
        if not found and make:
            found = [self._make(self._file)]
        return found

    def box(self, *, make: bool) -> MultiFernet | None:
        """What seals and opens; None when there is no key yet and none is to be made."""
        from cryptography.fernet import Fernet, MultiFernet

        keys = self.keys(make=make)
        return MultiFernet([Fernet(key) for key in keys]) if keys else None

    def begin_change(self) -> bytes:
        """Make the next key, or take up a change that was interrupted; returns that key.

        Call it, and :meth:`end_change`, within a write transaction of the home.

        Raises:
            KeyProblem: the key is given from outside, or cannot be written or read.
        """
        if (given := self.given()) is not None:
            raise KeyProblem(
                f"The key comes from {given}, which jobs-tui cannot change.",
                "Change it there: first `jobs-tui secret list`, then set each secret again.",
            )
        if self.next_file.exists():
            return _read(self.next_file)
        return self._make(self.next_file)

    def end_change(self, key: bytes) -> None:
        """From now on the next key is the only one: call it when nothing is sealed by the old.

        Args:
            key: what :meth:`begin_change` gave. When it is the only one already, or another
                change has begun since, which ends this one with its own, nothing is done.

        Raises:
            KeyProblem: the file cannot be put in place.
        """
        if not self.next_file.exists() or _read(self.next_file) != key:
            return
        try:
            self.next_file.replace(self._file)
            directory = os.open(self._file.parent, os.O_RDONLY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)
        except OSError as error:
            raise KeyProblem(
                f"The new key {self.next_file} cannot be put in place: {error.strerror}.",
                "Both keys are kept, so nothing is lost: repeat `jobs-tui secret rotate-key`.",
            ) from None

    def _credential(self) -> Path | None:
        directory = self._environ.get("CREDENTIALS_DIRECTORY")
        path = Path(directory) / CREDENTIAL if directory else None
        return path if path is not None and path.exists() else None

    def _make(self, path: Path) -> bytes:
        from cryptography.fernet import Fernet

        key = Fernet.generate_key()
        try:
            target = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:  # another process was quicker
            return _read(path)
        except OSError as error:
            raise KeyProblem(f"The key {path} cannot be written: {error.strerror}.") from None
        with os.fdopen(target, "wb") as file:
            file.write(key + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return key


def _present(path: Path) -> bytes | None:
    try:
        return _read(path)
    except KeyProblem:
        if path.exists():
            raise
        return None


def _read(path: Path, *, private: bool = True) -> bytes:
    try:
        mode = path.stat().st_mode
        raw = path.read_bytes()
    except OSError as error:
        raise KeyProblem(f"The key {path} cannot be read: {error.strerror}.") from None
    if private and stat.S_IMODE(mode) & 0o077:
        raise KeyProblem(
            f"Others can read the key {path}.", f"Run `chmod 600 {path}`; then change the key."
        )
    return _checked(raw, f"The file {path}")


def _checked(raw: bytes, what: str) -> bytes:
    from cryptography.fernet import Fernet

    key = raw.strip()
    try:
        Fernet(key)
    except ValueError:
        raise KeyProblem(
            f"{what} does not hold a key: 32 bytes in URL-safe base64.",
            "Put back the key that sealed the secrets.",
        ) from None
    return key

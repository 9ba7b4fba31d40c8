"""From a reference to the value, at run time only (DESIGN 9)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from jobs_tui.guard.secrets import outside
from jobs_tui.guard.secrets.entries import parse_entry, parse_reference
from jobs_tui.guard.secrets.errors import KeyProblem, SecretMissing
from jobs_tui.guard.secrets.keys import KeyRing
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.store import secrets as rows
from jobs_tui.store.database import Store


class Secrets:
    """Finds the secrets of one home; everything here may block.

    Args:
        environ: the environment of the engine.
    """

    def __init__(self, store: Store, environ: Mapping[str, str] = os.environ) -> None:
        self._store = store
        self._environ = environ
        self.ring = KeyRing(store.home, environ)

    def problem(self, reference: str) -> str:
        """Why a secret cannot be had, one sentence; empty when it can. Runs no command."""
        try:
            scheme, _, rest = parse_reference(reference).partition(":")
            if scheme == "store":
                return self._stored_problem(rest)
            return self._outside_problem(scheme, rest)
        except JobsTuiError as error:
            return error.sentence()

    def resolve(self, reference: str) -> str:
        """The value behind a reference or a bare name.

        Raises:
            SecretMissing: it cannot be had; the message names it and what to do.
            KeyProblem: the key that sealed it cannot be used.
            InvalidInput: it is no reference.
        """
        value = self._value(*_parts(reference), seen=())
        if "\x00" in value:
            raise SecretMissing(f"The secret {_shown(reference)} holds a NUL character.")
        return value

    def resolve_entries(self, entries: Iterable[str]) -> dict[str, str]:
        """Variables and their values, for entries as ``parse_entry`` reads them. Raises as
        :meth:`resolve`."""
        found = (parse_entry(entry) for entry in entries)
        return {one.variable: self.resolve(one.reference) for one in found}

    def seal(self, value: str) -> bytes:
        """A value as it is kept. Raises KeyProblem."""
        box = self.ring.box(make=True)
        assert box is not None
        return box.encrypt(value.encode("utf-8"))

    def open(self, name: str, sealed: bytes) -> str:
        """What :meth:`seal` was given. Raises KeyProblem."""
        from cryptography.fernet import InvalidToken

        box = self.ring.box(make=False)
        if box is None:
            raise KeyProblem(
                f"The secret {name:.80} is sealed, and its key {self.ring.file} is gone.",
                f"Put the key back, or set it again: `jobs-tui secret set {name:.80}`.",
            )
        try:
            return box.decrypt(sealed).decode("utf-8")
        except (InvalidToken, UnicodeDecodeError):
            raise KeyProblem(
                f"The secret {name:.80} was sealed with another key.",
                f"Put that key back, or set it again: `jobs-tui secret set {name:.80}`.",
            ) from None

    def _value(self, scheme: str, rest: str, *, seen: tuple[str, ...]) -> str:
        if scheme == "store":
            return self._stored(rest, seen)
        if scheme == "env":
            return outside.from_variable(rest, self._environ)
        if scheme == "file":
            return outside.from_file(rest)
        if scheme == "cmd":
            return outside.from_command(rest, self._environ)
        if scheme == "op":
            return outside.from_command(f"op read op:{rest}", self._environ)
        if scheme == "cred":
            return outside.from_credential(rest, self._environ)
        return outside.from_keyring(rest)

    def _stored(self, name: str, seen: tuple[str, ...]) -> str:
        row = self._row(name)
        if row.sealed is not None:
            return self._opened(name, row.sealed)
        if name in seen:
            circle = " -> ".join([*seen, name])
            raise SecretMissing(f"Secrets refer to each other in a circle: {circle}.")
        return self._value(*_parts(row.reference or ""), seen=(*seen, name))

    def _opened(self, name: str, sealed: bytes) -> str:
        try:
            return self.open(name, sealed)
        except KeyProblem:
            again = self._row(name).sealed
            if again is None or again == sealed:
                raise
            return self.open(name, again)  # the key was changed since the row was read

    def _row(self, name: str) -> rows.SecretRow:
        row = rows.get(self._store.jobs.reader(), name)
        if row is None:
            raise SecretMissing(
                f"There is no secret {name!r:.80}.",
                f"Set it with `jobs-tui secret set {name:.80}`.",
            )
        return row

    def _stored_problem(self, name: str) -> str:
        seen: list[str] = []
        while True:
            row = self._row(name)
            if row.sealed is not None:
                self._opened(name, row.sealed)
                return ""
            if name in seen:
                return f"Secrets refer to each other in a circle: {' -> '.join([*seen, name])}."
            seen.append(name)
            scheme, rest = _parts(row.reference or "")
            if scheme != "store":
                return self._outside_problem(scheme, rest)
            name = rest

    def _outside_problem(self, scheme: str, rest: str) -> str:
        if scheme == "env":
            outside.from_variable(rest, self._environ)
        elif scheme == "file":
            return outside.file_problem(rest)
        elif scheme == "cmd":
            return outside.command_problem(rest)
        elif scheme == "op":
            return outside.command_problem("op")
        elif scheme == "cred":
            outside.from_credential(rest, self._environ)
        elif scheme == "keyring":
            return outside.keyring_problem(rest)
        return ""


def _parts(reference: str) -> tuple[str, str]:
    scheme, _, rest = parse_reference(reference).partition(":")
    return scheme, rest


def _shown(reference: str) -> str:
    return repr(reference)[:80]

"""Whose token a text is: asked for each request, so it is quick and keeps no one waiting."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import logging
from concurrent.futures import Future
from datetime import datetime

from jobs_tui.models.errors import StoreError, Unauthorised
from jobs_tui.models.times import to_text
from jobs_tui.models.token import Scope, Token
from jobs_tui.service.tokens import DEFAULT, VARIABLE, digest
from jobs_tui.store import tokens as rows
from jobs_tui.store.database import Store

NOTE_SECONDS = 60
"""A token's last use is written at most once in so many seconds."""

_log = logging.getLogger(__name__)


class TokenCheck:
    """The tokens that one engine accepts. Its methods belong to one thread.

    Args:
        variable: the text that replaces the default token, None for none.
    """

    def __init__(self, store: Store, variable: str | None) -> None:
        self._store = store
        self._started_at = store.clock.now()
        self._variable = _digests(variable) if variable else ()
        self._noted: dict[str, float] = {}

    def find(self, text: str) -> Token:
        """The token with this text, as it came in a header: bytes that are no UTF-8 as surrogates.

        Raises:
            Unauthorised: it is none, or is not valid any more.
            StoreError: the store cannot be read.
        """
        given = hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
        # Hashes, so that neither length nor a common beginning shows in the time it takes.
        if any(hmac.compare_digest(given, one) for one in self._variable):
            return Token(VARIABLE, VARIABLE, Scope.ADMIN, self._started_at, None)
        token = rows.by_hash(self._store.jobs.reader(), digest(text))
        if token is None:
            raise Unauthorised("The token is not known here.", "`jobs-tui token show` prints one.")
        now = self._store.clock.now()
        if token.revoked_at is not None:
            raise Unauthorised("The token was revoked.", "Ask for another one.")
        if token.expires_at is not None and not token.valid(now):
            raise Unauthorised(
                f"The token expired at {to_text(token.expires_at)}.", "Ask for another one."
            )
        if token.name == DEFAULT and self._variable:
            raise Unauthorised(
                f"The token {DEFAULT!r} is replaced by the one in {VARIABLE}.",
                "The engine was started with that variable.",
            )
        self._note(token, now)
        return token

    def _note(self, token: Token, now: datetime) -> None:
        moment = self._store.clock.monotonic()
        before = self._noted.get(token.id)
        if before is not None and moment - before < NOTE_SECONDS:
            return
        self._noted[token.id] = moment
        try:
            future = self._store.submit(lambda connection: rows.note_use(connection, token.id, now))
        except StoreError as error:
            _log.warning("the use of a token was not noted: %s", error)
            return
        future.add_done_callback(_told)


def _told(future: Future[None]) -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        _log.warning("the use of a token was not noted: %s", error)


def _digests(text: str) -> tuple[bytes, ...]:
    """Of the bytes that clients send for a text: UTF-8, or Latin-1 as many HTTP libraries do."""
    forms = {text.encode("utf-8", "surrogateescape")}
    with contextlib.suppress(UnicodeEncodeError):
        forms.add(text.encode("latin-1"))
    return tuple(hashlib.sha256(form).digest() for form in forms)

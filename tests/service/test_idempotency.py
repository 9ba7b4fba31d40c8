"""Repeats of a request by their key, across time and failures."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from jobs_tui.models.errors import Refused
from jobs_tui.service import idempotency
from jobs_tui.service.context import Context
from jobs_tui.service.idempotency import Answer, key_of, once
from tests.fakes import FakeClock
from tests.service.made import count


class Counter:
    """An operation that counts how often it was done."""

    def __init__(self) -> None:
        self.done = 0

    def prepare(self) -> Callable[[sqlite3.Connection], Answer]:
        """See ``once``."""

        def operation(connection: sqlite3.Connection) -> Answer:
            self.done += 1
            return Answer(201, {"n": self.done})

        return operation


def key(text: str = "k", **body: object) -> idempotency.Key:
    return key_of(text, "POST", "/api/v1/jobs", body)


def test_the_first_answer_holds_for_a_day(ctx: Context, clock: FakeClock) -> None:
    counter = Counter()
    assert once(ctx, key(), counter.prepare) == Answer(201, {"n": 1})
    clock.advance(86_399)
    assert once(ctx, key(), counter.prepare) == Answer(201, {"n": 1}, again=True)
    clock.advance(2)
    assert once(ctx, key(), counter.prepare) == Answer(201, {"n": 2})
    assert count(ctx, "idempotency") == 1


def test_without_a_key_everything_is_done(ctx: Context) -> None:
    counter = Counter()
    assert [once(ctx, None, counter.prepare).body["n"] for _ in range(2)] == [1, 2]


def test_the_order_of_keys_in_a_body_does_not_matter(ctx: Context) -> None:
    counter = Counter()
    once(ctx, key(a=1, b=2), counter.prepare)
    assert once(ctx, key(b=2, a=1), counter.prepare).again
    with pytest.raises(idempotency.KeyReused):
        once(ctx, key(a=1, b=3), counter.prepare)


def test_what_fails_keeps_nothing(ctx: Context) -> None:
    def refuse() -> Callable[[sqlite3.Connection], Answer]:
        def operation(connection: sqlite3.Connection) -> Answer:
            connection.execute("insert into facts (name, value) values ('half', 'written')")
            raise Refused("no")

        return operation

    with pytest.raises(Refused):
        once(ctx, key(), refuse)
    assert (count(ctx, "idempotency"), count(ctx, "facts")) == (0, 0)
    assert not once(ctx, key(), Counter().prepare).again


def test_two_at_once_are_one(ctx: Context) -> None:
    counter = Counter()

    def late() -> Callable[[sqlite3.Connection], Answer]:
        # Between the look and the transaction another repeat gets through.
        once(ctx, key(), counter.prepare)
        return counter.prepare()

    assert once(ctx, key(), late) == Answer(201, {"n": 1}, again=True)
    assert counter.done == 1

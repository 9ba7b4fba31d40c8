"""Keys that several processes change and use at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jobs_tui.guard.secrets.errors import KeyProblem
from jobs_tui.guard.secrets.keys import KeyRing
from jobs_tui.guard.secrets.resolver import Secrets
from jobs_tui.service import secrets as use_cases
from jobs_tui.service.context import Context
from jobs_tui.store import secrets as rows
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from tests.fakes import FakeClock


@pytest.fixture
def two(tmp_path: Path, clock: FakeClock) -> Iterator[tuple[Context, Context]]:
    """Two openings of one home, as two processes have them."""
    home = Home(tmp_path / "home", tmp_path / "home" / "config.toml")
    stores = [Store(home, clock), Store(home, clock)]
    yield Context(stores[0], "ada", "cli"), Context(stores[1], "bob", "cli")
    for store in stores:
        store.close()


def test_a_change_of_the_key_right_before_a_value_is_kept_does_not_lose_it(
    two: tuple[Context, Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = two
    use_cases.put(ours, "FIRST", value="first value")
    checked = use_cases._check_value

    def changed_meanwhile(value: str) -> None:
        checked(value)
        use_cases.rotate_key(theirs)

    monkeypatch.setattr(use_cases, "_check_value", changed_meanwhile)
    write = ours.store.write

    def changed_again(operation: object) -> object:
        use_cases.rotate_key(theirs)
        return write(operation)  # type: ignore[arg-type]

    monkeypatch.setattr(ours.store, "write", changed_again)
    use_cases.put(ours, "S", value="second value")
    assert Secrets(ours.store).resolve_entries(["FIRST", "S"]) == {
        "FIRST": "first value",
        "S": "second value",
    }


def test_a_second_change_before_the_first_has_ended_loses_nothing(
    two: tuple[Context, Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = two
    use_cases.put(ours, "S", value="the value")
    end = KeyRing.end_change

    def late(ring: KeyRing, key: bytes) -> None:
        monkeypatch.setattr(KeyRing, "end_change", end)
        ring.box(make=False)
        end(ring, key)
        end(ring, key)  # what another process did already is done

    monkeypatch.setattr(KeyRing, "end_change", late)
    assert use_cases.rotate_key(ours) == 1
    assert use_cases.rotate_key(theirs) == 1
    assert Secrets(ours.store).resolve("S") == "the value"


def test_the_end_of_a_change_leaves_the_key_of_a_later_one_alone(
    two: tuple[Context, Context],
) -> None:
    ours, _ = two
    use_cases.put(ours, "S", value="the value")
    ring = Secrets(ours.store).ring
    first = ring.begin_change()
    assert ring.begin_change() == first
    ring.end_change(first)
    second = ring.begin_change()
    ring.end_change(first)
    assert ring.next_file.read_bytes().strip() == second != first
    assert ring.file.read_bytes().strip() == first


def test_changes_and_values_at_the_same_time_leave_every_value_readable(
    two: tuple[Context, Context],
) -> None:
    def work(number: int) -> None:
        ctx = two[number % 2]
        use_cases.put(ctx, f"S{number}", value=f"value {number}")
        use_cases.rotate_key(ctx)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(12)))
    secrets = Secrets(two[0].store)
    assert not secrets.ring.next_file.exists()
    found = {
        row.name: secrets.resolve(row.name) for row in rows.listing(two[0].store.jobs.reader())
    }
    assert found == {f"S{number}": f"value {number}" for number in range(12)}


def test_a_key_that_cannot_be_put_in_place_is_a_sentence_and_loses_nothing(
    two: tuple[Context, Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, _ = two
    use_cases.put(ours, "S", value="the value")

    def refused(path: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refused)
        with pytest.raises(KeyProblem, match="Permission denied"):
            use_cases.rotate_key(ours)
    assert Secrets(ours.store).resolve("S") == "the value"
    assert use_cases.rotate_key(ours) == 1
    assert Secrets(ours.store).resolve("S") == "the value"

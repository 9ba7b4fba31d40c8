"""What callers may send: shapes, one clear sentence, and the field at fault."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.models.config import job_config
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job_input import JobCreate, JobPatch, validated

GOOD: dict[str, Any] = {"name": "n", "trigger_type": "manual", "prompt_template": "true"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": 7}, "name"),
        ({"name": None}, "name"),
        ({"trigger_type": "often"}, "trigger_type"),
        ({"planning_mode": "guess"}, "planning_mode"),
        ({"entity_type": "robot"}, "entity_type"),
        ({"executor_type": "anywhere"}, "executor_type"),
        ({"enabled": "yes"}, "enabled"),
        ({"config": []}, "config"),
        ({"tags": ["a", 1]}, "tags.1"),
        ({"depends_on": [{"job": "a"}, 1]}, "depends_on.1"),
        ({"execution_environment": {"env_vars": {"A": 1}}}, "execution_environment.env_vars.A"),
        ({"parameters": [{"default": 1}]}, "parameters.0.name"),
    ],
)
def test_a_bad_field_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        validated(JobCreate, GOOD | change)
    assert caught.value.field == field
    assert caught.value.message.startswith(field)


@pytest.mark.parametrize("name", ["name", "trigger_type", "prompt_template"])
def test_a_missing_field_is_named(name: str) -> None:
    data = {key: value for key, value in GOOD.items() if key != name}
    with pytest.raises(InvalidInput, match=f"^{name} is missing"):
        validated(JobCreate, data)


def test_text_that_is_not_unicode_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Unicode"):
        validated(JobCreate, GOOD | {"description": "\ud800"})


def test_a_patch_knows_what_was_sent() -> None:
    patch = validated(JobPatch, {"description": None, "unknown": 1})
    assert patch.model_fields_set == {"description"}


def test_the_defaults_of_a_config() -> None:
    config = job_config({})
    assert (config.timeout, config.stop_timeout, config.drain) == (3600, 5, 2)
    assert (config.overlap, config.grace, config.catchup, config.catchup_window) == (
        "skip",
        60,
        "latest",
        86_400,
    )
    assert (config.retry.max_attempts, config.parallel) == (1, 1)
    assert job_config({"overlap": "allow"}).parallel == 10


def test_an_override_wins_and_unknown_keys_mean_nothing() -> None:
    config = job_config({"timeout": 5, "colour": "red"}, {"timeout": 7200})
    assert config.timeout == 7200


@pytest.mark.parametrize(
    ("config", "place"),
    [
        ({"timeout": 0}, "config.timeout"),
        ({"timeout": -1}, "config.timeout"),
        ({"timeout": float("nan")}, "config.timeout"),
        ({"timeout": float("inf")}, "config.timeout"),
        ({"timeout": "soon"}, "config.timeout"),
        ({"timeout": True}, "config.timeout"),
        ({"timeout": None}, "config.timeout"),
        ({"overlap": "pile_up"}, "config.overlap"),
        ({"catchup": "everything"}, "config.catchup"),
        ({"retry": {"max_attempts": 0}}, "config.retry.max_attempts"),
        ({"retry": 3}, "config.retry"),
        ({"max_parallel": 0}, "config.max_parallel"),
        ({"working_directory": 5}, "config.working_directory"),
    ],
)
def test_a_bad_setting_of_a_job_is_named(config: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        job_config(config)
    assert caught.value.field == place
    assert place in caught.value.message

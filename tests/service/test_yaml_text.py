"""YAML as people write it: what would be lost without a word is refused."""

from __future__ import annotations

import pytest

from jobs_tui.models.errors import InvalidInput
from jobs_tui.service.yaml_text import as_yaml, read_yaml


def test_a_key_that_is_there_twice_is_refused_with_its_line() -> None:
    for text in ("kind: ops\nkind: llm\n", "limits:\n  {cost: 1, cost: 2}\n"):
        with pytest.raises(InvalidInput, match=r"in line 2: the key .* is there twice"):
            read_yaml(text)


def test_anchors_merges_and_what_we_write_ourselves_are_read() -> None:
    assert read_yaml("a: &a {x: 1}\nb: {<<: *a, y: 2}\nc: {<<: *a, x: 3}\n") == {
        "a": {"x": 1},
        "b": {"x": 1, "y": 2},
        "c": {"x": 3},
    }
    data = {"id": "x", "steps": [{"prompt": "one\ntwo\n"}, {"prompt": "é: - {y}"}]}
    assert read_yaml(as_yaml(data)) == data


def test_a_key_is_a_word_even_when_yaml_1_1_has_another_idea() -> None:
    assert read_yaml("depends_on: [{job: a, on: failed}]\nenabled: off\n") == {
        "depends_on": [{"job": "a", "on": "failed"}],
        "enabled": False,
    }

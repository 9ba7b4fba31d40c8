from __future__ import annotations

import base64

from jobs_tui.tui.clipboard import LIMIT, note, osc52


def test_plain_terminal() -> None:
    sequence = osc52("héllo", {})
    assert sequence.startswith("\x1b]52;c;")
    assert sequence.endswith("\x07")
    assert base64.b64decode(sequence[7:-1]).decode() == "héllo"


def test_tmux_gets_it_wrapped_with_its_escapes_doubled() -> None:
    sequence = osc52("x", {"TMUX": "/tmp/tmux-0/default,1,0"})
    assert sequence == "\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\"
    assert "allow-passthrough" in note({"TMUX": "1"})


def test_an_empty_tmux_variable_is_no_tmux() -> None:
    assert "tmux" not in osc52("x", {"TMUX": ""})


def test_what_is_too_long_is_cut() -> None:
    sequence = osc52("a" * (LIMIT + 10), {})
    assert len(base64.b64decode(sequence[7:-1])) == LIMIT

"""What the real programs printed, shortened (AGENTS.md 3)."""

from __future__ import annotations

from typing import Any

Stream = list[dict[str, Any]]

CLAUDE: Stream = [
    {
        "type": "system", "subtype": "init", "cwd": "/w", "session_id": "s",
        "tools": ["Bash", "Edit", "Read"], "mcp_servers": [{"name": "x", "status": "failed"}],
        "model": "claude-opus-4", "permissionMode": "dontAsk",
    },
    {
        "type": "assistant", "session_id": "s",
        "message": {
            "id": "m1", "usage": {"input_tokens": 10, "output_tokens": 2},
            "content": [
                {"type": "text", "text": "Let me look."},
                {
                    "type": "tool_use", "id": "toolu_1", "name": "Bash",
                    "input": {"command": "echo hi-from-tool"},
                },
            ],
        },
    },
    {
        "type": "user",
        "message": {
            "role": "user",
            "content": [
                {
                    "tool_use_id": "toolu_1", "type": "tool_result", "content": "hi-from-tool",
                    "is_error": False,
                }
            ],
        },
    },
    {
        "type": "assistant",
        "message": {"id": "m2", "content": [{"type": "text", "text": "all done"}]},
    },
    {
        "type": "result", "subtype": "success", "is_error": False, "num_turns": 2,
        "result": "all done", "total_cost_usd": 0.0015,
        "usage": {"input_tokens": 20, "cache_read_input_tokens": 100, "output_tokens": 7},
        "permission_denials": [],
    },
]  # fmt: skip

CODEX: Stream = [
    {"type": "thread.started", "thread_id": "t"},
    {"type": "turn.started"},
    {
        "type": "item.started",
        "item": {
            "id": "item_1", "type": "command_execution", "status": "in_progress",
            "command": "/bin/bash -lc 'echo hi-from-tool'", "aggregated_output": "",
            "exit_code": None,
        },
    },
    {
        "type": "item.completed",
        "item": {
            "id": "item_1", "type": "command_execution", "status": "completed",
            "command": "/bin/bash -lc 'echo hi-from-tool'", "exit_code": 0,
            "aggregated_output": "hi-from-tool\n",
        },
    },
    {
        "type": "item.completed",
        "item": {"id": "item_2", "type": "agent_message", "text": "all done"},
    },
    {
        "type": "turn.completed",
        "usage": {
            "input_tokens": 200, "cached_input_tokens": 0, "output_tokens": 20,
            "reasoning_output_tokens": 0,
        },
    },
]  # fmt: skip

GEMINI: Stream = [
    {"type": "init", "session_id": "s", "model": "gemini-3"},
    {"type": "message", "role": "user", "content": "Say hello"},
    {"type": "message", "role": "assistant", "content": "I will ", "delta": True},
    {"type": "message", "role": "assistant", "content": "look.\nFirst", "delta": True},
    {"type": "tool_use", "tool_name": "read_file", "tool_id": "1", "parameters": {"path": "a"}},
    {"type": "tool_result", "tool_id": "1", "status": "success", "output": "hi"},
    {"type": "message", "role": "assistant", "content": "all", "delta": True},
    {"type": "message", "role": "assistant", "content": " done", "delta": True},
    {
        "type": "result", "status": "success",
        "stats": {
            "input_tokens": 30, "output_tokens": 4, "tool_calls": 1,
            "models": {"gemini-3-pro": {"total_tokens": 34}},
        },
    },
]  # fmt: skip

GOOSE: Stream = [
    {
        "type": "message",
        "message": {
            "id": "a", "role": "assistant",
            "content": [
                {"type": "text", "text": "Let me look."},
                {
                    "type": "toolRequest", "id": "1",
                    "toolCall": {
                        "status": "success",
                        "value": {"name": "shell", "arguments": {"command": "echo hi"}},
                    },
                },
            ],
        },
    },
    {
        "type": "message",
        "message": {
            "id": "b", "role": "user",
            "content": [
                {
                    "type": "toolResponse", "id": "1",
                    "toolResult": {"status": "success", "value": [{"type": "text", "text": "hi"}]},
                }
            ],
        },
    },
    {"type": "notification", "extension_id": "x", "log": {"message": "..."}},
    {
        "type": "message",
        "message": {"id": "c", "role": "assistant", "content": [{"type": "text", "text": "all"}]},
    },
    {
        "type": "message",
        "message": {"id": "c", "role": "assistant", "content": [{"type": "text", "text": " done"}]},
    },
    {"type": "complete", "total_tokens": 50},
]  # fmt: skip

OPENCODE: Stream = [
    {"type": "step_start", "part": {"type": "step-start"}},
    {
        "type": "tool_use",
        "part": {
            "tool": "bash",
            "state": {"status": "completed", "input": {"command": "echo hi"}, "output": "hi\n"},
        },
    },
    {
        "type": "step_finish",
        "part": {
            "reason": "tool-calls", "cost": 0.25,
            "tokens": {"input": 10, "output": 2, "reasoning": 1, "cache": {"read": 5, "write": 0}},
        },
    },
    {"type": "step_start", "part": {}},
    {"type": "text", "part": {"text": "all done"}},
    {
        "type": "step_finish",
        "part": {"reason": "stop", "cost": 0.5, "tokens": {"input": 3, "output": 1}},
    },
]  # fmt: skip

STREAMS = {
    "claude": CLAUDE, "codex": CODEX, "gemini": GEMINI, "goose": GOOSE, "opencode": OPENCODE,
}  # fmt: skip

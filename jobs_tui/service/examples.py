"""Three jobs that really run with no key: what an empty home offers with ``D``."""

from __future__ import annotations

from typing import Any

from jobs_tui.models.job import Job
from jobs_tui.service import jobs
from jobs_tui.service.context import Context

HEALTH = """\
echo "host    $(uname -n)   up since $(uptime -s 2>/dev/null || echo unknown)"
echo "load    $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || uptime)"
free -h 2>/dev/null || true
df -h / | tail -1 | awk '{print "disk    " $5 " of " $2 " used on /"}'
used=$(df -P / | awk 'NR==2 {sub("%","",$5); print $5}')
if [ "$used" -gt {{ disk_limit }} ]; then
  echo "disk is at $used%, over the limit" >&2
  exit 1
fi
echo "healthy on {{ run_date }}"
"""

DISK = """\
echo "largest directories below {{ path }} on {{ run_date }}"
du -x -h -d 1 -- {{ path }} 2>/dev/null | sort -rh | head -15
df -h -- {{ path }}
"""

ECHO = """\
echo "a webhook said: {{ message }}"
echo "run {{ run_id }} of {{ job_name }}"
"""

EXAMPLES: tuple[dict[str, Any], ...] = (
    {
        "name": "system-health",
        "description": "Load, memory and disk; fails when the disk is fuller than the limit",
        "enabled": True,
        "trigger_type": "cron",
        "cron_schedule": "*/15 * * * *",
        "prompt_template": HEALTH,
        "parameters": [
            {"name": "disk_limit", "default": 95, "description": "percent of / that may be used"}
        ],
        "config": {"timeout": 60},
    },
    {
        "name": "disk-report",
        "description": "The largest directories, every morning",
        "enabled": False,
        "trigger_type": "cron",
        "cron_schedule": "0 7 * * *",
        "prompt_template": DISK,
        "parameters": [{"name": "path", "default": "/var", "description": "where to look"}],
        "config": {"timeout": 600},
    },
    {
        "name": "webhook-echo",
        "description": "Prints the message of a signed HTTP request",
        "enabled": False,
        "trigger_type": "webhook",
        "prompt_template": ECHO,
        "parameters": [
            {"name": "message", "default": "hello", "description": "sent with the request"}
        ],
        "config": {"timeout": 60, "overlap": "allow"},
    },
)


def load(ctx: Context) -> list[Job]:
    """Create the examples that are not there yet, paused but for the first.

    The first comes first: a screen that shows it meanwhile keeps its cursor on it.
    """
    return [
        jobs.create(
            ctx,
            {**example, "tags": ["example"], "entity_id": "shell"},
        ).job
        for example in EXAMPLES
        if not jobs.same_name(ctx, example["name"])
    ]

"""What F1 says in each step. No line is longer than a dialog at 80 columns is wide."""

from __future__ import annotations

WIDTH = 68
"""Columns of text in a dialog at 80 columns."""

_KEYS = """

KEYS
tab, shift+tab   next field, field before
left, right      choose among several things
enter            next step (from a field of one line)
pgdn, pgup       next step, step before, from every field
F2               create or save, from any step
F3               more starts in step 2, else a dry run: who, checks
F4               write the prompt in your editor ($VISUAL, $EDITOR)
F6, F7           create and run now, create paused
F8               throw the draft away and begin again
esc esc          leave; the draft is kept"""

_BASICS = """\
The name is any text; several jobs may have the same one.
Description and tags are for you: lists show them, and the / filter
finds them.

A job that is not enabled is kept, but only a person starts it.

DELIVER TO
Where results go, several between commas:
https://...        a signed call; name the secret that signs it
slack://...        a message by Apprise: ntfys, tgram, mailto...
file:PATH          appended; may hold {date}, {run} and {job}
job:NAME           starts that job with the result
notify:NAME        the address is the secret of that name; a signed
webhook:NAME       call with webhook:
{"type": "file", "path": "/srv/last.md", "append": false}
                   as JSON: what the short forms have no words for

An address is sealed when the job is saved. After that only what may
be shown of it stands here: leave it as it is, and it stays. A draft
keeps no address that may hold a token: it has to be written again.

Results: all of them; those that the run or a change calls worth
reporting, and failures; or failures only."""

_TRIGGER = """\
CRON
minute    0-59      *      every value
hour      0-23      1,15   a list
day       1-31      9-17   a range
month     1-12      */15   every 15th from the first
weekday   0-7       L      the last day of the month (day field)
                    5#2    the second Friday, 5L the last one

Weekdays: 0 and 7 are Sunday; sun-sat and jan-dec are names.
When day and weekday are both set, it runs when either matches,
as crontab does. @hourly @daily @weekly @monthly @yearly work too.

TIME ZONE
Type a part of a name (berlin, new york), choose with up and down,
take it with enter. The job follows the clocks of that zone; what
happens when they change is written below the next runs.

ONCE
A time in words or figures: tomorrow 9am, in 3 days, friday 17:00,
2026-12-24 09:00. It is read in the time zone of the job; how it is
read stands below it. An engine that was down starts it when it is
back.

AGAIN AND AGAIN
Every 90s, 5m, 2h, 1d or 10 minutes, from 1 second up. From start to
start: however long runs take. From the end of each run: a pause.

UNTIL A GOAL
It starts at once and again after each run, with a pause, until what
is chosen holds; then it is completed.
it says it is done   the agent's verdict, on the goal that you name
exit code            a run ends with this number
text                 the answer contains it, or matches a regex
JSON path            $.state leads to something, or to this value
expression           results[0].exit_code == 0 and runs > 2: results
                     are newest first, with .status .exit_code
                     .answer .json
changed              the answer differs from the one before
several              any of them, as JSON:
                     {"any": [{"type": "exit_code", "equals": 0},
                              {"type": "text", "contains": "ok"}]}
limits only          the end or the number of runs

A run tells its verdict in a last line that is a JSON object:
{"verdict": "done", "reason": "...", "state": {...}}; the verdict is
done, not_done or blocked. The next run gets {{ state }},
{{ last_answer }} and {{ last_result }}.

BEGIN, END, RUNS
Nothing starts before the begin or after the end; after so many
starts the job is completed.

ANSWERS
tell changes only: each answer is compared with the one before, and
only a difference is worth reporting. Lines that match a regex, such
as a clock, can be left out.

AFTER
The jobs that come first, between commas, by name or id:
build                  each run of it that is completed
build:failed           each that fails; finished: however it ends
build:failed + 3d      3 days after that
{"job": "build", "parameters": {"text": "answer"}}
                       as JSON: what is handed on, or "mode"
Of several, all must have come. A job with a rhythm (schedule, again
and again, until a goal) waits for it once, then its own trigger
begins to count. Others start after each run. Once needs no time
then.

WEBHOOK
Address and secret are made when the job is created; the secret is
shown once.

IF RUNNING
skip: a start while a run goes on is skipped, and a row says so.
start another: runs go on side by side, at most so many at once.

TIMEOUT, RETRIES, PAUSE AFTER
90, 90s, 30m, 2h or 1d for each try. Retries are more tries after a
failure, each after a longer wait. After so many failed runs in a
row the job is paused; empty: never."""

_WHO = """\
ONE AGENT gets the prompt. One that is not ready stays in the list
with the reason; its runs fail until that is mended.

A TEAM: its members get the prompt in turn, all at once, or from the
first of them. A WORKFLOW: its steps, each with a prompt of its own,
which may use yours as {{ prompt }}.

SMART: the agent that fits the prompt best when the run starts: by
what it is said to be good at, then by how busy it is, then by how
its last runs went. m shows the ranking and why.

WAITS IN
A run waits in the default queue, in a queue of its own (limited,
paused or remote), or until an environment is ready."""

_PROMPT = """\
For the shell agent the prompt is a script for bash.

{{ name }} is a variable. Its value reaches the script as data and
is never read as shell source, whatever is in it, with or without
quotes around it. A variable with a default is filled in by itself;
one without is asked for at a start by hand and must come with a
webhook's request. A schedule has nobody to ask: there every
variable needs a default.

Built in: {{ run_id }} {{ run_date }} {{ job_name }}
{{ scheduled_for }}; for webhooks {{ payload }} and {{ headers }}."""

TEXTS = tuple(text + _KEYS for text in (_BASICS, _TRIGGER, _WHO, _PROMPT))
"""Per step."""

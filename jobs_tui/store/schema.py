"""The tables as they stand, by migration (DESIGN 5). Forward only: never edit one that landed."""

from __future__ import annotations

JOBS_1 = """
create table jobs (
    id text primary key,
    name text not null,
    description text,
    tags text not null,
    enabled integer not null,
    trigger_type text not null,
    cron_schedule text,
    cron_timezone text,
    planning_mode text not null,
    entity_type text,
    entity_id text,
    prompt_template text not null,
    system_prompt text,
    executor_type text not null,
    worker_queue_name text,
    environment_name text,
    parameters text not null,
    config text not null,
    execution_environment text,
    webhook_path text unique,
    webhook_secret text,
    webhook_previous_secret text,
    webhook_previous_until text,
    revision integer not null,
    cursor_at text,
    next_due_at text,
    blocked_reason text,
    last_number integer not null default 0,
    total_executions integer not null default 0,
    successful_executions integer not null default 0,
    failed_executions integer not null default 0,
    last_execution_id text,
    last_execution_at text,
    last_triggered_at text,
    created_at text not null,
    created_by text,
    updated_at text not null,
    updated_by text,
    archived_at text
);
create index jobs_due on jobs (next_due_at)
    where enabled = 1 and archived_at is null and next_due_at is not null;
create index jobs_by_name on jobs (name);

create table revisions (
    job_id text not null references jobs (id) on delete cascade,
    revision integer not null,
    definition text not null,
    created_at text not null,
    created_by text,
    primary key (job_id, revision)
) without rowid;

create table executions (
    seq integer primary key autoincrement,
    id text not null unique,
    job_id text not null references jobs (id) on delete cascade,
    number integer not null,
    revision integer not null,
    trigger_type text not null,
    kind text not null,
    status text not null,
    reason text,
    count integer not null default 1,
    nominal_at text,
    last_nominal_at text,
    clock_epoch integer not null default 0,
    priority integer not null default 0,
    parallel integer not null default 1,
    created_at text not null,
    not_before text,
    started_at text,
    completed_at text,
    duration_ms integer,
    parameters text not null,
    inputs text,
    config_override text not null,
    trigger_metadata text not null,
    requested_by text,
    prompt text not null,
    attempt integer not null default 0,
    max_attempts integer not null default 1,
    exit_code integer,
    error_message text,
    result text,
    usage text,
    log_lines integer,
    log_bytes integer,
    cancel_requested_at text,
    cancel_requested_by text,
    lease_owner text,
    lease_token text,
    lease_expires_at text,
    pid integer,
    pid_start integer
);
create unique index executions_once on executions (job_id, nominal_at, clock_epoch, kind)
    where nominal_at is not null;
create index executions_by_job on executions (job_id, seq desc);
create index executions_live on executions (job_id, status)
    where status in ('queued', 'blocked', 'waiting_for_input', 'running');
create index executions_queue on executions (job_id, priority desc, seq)
    where status = 'queued';
create index executions_retry on executions (not_before)
    where status = 'queued' and not_before is not null;
create index executions_cancel on executions (id, cancel_requested_by)
    where status in ('queued', 'blocked', 'waiting_for_input', 'running')
        and cancel_requested_at is not null;
create index executions_by_status on executions (status, seq);

create table attempts (
    execution_id text not null references executions (id) on delete cascade,
    number integer not null,
    status text not null,
    started_at text not null,
    completed_at text not null,
    exit_code integer,
    error_message text,
    primary key (execution_id, number)
) without rowid;

create table deliveries (
    seq integer primary key autoincrement,
    id text not null unique,
    job_id text,
    path text not null,
    received_at text not null,
    remote text not null,
    headers text not null,
    body blob not null,
    status_code integer not null,
    verdict text not null,
    reason text not null,
    execution_id text,
    style text,
    sender_id text,
    replay_of text
);
create index deliveries_by_sender on deliveries (job_id, sender_id) where sender_id is not null;
create index deliveries_by_job on deliveries (job_id, seq desc);
create index deliveries_by_time on deliveries (received_at);
create index deliveries_by_verdict on deliveries (verdict, seq);

create table run_totals (
    job_id text not null references jobs (id) on delete cascade,
    status text not null,
    bucket integer not null,
    runs integer not null,
    duration_ms integer not null,
    log_lines integer not null,
    primary key (job_id, status, bucket)
) without rowid;

create trigger executions_ended after update of status on executions
when new.status <> old.status
    and new.status not in ('queued', 'blocked', 'waiting_for_input', 'running')
begin
    insert into run_totals (job_id, status, bucket, runs, duration_ms, log_lines) values (
        new.job_id, new.status,
        case
            when new.started_at is null then 0
            when new.duration_ms <= 100 then 100
            when new.duration_ms <= 500 then 500
            when new.duration_ms <= 1000 then 1000
            when new.duration_ms <= 5000 then 5000
            when new.duration_ms <= 15000 then 15000
            when new.duration_ms <= 60000 then 60000
            when new.duration_ms <= 300000 then 300000
            when new.duration_ms <= 900000 then 900000
            when new.duration_ms <= 3600000 then 3600000
            when new.duration_ms <= 14400000 then 14400000
            when new.duration_ms <= 86400000 then 86400000
            else -1
        end,
        new.count, coalesce(new.duration_ms, 0), coalesce(new.log_lines, 0)
    ) on conflict (job_id, status, bucket) do update set
        runs = runs + excluded.runs,
        duration_ms = duration_ms + excluded.duration_ms,
        log_lines = log_lines + excluded.log_lines;
end;

create trigger executions_not_started after insert on executions
when new.status not in ('queued', 'blocked', 'waiting_for_input', 'running')
begin
    insert into run_totals (job_id, status, bucket, runs, duration_ms, log_lines)
    values (new.job_id, new.status, 0, new.count, 0, 0)
    on conflict (job_id, status, bucket) do update set runs = runs + excluded.runs;
end;

create table lag_totals (
    kind text not null,
    bucket integer not null,
    runs integer not null,
    lag_ms integer not null,
    primary key (kind, bucket)
) without rowid;

create trigger executions_started after update of started_at on executions
when old.started_at is null and new.started_at is not null and new.nominal_at is not null
begin
    insert into lag_totals (kind, bucket, runs, lag_ms)
    select new.kind,
        case
            when lag <= 10 then 10
            when lag <= 50 then 50
            when lag <= 100 then 100
            when lag <= 250 then 250
            when lag <= 500 then 500
            when lag <= 1000 then 1000
            when lag <= 5000 then 5000
            when lag <= 15000 then 15000
            when lag <= 60000 then 60000
            when lag <= 600000 then 600000
            when lag <= 3600000 then 3600000
            when lag <= 86400000 then 86400000
            else -1
        end,
        1, lag
    from (select max(0, cast(round(
        (julianday(new.started_at) - julianday(new.nominal_at)) * 86400000
    ) as integer)) as lag)
    where true
    on conflict (kind, bucket) do update set
        runs = runs + excluded.runs, lag_ms = lag_ms + excluded.lag_ms;
end;

create table delivery_totals (
    verdict text primary key,
    deliveries integer not null
) without rowid;

create trigger deliveries_counted after insert on deliveries
begin
    insert into delivery_totals (verdict, deliveries) values (new.verdict, 1)
    on conflict (verdict) do update set deliveries = deliveries + 1;
end;

create table engine (
    id integer primary key check (id = 1),
    token text not null,
    mode text not null,
    host text not null,
    pid integer not null,
    pid_start integer,
    boot_id text not null,
    version text not null,
    started_at text not null,
    heartbeat_at text not null,
    stopped_at text,
    address text,
    hooks_problem text,
    launcher_pid integer,
    launcher_start integer,
    stop_requested_at text
);

create table facts (
    name text primary key,
    value text not null
) without rowid;

create table events (
    seq integer primary key autoincrement,
    at text not null,
    kind text not null,
    message text not null
);

create table audit (
    seq integer primary key autoincrement,
    at text not null,
    actor text not null,
    face text not null,
    action text not null,
    subject text not null,
    detail text,
    origin text
);
create index audit_by_subject on audit (subject, seq desc);

create table tokens (
    id text primary key,
    name text not null,
    hash text not null unique,
    scope text not null,
    created_at text not null,
    created_by text,
    expires_at text,
    revoked_at text,
    last_used_at text
) without rowid;

create table idempotency (
    caller text not null,
    key text not null,
    request_hash text not null,
    status_code integer not null,
    body text not null,
    created_at text not null,
    primary key (caller, key)
) without rowid;
create index idempotency_by_time on idempotency (created_at);

create table drafts (
    id text primary key,
    saved_at text not null,
    data text not null
) without rowid;
"""

JOBS_2 = """
create table resources (
    kind text not null,
    id text not null,
    spec text not null,
    created_at text not null,
    created_by text,
    updated_at text not null,
    updated_by text,
    primary key (kind, id)
) without rowid;
create trigger resources_added after insert on resources begin
    insert into facts (name, value) values ('resources', '1')
    on conflict (name) do update set value = cast(value as integer) + 1;
end;
create trigger resources_changed after update on resources begin
    insert into facts (name, value) values ('resources', '1')
    on conflict (name) do update set value = cast(value as integer) + 1;
end;
create trigger resources_removed after delete on resources begin
    insert into facts (name, value) values ('resources', '1')
    on conflict (name) do update set value = cast(value as integer) + 1;
end;

create table secrets (
    name text primary key,
    sealed blob,
    reference text,
    description text not null default '',
    created_at text not null,
    created_by text,
    updated_at text not null,
    updated_by text
) without rowid;

create table environment_checks (
    environment_id text primary key,
    ready integer not null,
    reason text not null,
    checked_at text not null
) without rowid;

alter table executions add column queue text not null default 'default';
alter table executions add column agent_id text;
alter table executions add column selection text;
alter table executions add column plan text;
alter table executions add column resume text;
alter table executions add column blocked_at text;
create index executions_blocked on executions (status, job_id)
    where status in ('blocked', 'waiting_for_input');
create index executions_by_agent on executions (agent_id, seq desc) where agent_id is not null;

create table steps (
    execution_id text not null references executions (id) on delete cascade,
    attempt integer not null,
    position integer not null,
    name text not null,
    parent text not null default '',
    needs text not null default '[]',
    agent_id text,
    role text not null default '',
    status text not null,
    started_at text,
    completed_at text,
    result text,
    error_message text,
    usage text,
    primary key (execution_id, attempt, position)
) without rowid;

create table spending (
    seq integer primary key autoincrement,
    execution_id text not null,
    job_id text not null,
    agent_id text,
    at text not null,
    model text,
    requests integer not null default 0,
    tool_calls integer not null default 0,
    input_tokens integer not null default 0,
    output_tokens integer not null default 0,
    cost_nanos integer
);
create index spending_by_time on spending (at);
create index spending_by_job on spending (job_id, at);
create index spending_by_agent on spending (agent_id, at) where agent_id is not null;

create table approvals (
    id text primary key,
    execution_id text not null references executions (id) on delete cascade,
    call_id text not null,
    tool text not null,
    arguments text not null,
    digest text not null,
    agent_id text,
    step text not null default '',
    reason text not null,
    requested_at text not null,
    expires_at text not null,
    status text not null,
    decided_at text,
    decided_by text,
    decided_reason text,
    unique (execution_id, call_id)
) without rowid;
create index approvals_waiting on approvals (expires_at) where status = 'waiting';
create trigger approvals_withdrawn after update of status on executions
when old.status = 'waiting_for_input'
    and new.status in ('completed', 'failed', 'timed_out', 'cancelled', 'lost', 'skipped')
begin
    update approvals set status = 'withdrawn', decided_at = new.completed_at
    where execution_id = new.id and status = 'waiting';
end;
"""

JOBS_3 = """
create index steps_by_agent on steps (agent_id, completed_at)
where agent_id is not null and status in ('completed', 'failed', 'timed_out');
"""

JOBS_4 = """
alter table jobs add column run_at text;
alter table jobs add column interval_seconds real;
alter table jobs add column interval_mode text not null default 'fixed_rate';
alter table jobs add column start_at text;
alter table jobs add column end_at text;
alter table jobs add column max_runs integer;
alter table jobs add column end_condition text;
alter table jobs add column watch text;
alter table jobs add column depends_on text not null default '[]';
alter table jobs add column deliver_to text not null default '[]';
alter table jobs add column deliver_when text not null default 'always';
alter table jobs add column conversation text not null default 'new';
alter table jobs add column follows integer not null default 0;
alter table jobs add column ended_as text;
alter table jobs add column ended_at text;
alter table jobs add column status_reason text;
alter table jobs add column counted_runs integer not null default 0;
alter table jobs add column failures_in_row integer not null default 0;
alter table jobs add column due_at text;
alter table jobs add column state text;
alter table jobs add column watched text;
alter table jobs add column waiting_on text;
alter table jobs add column copied_from text;
alter table executions add column verdict text;
alter table executions add column verdict_reason text;
alter table executions add column worth_reporting integer;
alter table executions add column change text;
alter table executions add column depth integer not null default 0;

create table answers (
    execution_id text primary key references executions (id) on delete cascade,
    answer text not null
) without rowid;

create table dependencies (
    job_id text not null references jobs (id) on delete cascade,
    position integer not null,
    on_job_id text not null,
    condition text not null,
    mode text not null,
    delay_seconds real not null default 0,
    met_by text,
    primary key (job_id, position)
) without rowid;
create index dependencies_by_other on dependencies (on_job_id);

create trigger jobs_that_wait_are_not_due after update of waiting_on, next_due_at on jobs
when new.waiting_on is not null and new.next_due_at is not null
begin
    update jobs set next_due_at = null where id = new.id;
end;

create table aftermath (
    seq integer primary key autoincrement,
    execution_id text not null
);
create trigger executions_followed after update of status on executions
when new.status <> old.status
    and new.status not in ('queued', 'blocked', 'waiting_for_input', 'running')
    and (
        exists (select 1 from jobs where id = new.job_id and follows = 1)
        or exists (select 1 from dependencies where on_job_id = new.job_id)
    )
begin
    insert into aftermath (execution_id) values (new.id);
end;
create trigger executions_followed_at_once after insert on executions
when new.status in ('completed', 'failed', 'timed_out', 'cancelled', 'lost')
    and (
        exists (select 1 from jobs where id = new.job_id and follows = 1)
        or exists (select 1 from dependencies where on_job_id = new.job_id)
    )
begin
    insert into aftermath (execution_id) values (new.id);
end;
"""

JOBS_6 = """
alter table executions add column undelivered text;

create table result_deliveries (
    seq integer primary key autoincrement,
    id text not null unique,
    execution_id text not null references executions (id) on delete cascade,
    job_id text not null,
    position integer not null,
    target text not null,
    status text not null,
    attempts integer not null default 0,
    created_at text not null,
    next_at text,
    error text,
    delivered_at text,
    place text,
    unique (execution_id, position)
);
create index result_deliveries_due on result_deliveries (next_at) where status = 'waiting';
create index result_deliveries_by_job on result_deliveries (job_id, seq desc);
create index result_deliveries_by_status on result_deliveries (status, seq);
"""

LOGS_1 = """
create table chunks (
    execution_id text not null,
    first_line integer not null,
    line_count integer not null,
    byte_count integer not null,
    first_at text not null,
    data blob not null,
    primary key (execution_id, first_line)
);
"""

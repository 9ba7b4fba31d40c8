"""What is kept of goals: why one is not met yet, what could not be told, conversations."""

JOBS_5 = """
alter table executions add column goal text;
alter table executions add column problem text;
alter table jobs add column goal text;
alter table jobs add column problem text;
alter table jobs add column agent_blocked text;

create index executions_changed on executions (job_id) where change is not null;

create table conversations (
    job_id text not null references jobs (id) on delete cascade,
    agent_id text not null,
    step text not null,
    messages text not null,
    updated_at text not null,
    primary key (job_id, agent_id, step)
) without rowid;
"""

"""The tables of job search (DESIGN 5). Forward only: never edit a step that landed.

``job_texts`` holds what is searched of each job and ``job_words`` its index by words; triggers keep
both in step with ``jobs``, whoever writes. The end of a run only marks its job in ``search_stale``,
so that runs stay as fast as they were: its latest results are read into the index before the next
search (:mod:`jobs_tui.store.job_words`). ``job_vectors`` keeps what a text means to an engine.
"""

from __future__ import annotations

JOBS_7 = """
create table job_texts (
    seq integer primary key,
    job_id text not null unique references jobs (id) on delete cascade,
    archived integer not null,
    hash blob,
    name text not null,
    description text not null,
    tags text not null,
    prompt text not null,
    result text not null default ''
);
create index job_texts_by_hash on job_texts (hash);
create virtual table job_words using fts5 (
    name, description, tags, prompt, result,
    content = 'job_texts', content_rowid = 'seq',
    tokenize = 'porter unicode61 remove_diacritics 2', prefix = '2 3'
);
create virtual table job_vocabulary using fts5vocab ('job_words', 'row');
create table job_vectors (
    hash blob not null,
    engine text not null,
    vector blob not null
);
create unique index job_vectors_by_hash on job_vectors (hash, engine);
create table search_stale (job_id text primary key) without rowid;

create trigger job_texts_added after insert on job_texts begin
    insert into job_words (rowid, name, description, tags, prompt, result)
    values (new.seq, new.name, new.description, new.tags, new.prompt, new.result);
end;
create trigger job_texts_removed after delete on job_texts begin
    insert into job_words (job_words, rowid, name, description, tags, prompt, result)
    values ('delete', old.seq, old.name, old.description, old.tags, old.prompt, old.result);
end;
create trigger job_texts_changed
after update of name, description, tags, prompt, result on job_texts begin
    insert into job_words (job_words, rowid, name, description, tags, prompt, result)
    values ('delete', old.seq, old.name, old.description, old.tags, old.prompt, old.result);
    insert into job_words (rowid, name, description, tags, prompt, result)
    values (new.seq, new.name, new.description, new.tags, new.prompt, new.result);
end;
create trigger job_vectors_orphaned after delete on job_texts
when old.hash is not null and not exists (select 1 from job_texts where hash = old.hash)
begin
    delete from job_vectors where hash = old.hash;
end;
create trigger job_vectors_outdated after update of hash on job_texts
when old.hash is not null and new.hash is not old.hash
    and not exists (select 1 from job_texts where hash = old.hash)
begin
    delete from job_vectors where hash = old.hash;
end;

create trigger jobs_searched after insert on jobs begin
    insert into job_texts (job_id, archived, name, description, tags, prompt) values (
        new.id, new.archived_at is not null, new.name, coalesce(new.description, ''), new.tags,
        new.prompt_template
    );
end;
create trigger jobs_searched_anew
after update of name, description, tags, prompt_template on jobs begin
    update job_texts set
        name = new.name, description = coalesce(new.description, ''), tags = new.tags,
        prompt = new.prompt_template, hash = null
    where job_id = new.id and (
        name <> new.name or description <> coalesce(new.description, '') or tags <> new.tags
        or prompt <> new.prompt_template
    );
end;
create trigger jobs_hidden after update of archived_at on jobs begin
    update job_texts set archived = new.archived_at is not null where job_id = new.id;
end;
create trigger executions_told after update of status on executions
when new.status <> old.status
    and new.status in ('completed', 'failed', 'timed_out', 'cancelled', 'lost')
begin
    insert into search_stale (job_id) values (new.job_id) on conflict (job_id) do nothing;
end;
create trigger executions_forgotten after delete on executions begin
    insert into search_stale (job_id) values (old.job_id) on conflict (job_id) do nothing;
end;

insert into job_texts (job_id, archived, name, description, tags, prompt)
select id, archived_at is not null, name, coalesce(description, ''), tags, prompt_template
from jobs order by rowid;
insert into search_stale (job_id) select id from jobs where last_execution_id is not null;
"""

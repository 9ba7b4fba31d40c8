"""Which words of operations mean the same: general knowledge of the field, written by hand.

Each matter has words and phrases by which people speak of it. A question and a text that share no
word have something in common when they speak of the same matter. ``?`` marks words that point to
the matter only weakly, because they are used for much else as well. Words are compared by their
stems; of overlapping phrases each counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from jobs_tui.agents.smart.engines.reading import stems

STRONG, WEAK = 1.0, 0.4
LONGEST_PHRASE = 4
"""Words."""

MATTERS: Mapping[str, str] = MappingProxyType({
    "cost": """cost, costs, spend, spending, spent, bill, billing, billed, invoice, pay, paid,
        payment, price?, pricing?, money, budget, expense, expensive, cheap, cheaper, saving,
        save money, waste, overspend, overpay, charge, charged, dollar, euro, usd, eur, finops,
        reserved instance, savings plan, spot instance, rightsizing, rightsize, oversized,
        too big, underused, unused, idle, afford, discount, forecast?, burn, credit?, bargain,
        switched off?, switch off?, nobody uses, not needed?, cut down?, financially, cent, cents,
        economical, economise, for nothing""",
    "cloud": """cloud, aws, amazon, azure, gcp, google cloud, ec2, s3, rds, lambda, bucket?,
        account?, subscription?, region?, eu west, us east, instance, hyperscaler, vm?""",
    "deploy": """deploy, deployment, deploying, redeploy, roll out, rollout, roll?, ship?,
        staging, promote, canary, blue green, put live, branch?, commit?, newest?, latest?,
        environment?, test environment, test machine, preview environment, production?, prod?,
        publish?, push?, install?, latest code, new code, code base?""",
    "pipeline": """ci, cd, ci cd, pipeline, build, jenkins, github action, gitlab ci, runner,
        artifact, artefact, compile, merge?, pull request?, trigger?, workflow?, test suite?,
        green?, red?, checks pass, nightly build""",
    "infrastructure": """infrastructure, terraform, ansible, provision, provisioning, spin up, vm,
        virtual machine, machine, host, hosts, server, box, puppet, chef, pulumi, cloudformation,
        capacity?, playbook, bring up, tear down, set up?, reboot, patch?, extra?, hardware,
        linux, drift, configuration management, tear?, fleet, ssh, install package""",
    "health": """health, healthy, cpu, memory, ram, disk, disk space, load average, uptime, alive,
        responding, heartbeat, monitor, monitoring, temperature, overload, overloaded, swap,
        full?, running out of space, filling up, busy?, doing fine, in good shape, processor,
        utilisation, utilization, health check, up and running""",
    "security": """security, secure, vulnerability, vulnerable, cve, exploit, exploitable, attack,
        attacker, hacker, hacked, hack, breach, malicious, malware, virus, compromise,
        compromised, intrusion, intruder, threat, weakness, security hole, hole?, unpatched,
        insecure, pentest, penetration, hardening, exposed, expose, abuse, risk?, risky, owasp,
        ransomware, injection, xss, break in, scan, scanner, scanning, open port, port?, safe?,
        unsafe, dangerous, bad guys, privilege, permission?, outdated?, known flaw, flaw,
        backdoor, weak cipher, log4j, log4shell, stolen, steal""",
    "secret": """secret, secrets, password, credential, api key, access key, private key, token?,
        leak, leaked, passphrase, hardcoded, hard coded, plain text?, by mistake?, pushed a key,
        key?, sensitive, login data""",
    "compliance": """compliance, compliant, comply, audit, auditor, policy?, gdpr, soc, iso, cis,
        pci, hipaa, benchmark, regulation, regulator, rules?, standard?, baseline, licence?,
        license?""",
    "dependency": """dependency, dependencies, library, libraries, package, npm, pip, maven, sbom,
        third party, supply chain, outdated, out of date, transitive, lockfile, component?,
        open source""",
    "database": """database, databases, db, dba, sql, postgresql, postgres, mysql, mariadb,
        sqlite, oracle, mongodb, sql server, table, row, column, schema, query, queries, select,
        selects, join, index, indexes, vacuum, analyze?, bloat, bloated, replica, replication,
        standby, transaction, deadlock, lock?, locked, connection pool, connections?, migration,
        foreign key, primary key, constraint, explain plan, query plan, full table scan,
        statement, tune, tuning, alter, autovacuum, wal, sequence?, sequential scan, insert,
        update statement, orm, shrink?, pgbouncer, stored procedure, behind the primary,
        behind the leader""",
    "slow": """slow, slowly, slowest, slower, latency, performance, fast?, faster, speed,
        speed up, tune, tuning, optimise, optimize, sluggish, take ages, takes ages, forever,
        bottleneck, lag, lagging, take long, too long, timeout?, timed out?, seconds?, crawl?,
        response time, hang, hanging, stuck?, behind?""",
    "network": """network, networking, dns, domain, subdomain, firewall, vpn, tunnel,
        load balancer, balancer, proxy, router, routing, route, switch?, subnet, ip, ip address,
        address?, cidr, packet, packets, hop, hops, traceroute, trace?, ping?, bandwidth,
        throughput, connectivity, connect, connection, unreachable, reach, reachable, tcp, udp,
        lan, wifi, wlan, office?, gateway, nat, latency, block, blocked, unblock, allowlist,
        whitelist, blacklist, traffic, hostname, name server, nameserver, a record, cname, mx,
        remote office, site to site, ipsec, wireguard, resolve?, resolves, open port, port,
        inbound, outbound, ddos, backend, cdn, internet, cable, from home, remote worker""",
    "certificate": """tls, ssl, certificate, cert, certs, https, expire, expires, expired, expiry,
        renew, renewal, lets encrypt, padlock, browser warning, acme, runs out?, run out?""",
    "release": """release, releases, version, versions, tag, tags, changelog, release note,
        rollback, roll back, revert, go live, going live, ship, shipped, shipping, launch, freeze,
        sign off, signoff, approval, approve, approver, hotfix, milestone, semver,
        semantic version, go back, previous version, last good, undo, what changed, what is new,
        candidate, rc, cut?, update?, bump, go ahead, go no go, next version, merged since,
        postpone?, stop merging, no new features, broke?, green light""",
    "approval": """approval, approve, approver, sign off, signoff, permission?, go ahead,
        green light, consent, confirm?, agree?, four eyes""",
    "rollback": """rollback, roll back, revert, undo, go back, previous version, last good,
        restore the old, back out, old version, earlier version, take back""",
    "message": """message, messages, slack, email, mail, chat, notify, notification, notifier,
        tell, remind, reminder, nudge, send, post, channel, room, dm, announce, announcement,
        inform, let know, let them know, let everyone know, follow up, followup, wish, birthday,
        colleague, teammate, everyone?, everybody?, somebody?, invite, sms, whatsapp, telegram,
        discord, microsoft teams, standup, stand up, thank, congratulate, overdue, chase, poke,
        write to, ask?, reply, answered, say hello, greet, welcome?, heads up, drop a line, shout,
        forget?, forgets, due?, deadline, team lunch, lunch, people, person, whoever, boss,
        manager?, ping?""",
    "report": """report, reports, reporting, summary, summarise, summarize, digest, analytics,
        metric, metrics, kpi, dashboard, chart, charts, graph, figures, numbers?, statistics?,
        stats?, revenue, sales, board, executive, executives, management, leadership, ceo, cfo,
        investors, stakeholder, overview, one page, one pager, trend, insight, business, quarter,
        quarterly, presentation, slides, deck, how we did, did we do, how did we, growth, growing,
        churn, conversion, signups, sign ups, visitors, active users, refunds, meeting?, month?,
        monthly?, weekly?, results?, highlights, bullet points, pages?, picture?, look back,
        compared to last, year over year""",
    "research": """research, topic, competitor, competition, market, investigate?, briefing,
        brief, study, compare?, research findings, company, companies, article, news article,
        background on, find out about, background?, learn about, vendor, papers, literature,
        what is known,
        rivals""",
    "log": """log, logs, logging, logfile, stack trace, stacktrace, traceback, exception,
        exceptions, error, errors, warning?, pattern, grep, parse, access log, crawler, bot, bots,
        requests?, url, urls, syslog, journal, journald, stderr, log line, line?, lines?,
        null pointer, segfault, core dump, what does mean?, user agent, entries, entry?, nginx,
        apache, http 500, kibana, loki, splunk, elasticsearch, message?, mean?, occurrences?,
        occurs?, spit?, printed?, most frequent, how often, status code, ip addresses?, visitors?,
        traces?""",
    "http code": """404, 404s, 403, 401, 400, 500, 500s, 502, 502s, 503, 503s, 504, 5xx, 4xx,
        not found, bad gateway, internal server error, status code, access log, http status""",
    "anomaly": """anomaly, anomalies, unusual, odd, strange, spike, spikes, outlier, jump?,
        suspicious, weird, abnormal, sudden, suddenly, unexpected, out of the ordinary,
        anything new?, deviation, never seen""",
    "backup": """backup, backups, back up, backed up, restore, restored, restoring, snapshot,
        snapshots, copy, copies, archive, retention, recover, recovery, disaster, offsite,
        off site, get back, lose, lost, loss, dump, tape, mirror?, second site, another site,
        other site, second location, another location, bring back, undelete, accidentally deleted,
        deleted?, died?, burn down, burned down, burns down, fire?, flood, keep?, older than?,
        vault, data centre, data center, safe place, point in time, rpo, rto, overwritten, wiped,
        rewind?, safely?, thirty days?""",
    "kubernetes": """kubernetes, k8s, kubectl, pod, pods, node, nodes, helm, cluster, clusters,
        namespace, container, containers, docker, crash loop, crash looping, crashloop,
        crash loop back off, oom, oom killed, oomkilled, replicas, scale, scaling, autoscaling,
        autoscaler, scale up, scale down, scale out, hpa, quota, drain, cordon, evict, evicted,
        taint, ingress, daemonset, statefulset, kubelet, eks, gke, aks, workload?, image pull,
        image pull back off, pending?, pvc, persistent volume, k3s, openshift, restart?,
        keep restarting, keeps restarting, deployment?, rolling restart, resource limit,
        more copies, configmap, sidecar, orchestrator, worker node""",
    "incident": """incident, incidents, outage, outages, alert, alerts, alerting, on call, oncall,
        pager, paging, pagerduty, down, broken, triage, mitigate, mitigation, postmortem,
        post mortem, root cause, status page, sev1, sev 1, p1, emergency, urgent, escalate?,
        not working, stopped working, does not work, cannot log in, unable to, unavailable,
        what is going on, wake, woke, woken, went wrong, go wrong, customers cannot, users cannot,
        nobody can, war room, coordinate, severity, acknowledge, degradation, degraded, fails?,
        failing?, fail?, fix?, respond, responder, firefight, fire?, crisis, get it back, blame?,
        lessons learned, learn from, affected, impact, happened?, night duty, duty, production is,
        everything is, timeline""",
    "data": """data, dataset, sync, synchronise, synchronize, synchronisation, etl, elt, import,
        imports, export, exports, csv, xml, json, parquet, feed, crm, erp, warehouse, salesforce,
        hubspot, bigquery, snowflake, airtable, stripe?, duplicate, duplicates, dedupe,
        deduplicate, deduplication, clean up, transfer, extract, transform, ingest, api, poll,
        polling, spreadsheet, excel, google sheet, sheet, records, contacts, customer list,
        address book, move?, moves, twice, mismatch, in step, in sync, out of sync, both systems,
        two systems, same in both, between systems, from one system, over to, new items, rows?,
        upload, download, customers?, orders?, products?, leads, mailing list, normalise,
        normalize, format?, fields?, fetch, nightly load, load into, into the""",
    "watch": """poll, polling, changes, changed, change, watch, watching, scrape, scraping, crawl,
        web page, website, pricing page, tell me when, look for changes, keep an eye,
        when it changes, as soon as, new entries, check for new, new version appears""",
    "documentation": """documentation, docs, document, documents, readme, guide, guides, tutorial,
        runbook, runbooks, manual, how to, wiki, api reference, reference?, instruction,
        instructions, step by step, write?, writing, put in writing, in writing, write down,
        newcomer, newcomers, onboarding, beginner, beginners, new hire, new hires, new joiner,
        getting started, faq, broken link, dead link, links?, spelling, typo, describe, handbook,
        examples?, docstring, walkthrough, walk through, explain?, explains, understand?,
        endpoint?, parameters?, glossary, knowledge base, article?, user manual, text?,
        page explaining, confluence, howto, how do i, screenshots""",
    "cleanup": """clean up, cleanup, clean, tidy, prune, purge, old files, remove, delete, stale,
        junk, garbage, free space, free up, throw away, obsolete, leftover, orphaned, temp files""",
    "test": """test, tests, testing, unit test, coverage, qa, flaky, regression, e2e, end to end,
        selenium, playwright, load test, smoke test, assertion, pytest""",
    "code": """code, source code, refactor, bug, function?, class?, pull request, code review,
        review, lint, linter, repository, repo, git, commit, branch?, merge, python, java,
        typescript, rust, programming, developer, implement, patch?""",
    "support": """support, ticket, tickets, helpdesk, help desk, complaint, zendesk,
        customer question, customer service, enquiry, satisfaction""",
    "web": """website, web site, web page, html, css, frontend, landing page, browser, seo""",
    "accounting": """accounting, accountant, ledger, bookkeeping, payroll, tax, taxes, vat,
        payable, receivable, invoice, expense report, reconcile""",
    "marketing": """marketing, campaign, newsletter, seo, social media, advertisement, ads, blog,
        brand, audience, twitter, linkedin""",
    "hiring": """hiring, recruit, recruiting, candidate?, interview, cv, resume, applicant,
        vacancy, human resources, hr, employee, vacation, holiday, sick leave""",
    "calendar": """calendar, appointment, meeting, schedule a meeting, invite, agenda,
        availability, book a room, reschedule""",
    "translation": """translate, translation, translator, language, german, french, spanish,
        japanese, localisation, localization, i18n""",
    "machine learning": """machine learning, ml, model training, train a model, neural, inference,
        embedding, classifier, gpu, fine tune, prediction, dataset""",
    "storage": """storage, disk usage, nfs, volume, raid, filesystem, file system, inode, quota?,
        mount, nas, san, zfs, directory, directories, folder""",
    "identity": """identity, login, sso, single sign on, ldap, active directory, user account,
        user accounts, permissions, role, roles, access rights, mfa, two factor, offboarding,
        provision users, group membership""",
    "queue": """queue, kafka, rabbitmq, consumer, producer, message broker, topic lag,
        dead letter, backlog, celery""",
    "observability": """observability, prometheus, grafana, alertmanager, tracing, opentelemetry,
        datadog, dashboards, slo, sli, error budget, threshold""",
})  # fmt: skip


@cache
def phrases() -> Mapping[tuple[str, ...], tuple[tuple[str, float], ...]]:
    """By the stems of a phrase, one to LONGEST_PHRASE: the matters it points to, how strongly.

    A phrase that points to several matters counts less for each.
    """
    found: dict[tuple[str, ...], dict[str, float]] = {}
    for matter, listed in MATTERS.items():
        for entry in listed.split(","):
            phrase = entry.strip()
            strength = WEAK if phrase.endswith("?") else STRONG
            key = tuple(stems(phrase.rstrip("?")))
            kept = found.setdefault(key, {})
            kept[matter] = max(kept.get(matter, 0.0), strength)
    return MappingProxyType(
        {
            key: tuple(
                (matter, strength / len(matters) ** 0.5) for matter, strength in matters.items()
            )
            for key, matters in found.items()
        }
    )


def matters_of(stemmed: list[str]) -> dict[str, dict[str, float]]:
    """The matters that a text speaks of: by matter, the phrases that say so and how strongly."""
    table = phrases()
    found: dict[str, dict[str, float]] = {}
    for start in range(len(stemmed)):
        for length in range(min(LONGEST_PHRASE, len(stemmed) - start), 0, -1):
            for matter, strength in table.get(tuple(stemmed[start : start + length]), ()):
                said = " ".join(stemmed[start : start + length])
                kept = found.setdefault(matter, {})
                kept[said] = max(kept.get(said, 0.0), strength * (1 + 0.25 * (length - 1)))
    return found


@cache
def entries(matter: str) -> tuple[str, ...]:
    """The words and phrases that point to a matter, as they are written."""
    listed = MATTERS.get(matter, "").split(",")
    return tuple(dict.fromkeys(" ".join(entry.split()).rstrip("?") for entry in listed))

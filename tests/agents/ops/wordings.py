"""What ops understands, and what it refuses: prompts as people write them."""

from __future__ import annotations

from typing import Any

UNDERSTOOD: list[tuple[str, list[tuple[str, dict[str, Any]]]]] = [
    # Whether the limit itself is an alarm is in the words.
    *(
        (
            prompt,
            [
                (
                    "system_health",
                    {"cpu_percent": 80, **({"reached": ["cpu_percent"]} if at else {})},
                )
            ],
        )
        for prompt, at in (
            ("alert if CPU is above 80%", False),
            ("alert if CPU is over 80%", False),
            ("alert if CPU is more than 80%", False),
            ("alert if CPU exceeds 80%", False),
            ("alert if CPU >= 80%", True),
            ("alert if CPU is at least 80%", True),
            ("alert when CPU reaches 80%", True),
            ("alert when CPU hits 80%", True),
            ("alert if CPU is 80% or more", True),
            ("make sure CPU is 80% or less", False),
            ("make sure CPU is below 80%", True),
            ("make sure CPU is under 80%", True),
            ("make sure CPU is less than 80%", True),
            ("make sure CPU < 80%", True),
            ("make sure CPU <= 80%", False),
            ("make sure CPU is at most 80%", False),
            ("make sure CPU does not exceed 80%", False),
            ("CPU must stay within 80%", False),
        )
    ),
    (
        "alert if free memory is 10% or less",
        [("system_health", {"memory_percent": 90, "reached": ["memory_percent"]})],
    ),
    ("warn if less than 10% of the disk is free", [("disk_space", {"disk_percent": 90})]),
    (
        "warn if at most 10% of the disk is free",
        [("disk_space", {"disk_percent": 90, "reached": ["disk_percent"]})],
    ),
    (
        "alert when the disk reaches 100% and memory is above 90%",
        [
            (
                "system_health",
                {"disk_percent": 100, "memory_percent": 90, "reached": ["disk_percent"]},
            )
        ],
    ),
    (
        "make an archive of ~/projects in /mnt/nas/archives, keep the last 14",
        [("backup_directory", {"path": "~/projects", "target": "/mnt/nas/archives", "keep": 14})],
    ),
    (
        "create a tar.gz backup of /home/ada in /mnt/usb",
        [("backup_directory", {"path": "/home/ada", "target": "/mnt/usb", "format": "tar.gz"})],
    ),
    ("back up everything in /etc", [("backup_directory", {"path": "/etc"})]),
    ("Back up every SQLite file under /srv", [("backup_sqlite", {"paths": ["/srv"]})]),
    (
        "back up the sqlite database /srv/app.db in /backup",
        [("backup_sqlite", {"paths": ["/srv/app.db"], "target": "/backup"})],
    ),
    (
        "check all git repos in /srv and fail if any is behind its upstream",
        [("git_status", {"path": "/srv", "behind_is_alarm": True})],
    ),
    (
        'fail if "backup done" is missing from /var/log/backup.log',
        [
            (
                "log_scan",
                {"paths": ["/var/log/backup.log"], "pattern": "backup done", "min_matches": 1},
            )
        ],
    ),
    (
        'search /var/log/syslog for "Out of memory" and alert if found',
        [
            (
                "log_scan",
                {"paths": ["/var/log/syslog"], "pattern": "Out of memory", "max_matches": 0},
            )
        ],
    ),
    ("Check system health and alert if CPU > 80%", [("system_health", {"cpu_percent": 80})]),
    ("Check system health and alert if CPU > 80%.", [("system_health", {"cpu_percent": 80})]),
    (
        "alert me when memory is above 90 percent or disk over 95%",
        [("system_health", {"memory_percent": 90, "disk_percent": 95})],
    ),
    ("Run daily backup of all databases.", [("backup_databases", {})]),
    ("Generate weekly analytics report.", [("job_report", {"days": 7})]),
    (
        "check that https://example.org answers 200 within 2 seconds and contains 'ok'",
        [
            (
                "http_check",
                {"url": "https://example.org", "status": 200, "contains": "ok", "max_seconds": 2},
            )
        ],
    ),
    (
        "warn 14 days before the TLS certificate of example.org expires",
        [("tls_certificate", {"host": "example.org", "days": 14})],
    ),
    ("is port 5432 on db1 open?", [("tcp_port", {"host": "db1", "ports": [5432]})]),
    (
        "back up /srv/www to /backup and keep 7 copies",
        [("backup_directory", {"path": "/srv/www", "target": "/backup", "keep": 7})],
    ),
    (
        "delete files in /tmp/x older than 30 days",
        [("clean_up_files", {"path": "/tmp/x", "older_than_days": 30})],
    ),
    ("find the 10 biggest directories under /var", [("disk_usage", {"path": "/var", "limit": 10})]),
    (
        "scan /var/log/*.log for errors in the last 24 hours",
        [("log_scan", {"paths": ["/var/log/*.log"], "hours": 24})],
    ),
    ("is nginx running?", [("service_status", {"services": ["nginx"]})]),
    ("check that service ssh is active", [("service_status", {"services": ["ssh"]})]),
    (
        "which git repositories in ~/src have uncommitted changes",
        [("git_status", {"path": "~/src"})],
    ),
    ("top 5 processes by memory", [("processes", {"sort": "memory", "limit": 5})]),
    ("disk usage of /var", [("disk_usage", {"path": "/var"})]),
    ("Check CPU, memory and disk", [("system_health", {})]),
    (
        "Make sure CPU usage stays below 85%",
        [("system_health", {"cpu_percent": 85, "reached": ["cpu_percent"]})],
    ),
    ("warn us if less than 10% of disk space is free", [("disk_space", {"disk_percent": 90})]),
    (
        "alert if less than 10 GB free on /data",
        [("disk_space", {"path": "/data", "free_bytes": 10000000000})],
    ),
    ("alert when free memory drops below 15%", [("system_health", {"memory_percent": 85})]),
    ("is the server healthy?", [("system_health", {})]),
    (
        "notify the ops team if RAM usage exceeds 75 percent",
        [("system_health", {"memory_percent": 75})],
    ),
    ("Fail if swap usage is more than 50%", [("system_health", {"swap_percent": 50})]),
    (
        "monitor cpu and memory and alert when either goes over 90%",
        [("system_health", {"cpu_percent": 90, "memory_percent": 90})],
    ),
    ("Check that the disk has at least 20% free space", [("disk_space", {"disk_percent": 80})]),
    ("alert if load per core > 1.5", [("system_health", {"load_per_core": 1.5})]),
    ("how full are the disks?", [("disk_space", {})]),
    ("alert if /var is more than 85% full", [("disk_space", {"path": "/var", "disk_percent": 85})]),
    (
        "Check disk space on / and /home, warn above 80%",
        [
            ("disk_space", {"path": "/", "disk_percent": 80}),
            ("disk_space", {"path": "/home", "disk_percent": 80}),
        ],
    ),
    ("Is redis up?", [("service_status", {"services": ["redis"]})]),
    (
        "Are nginx and postgresql running?",
        [("service_status", {"services": ["nginx", "postgresql"]})],
    ),
    (
        "verify that docker.service is active",
        [("service_status", {"services": ["docker.service"]})],
    ),
    ("alert me if sshd is not running", [("service_status", {"services": ["sshd"]})]),
    ("check the status of the cron service", [("service_status", {"services": ["cron"]})]),
    ("Show the ten processes using the most CPU", [("processes", {"sort": "cpu", "limit": 10})]),
    ("which processes use the most memory?", [("processes", {"sort": "memory"})]),
    ("is the process postgres running?", [("processes", {"name": "postgres", "must_run": True})]),
    (
        "check https://example.org/health and http://localhost:8080/ping",
        [
            ("http_check", {"url": "https://example.org/health"}),
            ("http_check", {"url": "http://localhost:8080/ping"}),
        ],
    ),
    ("make sure https://example.org is up", [("http_check", {"url": "https://example.org"})]),
    (
        "alert if https://example.org does not return 200",
        [("http_check", {"url": "https://example.org", "status": 200})],
    ),
    (
        "https://example.org should respond with 204 in under 500 ms",
        [("http_check", {"url": "https://example.org", "status": 204, "max_seconds": 0.5})],
    ),
    (
        'Verify http://127.0.0.1:8000/ returns status code 200 and includes "pong"',
        [("http_check", {"url": "http://127.0.0.1:8000/", "status": 200, "contains": "pong"})],
    ),
    ("is example.org up?", [("http_check", {"url": "https://example.org"})]),
    (
        "ping https://example.org every 5 minutes and alert me if it is down",
        [("http_check", {"url": "https://example.org"})],
    ),
    (
        "check the SSL certificate for example.org:8443, alert if it expires within 30 days",
        [("tls_certificate", {"host": "example.org", "port": 8443, "days": 30})],
    ),
    (
        "when does the certificate of example.org expire?",
        [("tls_certificate", {"host": "example.org"})],
    ),
    (
        "make sure the TLS cert of mail.example.org is valid for at least 3 weeks",
        [("tls_certificate", {"host": "mail.example.org", "days": 21})],
    ),
    (
        "are ports 80 and 443 open on web1.example.org?",
        [("tcp_port", {"host": "web1.example.org", "ports": [80, 443]})],
    ),
    ("check that port 22 is reachable", [("tcp_port", {"ports": [22]})]),
    ("is db1:5432 reachable?", [("tcp_port", {"host": "db1", "ports": [5432]})]),
    (
        "alert if port 23 is open on 10.0.0.5",
        [("tcp_port", {"host": "10.0.0.5", "ports": [23], "open": False})],
    ),
    (
        "make sure port 3306 on db2 is closed",
        [("tcp_port", {"host": "db2", "ports": [3306], "open": False})],
    ),
    (
        'Back up the folder "/srv/my www" into /mnt/backup as tar.gz, keeping the last 14 archives',
        [
            (
                "backup_directory",
                {"path": "/srv/my www", "target": "/mnt/backup", "format": "tar.gz", "keep": 14},
            )
        ],
    ),
    ("please take a backup of /etc every night at 2am", [("backup_directory", {"path": "/etc"})]),
    (
        "Archive ~/projects to /backup",
        [("backup_directory", {"path": "~/projects", "target": "/backup"})],
    ),
    (
        "backup /srv/a, /srv/b and /etc to /backup",
        [
            ("backup_directory", {"path": "/srv/a", "target": "/backup"}),
            ("backup_directory", {"path": "/srv/b", "target": "/backup"}),
            ("backup_directory", {"path": "/etc", "target": "/backup"}),
        ],
    ),
    (
        "back up all databases to /backup/db and keep 30 copies",
        [("backup_databases", {"target": "/backup/db", "keep": 30})],
    ),
    ("nightly database backup", [("backup_databases", {})]),
    (
        "Back up the SQLite database /srv/app/app.db to /backup",
        [("backup_sqlite", {"paths": ["/srv/app/app.db"], "target": "/backup"})],
    ),
    (
        "back up the postgres databases orders and billing on db1 to /backup",
        [
            (
                "backup_postgresql",
                {"databases": ["orders", "billing"], "host": "db1", "target": "/backup"},
            )
        ],
    ),
    (
        "Clean up /var/tmp/cache: remove files older than 2 weeks",
        [("clean_up_files", {"path": "/var/tmp/cache", "older_than_days": 14})],
    ),
    (
        "really delete files in /tmp/x older than 30 days",
        [("clean_up_files", {"path": "/tmp/x", "older_than_days": 30, "dry_run": False})],
    ),
    (
        "delete *.log files in /var/log/app older than 14 days and larger than 10 MB",
        [
            (
                "clean_up_files",
                {
                    "path": "/var/log/app",
                    "older_than_days": 14,
                    "patterns": ["*.log"],
                    "min_bytes": 10000000,
                },
            )
        ],
    ),
    (
        "Remove log files older than 2 weeks from /var/log/app",
        [
            (
                "clean_up_files",
                {"path": "/var/log/app", "older_than_days": 14, "patterns": ["*.log", "*.log.*"]},
            )
        ],
    ),
    (
        "purge /tmp/x/*.tmp older than 7 days, for real",
        [
            (
                "clean_up_files",
                {"path": "/tmp/x", "older_than_days": 7, "patterns": ["*.tmp"], "dry_run": False},
            )
        ],
    ),
    (
        "show what would be deleted in /tmp/x older than 1 week",
        [("clean_up_files", {"path": "/tmp/x", "older_than_days": 7})],
    ),
    (
        "delete files older than 90 days from /srv/uploads, no dry run",
        [("clean_up_files", {"path": "/srv/uploads", "older_than_days": 90, "dry_run": False})],
    ),
    (
        'search /var/log/syslog for "out of memory" in the last hour',
        [("log_scan", {"paths": ["/var/log/syslog"], "pattern": "out of memory", "hours": 1})],
    ),
    ("are there any errors in /var/log/app.log?", [("log_scan", {"paths": ["/var/log/app.log"]})]),
    (
        "alert if /var/log/app/*.log contains more than 5 errors in the last 24 hours",
        [("log_scan", {"paths": ["/var/log/app/*.log"], "hours": 24, "max_matches": 5})],
    ),
    (
        "grep the logs in /var/log/nginx for timeout",
        [("log_scan", {"paths": ["/var/log/nginx"], "pattern": "timeout"})],
    ),
    ("look for exceptions in ./logs/app.log", [("log_scan", {"paths": ["./logs/app.log"]})]),
    (
        "count warnings in /var/log/app.log",
        [("log_scan", {"paths": ["/var/log/app.log"], "pattern": "\\bwarn(ing)?"})],
    ),
    ("git status of ~/src", [("git_status", {"path": "~/src"})]),
    (
        "make sure all git repos under /srv/git are committed and pushed",
        [("git_status", {"path": "/srv/git", "dirty_is_alarm": True, "unpushed_is_alarm": True})],
    ),
    ("find unpushed commits in ~/src", [("git_status", {"path": "~/src"})]),
    ("report on all jobs of the last 30 days", [("job_report", {"days": 30})]),
    ("which jobs failed this week?", [("job_report", {"days": 7})]),
    ("monthly report", [("job_report", {"days": 30})]),
    ("daily summary of job runs", [("job_report", {"days": 1})]),
    ("how big is /srv?", [("disk_usage", {"path": "/srv"})]),
    ("what takes up space in /home?", [("disk_usage", {"path": "/home"})]),
    (
        "list the 20 largest files in /srv",
        [("disk_usage", {"path": "/srv", "limit": 20, "files": True})],
    ),
    (
        "alert if /srv/cache is larger than 50 GB",
        [("disk_usage", {"path": "/srv/cache", "max_bytes": 50000000000})],
    ),
    (
        "Check system health and then back up /srv/www to /backup",
        [("system_health", {}), ("backup_directory", {"path": "/srv/www", "target": "/backup"})],
    ),
    (
        "Check system health, list the top 5 processes by memory and show disk usage of /var",
        [
            ("system_health", {}),
            ("processes", {"sort": "memory", "limit": 5}),
            ("disk_usage", {"path": "/var"}),
        ],
    ),
    (
        "1. Check system health\n2. Run backup of all databases\n3. Generate weekly report",
        [("system_health", {}), ("backup_databases", {}), ("job_report", {"days": 7})],
    ),
    (
        "Is nginx running and is port 80 open?",
        [("service_status", {"services": ["nginx"]}), ("tcp_port", {"ports": [80]})],
    ),
    (
        "Back up /srv/www to /backup. Keep 7 copies. Then delete files in /tmp older than 3 days.",
        [
            ("backup_directory", {"path": "/srv/www", "target": "/backup", "keep": 7}),
            ("clean_up_files", {"path": "/tmp", "older_than_days": 3}),
        ],
    ),
    ("If CPU is above 90% alert me", [("system_health", {"cpu_percent": 90})]),
    (
        "Please check whether https://example.org is reachable",
        [("http_check", {"url": "https://example.org"})],
    ),
    ("Hello! Could you check the health of this machine, please? Thanks.", [("system_health", {})]),
    (
        "alert if /srv/cache is larger than 50 GB",
        [("disk_usage", {"path": "/srv/cache", "max_bytes": 50000000000})],
    ),
    (
        "make sure memory usage is under 90 percent",
        [("system_health", {"memory_percent": 90, "reached": ["memory_percent"]})],
    ),
    ("check that CPU is at most 70%", [("system_health", {"cpu_percent": 70})]),
    ("Is there enough disk space on /srv?", [("disk_space", {"path": "/srv"})]),
    ("check the load average", [("system_health", {})]),
    (
        "tell me if the website https://example.org is down",
        [("http_check", {"url": "https://example.org"})],
    ),
    ("list the 5 largest directories in /opt", [("disk_usage", {"path": "/opt", "limit": 5})]),
]

REFUSED = [
    "",
    "   ",
    "...",
    "😀 x",
    "do not back up /srv/www to /backup",
    "Don't check system health",
    "never delete files in /tmp/x older than 30 days",
    "write a poem",
    "write a poem about disk usage",
    "deploy branch main",
    "rm -rf everything",
    "rm -rf /",
    "restart nginx",
    "Restart the nginx service if it is down",
    "kill the top 5 processes by memory",
    "back up",
    "back up the website",
    "delete old files",
    "clean up /tmp",
    "delete everything in /tmp",
    "Generate weekly sales report",
    "Check system health of db1.example.org",
    "check system health and send the results to Slack",
    "email me the weekly report",
    "if nginx is not running then back up /srv/www to /backup",
    "back up /srv/www to /backup if disk usage is below 80%",
    "back up all mysql databases",
    "delete draft files in /tmp older than 3 days",
    "delete files in /tmp/x older than 30 days except *.log",
    "delete files in /tmp/x newer than 3 days",
    "Summarize the news",
    "What is the capital of France?",
    "translate /etc/motd to German",
    "scan for errors",
    "is port open?",
    "upload /srv/www to s3://bucket/x",
    "drop all databases",
    "restore the database backup",
    "echo hello; rm -rf /tmp/x",
    "back up $HOME/x to /backup",
    "delete files in /tmp/x",
    "alert if cpu < 5%",
    "make sure CPU is above 80%",
    "check system health and deploy branch main",
    "download https://example.org/file.zip",
    "check that https://example.org answers 200 for 3 weeks",
    "stop nginx",
    "fix the failing jobs",
    "is it going to rain tomorrow?",
    "certificate",
    "if nginx is down alert me and back up /srv/www to /backup",
    "install htop and check system health",
    "skip the backup of /srv/www",
]

"""What every request may say, whatever tool it is for: when it runs, and whom to alert of what."""

from __future__ import annotations

from jobs_tui.agents.ops.reading import Reading

_DAYS = r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)days?"
_CLOCK = (
    r"(?: at (?:{time|number}|noon|midnight|night|(?:start|end|beginning) of (?:day|week|month)))?"
)
_SCHEDULES = (
    r"(?:on )?(?:every|each) (?:single |other )?(?:day|night|morning|evening|afternoon|noon|midnight|"
    rf"hour|minute|week|month|quarter|year|weekday|weekend|working day|{_DAYS})(?: and {_DAYS})*"
    + _CLOCK,
    r"every {duration}" + _CLOCK,
    r"(?:once|twice|{number} times) (?:a|per|every|each)? ?(?:{duration}|day|hour|week|month|night)"
    + _CLOCK,
    rf"on (?:weekdays|weekends|working days|{_DAYS})(?: and {_DAYS})*" + _CLOCK,
    r"(?:hourly|daily|nightly|weekly|monthly|quarterly|yearly|periodically|regularly|continuously|"
    r"tonight|overnight|today|now)" + _CLOCK,
    r"at {time}(?: (?:utc|every day|daily|each day|on weekdays))?",
    r"at (?:noon|midnight|night)",
)
"""The job's trigger decides when: a prompt may repeat it."""

WHOM = (
    r"(?: (?:me|us|someone|somebody|everyone|admins?|administrators?|operators?|on-call|"
    r"(?:on-call |ops |devops |whole |infra |sre |platform )?(?:team|engineers?|people|staff)))?"
)
_ALERT = (
    r"(?:(?:alert|alarm|warn|notify|inform|tell|page|ping|flag|shout|complain|fail|scream)"
    + WHOM
    + r"|"
    r"let" + WHOM + r" know|"
    r"(?:send|trigger|raise|sound|give|fire|create|issue|emit|throw)" + WHOM + r" ?(?:an )?"
    r"(?:alerts?|alarms?|warnings?|notifications?|red flag|error)(?: to" + WHOM + r")?)"
    r"(?: immediately| at once| right away| as soon as possible| loudly| job| run)?"
)
_WHEN = r"(?:as soon as|in case(?: of)?|if ever|if|when|whenever|once|should|on|about|of)(?: any(?: of)?| all| one of)?"
_BAD = (
    r"(?:not|it is not|they are not|it does not|one is not|any is not|any of them is not|"
    r"something is wrong|anything is wrong|"
    r"(?:it|this|that|check|any check|they|one|any|any of them|something|anything) "
    r"(?:fails?|is down|are down|is not|are not|does not|do not|goes wrong|breaks|is wrong|"
    r"looks wrong|is off|is broken|is bad|has failed|crashed|is dead|stopped|has stopped|is stopped))"
)
_CHECK = (
    r"(?:check|verify|confirm|ensure|make sure|test|monitor|assert|see to it|guarantee|be sure)"
)
_ASK = r"(?:check|see|tell(?: me| us)?|find out|test|know|show(?: me)?|verify|determine|look)"


def mode(reading: Reading) -> str:
    """Which way conditions are meant; explains nothing.

    ``alert``: they are what is wrong (``alert if ...``). ``ensure``: they are what must hold
    (``make sure that ...``). ``ask``: it is not said.
    """
    if reading.has(_ALERT + r" unless"):
        return "ensure"
    if reading.has(rf"{_ALERT} {_WHEN}") or (
        reading.has(_ALERT) and reading.has(r"(?:if|when|whenever|as soon as|in case|should)")
    ):
        bad = reading.has(rf"{_ALERT} (?:if|when|whenever|in case|once) {_BAD}")
        return (
            "ensure"
            if bad or reading.has(rf"(?:otherwise|else|or else|if not) {_ALERT}")
            else "alert"
        )
    ensured = r"(?:ensure|make sure|see to it|must|should|needs to|has to|guarantee|be sure)"
    return "ensure" if reading.has(rf"(?:{_CHECK} that|{ensured})") else "ask"


def schedules(reading: Reading) -> None:
    """Explain what says when the job runs."""
    for pattern in _SCHEDULES:
        reading.take_all(pattern)


def alerts(reading: Reading) -> None:
    """Explain words about alerting: the run fails when something is wrong, the job's alerts tell.

    Only for tools that change nothing: they have nothing that a condition could hold back.
    """
    reading.take_all(rf"(?:otherwise|else|or else|or|if not|if so)(?: then)? {_ALERT}")
    reading.take_all(rf"{_ALERT} (?:otherwise|else|if not)")
    reading.take_all(rf"{_ALERT} (?:if|when|whenever|in case|once) {_BAD}")
    reading.take_all(rf"(?:if|when|whenever|in case|once) {_BAD}(?: then)? {_ALERT}")
    reading.take_all(rf"{_ALERT} unless")
    reading.take_all(rf"{_ASK} (?:if|whether)(?: or not)?(?: any(?: of)?)?")
    reading.take(r"when (?:does|do|will|did|is|are)")
    if reading.has(_ALERT):
        reading.take_all(rf"{_ALERT} {_WHEN}")
        reading.take(r"(?:if|when|whenever|in case|as soon as|should|once)(?: any(?: of)?| ever)?")
        reading.take_all(_ALERT)

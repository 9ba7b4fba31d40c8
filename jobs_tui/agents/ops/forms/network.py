"""Forms of the tools that ask over the network: HTTP, certificates, ports."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from jobs_tui.agents.ops import common
from jobs_tui.agents.ops.form import Filled, Form, Unfit, plain, whole_days
from jobs_tui.agents.ops.forms.machine import is_name
from jobs_tui.agents.ops.reading import Reading
from jobs_tui.agents.ops.things import Token
from jobs_tui.agents.ops.words import ABOVE, BELOW

_ANSWERS = (
    r"(?:answers?|answering|answered|returns?|returning|responds?|responding|replies|reply|gives?|"
    r"yields?|serves?|delivers?|loads?|works?|is|gets?|sends?|has|shows?|expects?|expecting)"
)
_NOT = r"(?:does not|do not|is not|not|fails to|stops?|can not|never|no longer)"
_CODE = r"(?:(?:http |https )?(?:status|response)?(?: ?code)? ?)"
_TAKES = r"(?:(?:it |response |request |answer )?(?:takes?|responds?|answers?|is|loads?|response time|latency)(?: in| is)? )?"


def _http(reading: Reading) -> Filled:
    mode = common.mode(reading)
    assumed = ""
    urls = [token.raw for token in reading.things("url")]
    arguments: dict[str, Any] = {}
    if not urls:
        if not reading.has(
            rf"(?:website|site|http|https|url|web|page|endpoint|{_ANSWERS}|up|online|reachable) .*"
            r"|.* (?:website|site|http|https|url|up|online|reachable|down|answers?|responds?|works?)"
        ) or reading.has(r".*(?:ports?|tcp|certificates?|certs?|tls|ssl|expires?)"):
            raise Unfit("HTTP check needs an address, such as https://example.org.")
        urls = [f"https://{token.raw}" for token in reading.things("host")]
        if reading.has(r"website|site|http|https|url|web|page|endpoint|returns?|status"):
            urls += [f"http://{token.raw}" for token in reading.things("endpoint")]
        if not urls:
            raise Unfit("HTTP check needs an address, such as https://example.org.")
        assumed = f"Read as {' and '.join(urls)}."
    wrong_way = _status(reading, mode, arguments)
    wrong_way = _contents(reading, mode, arguments) or wrong_way
    for pattern in (
        r"(?:with )?(?:an? )?timeout(?: of| is| after|:)? ?{duration}",
        r"(?:give up|time out|times out) after {duration}",
        r"{duration} timeout",
    ):
        if found := reading.take(pattern):
            arguments["timeout"] = plain(found.first.number)
    for pattern in (
        rf"(?:{_NOT} )?{_TAKES}(?:within|in under|in less than|in|under|at most|faster than|{BELOW}|"
        r"not slower than|no slower than|max|maximum)(?: at most)? {duration}",
        rf"{_TAKES}(?:slower|longer|{ABOVE})(?: than)? {{duration}}(?: to (?:answer|respond|reply|load))?",
    ):
        if found := reading.take(pattern):
            arguments["max_seconds"] = plain(found.first.number)
            if arguments["max_seconds"] >= arguments.get("timeout", 10):
                arguments["timeout"] = min(300, plain(found.first.number + 5))
    if reading.take(r"(?:without following|do not follow|no|not following) redirects?"):
        arguments["follow"] = False
    down = reading.take_all(
        rf"(?:is |are |goes |becomes )?(?:down|unreachable|offline|unavailable|dead|broken)|"
        rf"{_NOT} (?:answer(?:ing)?|respond(?:ing)?|reply|load|work(?:ing)?|reachable|up|online|"
        r"available|alive|ok)"
    )
    if wrong_way or (
        down and mode == "ensure" and not reading.has(r"(?:alert|warn|notify|fail) .*")
    ):
        raise Unfit("HTTP check can watch for an address that does not answer as it should.", 1.0)
    return Filled([{"url": url, **arguments} for url in urls], evidence=0.95, note=assumed)


def _status(reading: Reading, mode: str, arguments: dict[str, Any]) -> bool:
    """Reads the status; whether the request is the wrong way round."""
    for pattern, negative in (
        (
            rf"(?:{_NOT} )(?:{_ANSWERS}|answer|return|respond|give)?(?: with)? ?(?:an? )?{_CODE}(?:of |is )?"
            rf"{{number|status}}(?: ok)?",
            True,
        ),
        (
            rf"(?:{_ANSWERS} )?(?:with )?(?:anything |something |status |code )*"
            r"(?:other than|but|except|different from|!=) {number|status}",
            True,
        ),
        (
            rf"(?:{_ANSWERS} )?(?:with )?(?:an? )?{_CODE}(?:of |is |= |: )?(?:{{number|status}})(?: ok)?",
            False,
        ),
    ):
        found = reading.take(pattern)
        if found is None:
            continue
        token = found.tokens[-1]
        if token.kind == "number":
            if not (100 <= token.number <= 599 and token.number == int(token.number)):
                reading.give_back(found)
                return False
            arguments["status"] = int(token.number)
        elif not token.raw.startswith("2"):
            raise Unfit(f"HTTP check cannot expect {token.raw}: name one status.", 1.0)
        return negative == (mode == "ensure") if mode != "ask" else negative
    return False


def _contents(reading: Reading, mode: str, arguments: dict[str, Any]) -> bool:
    """Reads what the body must hold; whether the request is the wrong way round."""
    verb = (
        r"(?:contains?|containing|includes?|including|has|have|having|shows?|mentions?|says?|with)"
    )
    what = r"(?:(?:text|word|phrase|string|body|content|words|title|keyword)(?: of)? )*"
    for pattern, negative in (
        (rf"{_NOT} {verb} {what}{{quoted|name}}", True),
        (rf"{verb} {what}{{quoted}}", False),
        (rf"(?:contains?|containing|includes?|mentions?) {what}{{name}}", False),
    ):
        if found := reading.take(pattern):
            arguments["contains"] = found.first.raw
            return negative == (mode == "ensure") if mode != "ask" else negative
    return False


_HOST = r"{host|endpoint|url|name}"


def _hosts(reading: Reading, introduced_by: str) -> list[Token]:
    """Hosts that stand behind a preposition, and all things that are hosts by themselves."""
    found = reading.things("host|endpoint|url")
    if not found:
        for match in reading.take_all(
            rf"(?:{introduced_by})(?: (?:host|server|machine|domain|site|website))? {{name}}"
        ):
            if is_name(match.first.raw) and not match.first.is_thing:
                found.append(match.first)
            else:
                reading.give_back(match)
    return found


def _tls(reading: Reading) -> Filled:
    arguments: dict[str, Any] = {}
    if found := reading.take(r"(?:on |at )?(?:tcp )?port {number}"):
        arguments["port"] = plain(found.first.number)
    expires = r"(?:(?:it|they|certificate|cert|tls|ssl) )*(?:expires?|expiring|expiry|expiration|runs? out|ends?)"
    for pattern in (
        r"{duration} (?:before|ahead of|prior to|in advance of)(?: (?:any|all|tls|ssl|https|certificates?|certs?))*"
        r"(?: (?:of|for|on|at) {host|endpoint|url|name})?(?: (?:expires?|expiry|expiration|expiring))?",
        r"{duration} (?:in advance|ahead|before|early|earlier|beforehand)",
        r"(?:(?:is|are) )?(?:valid|good)(?: for)?(?: at least| more than| another| longer than| over)? {duration}(?: more| longer)?",
        rf"(?:has|have|with)?(?: {ABOVE}| {BELOW})? ?{{duration}} (?:left|remaining|of validity|validity|to go|to live)",
        rf"(?:{expires} )?(?:within|in|{BELOW}|sooner than|earlier than|during)"
        r"(?: (?:next|coming|less than|under|fewer than|at most))* {duration}",
        r"(?:next|coming) {duration}",
        rf"(?:expires? |expiring )?(?:not )?(?:for |in )?{ABOVE} {{duration}}",
    ):
        found = reading.take(pattern)
        if found:
            duration = found.of("duration")
            assert duration is not None
            arguments["days"] = whole_days(duration.number)
            for token in found.tokens:
                if token.kind != "duration":
                    arguments.setdefault("host", token.raw)
            break
    reading.take(r"(?:does|do|will|has|have|is|are)? ?not (?:expired?|expiring|about to expire)")
    reading.take(rf"(?:before|when|if|once|after) {expires}")
    hosts = [arguments.pop("host")] if "host" in arguments else []
    hosts += [token.raw for token in _hosts(reading, "of|for|on|at|from")]
    if not hosts:
        raise Unfit("TLS certificate needs a host, such as example.org.")
    calls = []
    for host in dict.fromkeys(hosts):
        name, port = _split(host)
        calls.append({"host": name, **({"port": port} if port else {}), **arguments})
    return Filled(calls)


def _split(text: str) -> tuple[str, int | None]:
    """Host and port of a host, ``host:port`` or URL."""
    if "://" in text:
        parts = urlsplit(text)
        return parts.hostname or text, parts.port
    host, colon, port = text.rpartition(":")
    return (host, int(port)) if colon and port.isdigit() else (text, None)


_OPEN = (
    r"(?:open|opened|reachable|listening|accepting(?: connections)?|answering|answers?|responding|"
    r"responds?|available|up|accessible|connectable|listens?)"
)
_SHUT = (
    rf"(?:closed|shut|unreachable|down|blocked|firewalled|inaccessible|not {_OPEN}|"
    r"(?:does|do|can) not (?:answer|respond|listen|connect|open|accept))"
)


def _port(reading: Reading) -> Filled:
    mode = common.mode(reading)
    arguments: dict[str, Any] = {}
    ports: list[int] = []
    for found in reading.take_all(
        r"(?:tcp )?ports? (?:number )?{number}(?: (?:(?:and |or )?(?:port )?{number}))*"
    ):
        ports += [int(token.number) for token in found.listed if token.kind == "number"]
    for found in reading.take_all(r"(?:with )?(?:timeout(?: of)?|within|in) {duration}"):
        arguments["timeout"] = plain(found.first.number)
    shut = bool(reading.take(rf"(?:is|are|be|stays?|becomes?|gets?)? ?{_SHUT}"))
    opened = bool(reading.take(rf"(?:is|are|be|stays?|becomes?|gets?)? ?{_OPEN}"))
    if shut or opened:
        should_be_open = opened if mode != "alert" else shut
        if mode == "ask" and shut:
            should_be_open = False
        if not should_be_open:
            arguments["open"] = False
    reading.take(r"can (?:we|i|you|one|it|this machine) (?:connect|reach|talk|open|get)(?: to)?")
    reading.take_all(r"(?:on|of|at) (?:this|local) (?:machine|server|host|system|box)|locally")
    hosts = _hosts(reading, "on|of|at|host|to|reach|machine")
    calls: list[dict[str, Any]] = []
    for token in hosts:
        host, port = _split(token.raw)
        if token.kind == "url" or (port is None and not ports):
            raise Unfit("TCP port needs the number of a port: “is port 22 of db1 open?”.")
        calls.append({"host": host, "ports": [port] if port else ports, **arguments})
    if not hosts and ports:
        calls.append({"ports": ports, **arguments})
    if not calls:
        raise Unfit("TCP port needs the number of a port: “is port 22 of db1 open?”.")
    return Filled(calls, evidence=0.9)


HTTP_CHECK = Form(
    _http,
    "website site page url address endpoint http https web api answer respond reply up reachable"
    " online available alive works working ok okay load health accessible return status code body"
    " response time fast enough successfully",
    ("check that https://example.org answers 200 within 2 seconds and contains 'ok'",),
)
TLS_CERTIFICATE = Form(
    _tls,
    "certificate tls ssl https expire valid expiry host domain site left soon trusted validity date"
    " remaining still long",
    ("warn 14 days before the TLS certificate of example.org expires",),
)
TCP_PORT = Form(
    _port,
    "port tcp open listen reachable connect connection host server accept network reach",
    ("is port 5432 on db1 open?",),
)

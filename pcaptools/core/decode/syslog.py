"""The syslog protocol (RFC 5424), and what was there before it (RFC 3164)."""

from __future__ import annotations

import re
from typing import Any

from pcaptools.core.decode.layer import Cut, Layer, Next, text

FACILITIES = (
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
    "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
)  # fmt: skip
SEVERITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
DEFAULT = 13
"""RFC 3164, 4.3.3: a message without a priority is a notice of a user's program."""
MAX_ELEMENTS = 100

PRIORITY = re.compile(rb"<(\d{1,3})>")
NEW = re.compile(rb"(\d{1,2}) (\S+) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) (?=-|\[)")
"""RFC 5424, 6: version, timestamp, hostname, app-name, procid, msgid."""
OLD = re.compile(
    rb"([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.]{0,10}(?:Z|[+-]\d\d:\d\d)) (\S+) "
    rb"(?:([^\s:\[\]]{1,64})(?:\[(\S{1,64}?)\])?: ?)?"
)
"""RFC 3164, 4.1: timestamp (rsyslog's is newer), hostname, and by custom the program and its process."""
ELEMENT = re.compile(rb'\[([^\s="\]]{1,32})((?: [^\s="\]]{1,32}="(?:[^"\\\]]|\\.)*")*)\]', re.DOTALL)
PARAMETER = re.compile(rb' ([^\s="\]]{1,32})="((?:[^"\\\]]|\\.)*)"', re.DOTALL)
ESCAPED = re.compile(rb'\\(["\\\]])')


class Syslog(Layer):
    """A message. `version` is None in the older form, of which only what is certain is told apart."""

    __slots__ = (
        "app_name", "facility", "hostname", "msg", "msgid", "priority", "procid", "severity", "structured_data",
        "timestamp", "version",
    )  # fmt: skip

    key = "syslog"
    sparse = True
    fields = (
        "priority", "facility", "facility_name", "severity", "severity_name", "version", "timestamp", "hostname",
        "app_name", "procid", "msgid", "structured_data", "msg",
    )  # fmt: skip

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        content = data[start:end]
        found = PRIORITY.match(content)
        self.priority: int | None = int(found[1]) if found else None
        priority = DEFAULT if self.priority is None else self.priority
        self.facility, self.severity = priority >> 3, priority & 7
        self.version: int | None = None
        self.timestamp: str | None = None
        self.hostname: str | None = None
        self.app_name: str | None = None
        self.procid: str | None = None
        self.msgid: str | None = None
        self.structured_data: list[dict[str, Any]] | None = None
        rest = content[found.end() :] if found else content
        new, old = NEW.match(rest), OLD.match(rest)
        if found and new:
            rest = self._read_new(new, rest)
        elif old:
            self.timestamp, self.hostname, self.app_name, self.procid = map(_known, old.groups())
            rest = rest[old.end() :]
        self.msg = text(rest.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n\x00"))

    def _read_new(self, head: re.Match[bytes], rest: bytes) -> bytes:
        self.version = int(head[1])
        self.timestamp, self.hostname, self.app_name, self.procid, self.msgid = map(_known, head.groups()[1:])
        at = head.end()
        if rest[at : at + 1] == b"-":
            at += 1
        else:
            self.structured_data = []
            while (element := ELEMENT.match(rest, at)) and len(self.structured_data) < MAX_ELEMENTS:
                found = {text(name): text(ESCAPED.sub(rb"\1", value)) for name, value in PARAMETER.findall(element[2])}
                self.structured_data.append({"id": text(element[1]), "parameters": found})
                at = element.end()
        return rest[at:].removeprefix(b" ")

    def next(self) -> Next | None:
        """Tell that the text is not all there."""
        if len(self.data) < self.end:
            raise Cut("syslog message cut short", len(self.data))
        return None

    @property
    def facility_name(self) -> str:
        """What kind of program it is."""
        return FACILITIES[self.facility] if self.facility < len(FACILITIES) else "unknown"

    @property
    def severity_name(self) -> str:
        """How bad it is."""
        return SEVERITIES[self.severity]


def _known(field: bytes | None) -> str | None:
    """Return a field's text; None where there is none, or nothing is known (RFC 5424, 6: "-")."""
    return None if field is None or field == b"-" else text(field)

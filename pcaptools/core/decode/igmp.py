"""The Internet Group Management Protocol: versions 1 (RFC 1112), 2 (RFC 2236) and 3 (RFC 3376).

And what shares its protocol number: DVMRP, PIM version 1, multicast traceroute and router discovery.
"""

from __future__ import annotations

from pcaptools.core.decode.bodied import Bodied, Fill
from pcaptools.core.decode.multicast import floating, group_records, query_sources
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import Fields

QUERY, REPORT_V1, DVMRP, PIM, REPORT_V2, LEAVE, REPORT_V3 = 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x22

TYPES = {
    0x01: "Create Group Request", 0x02: "Create Group Reply", 0x03: "Join Group Request",
    0x04: "Join Group Reply", 0x05: "Leave Group Request", 0x06: "Leave Group Reply",
    0x07: "Confirm Group Request", 0x08: "Confirm Group Reply", 0x11: "Membership Query",
    0x12: "Membership Report", 0x13: "DVMRP", 0x14: "PIM version 1", 0x15: "Cisco Trace",
    0x16: "Membership Report", 0x17: "Leave Group", 0x1E: "Multicast Traceroute Response",
    0x1F: "Multicast Traceroute", 0x22: "Membership Report", 0x30: "Multicast Router Advertisement",
    0x31: "Multicast Router Solicitation", 0x32: "Multicast Router Termination",
    0x40: "IGAP Membership Report", 0x41: "IGAP Membership Query", 0x42: "IGAP Leave Group",
}  # fmt: skip
"""node_pcap's words where it has some, else IANA's. 1 to 8 are from version 0 (RFC 988)."""
DVMRP_CODES = {
    1: "Probe", 2: "Report", 3: "Ask Neighbors", 4: "Neighbors", 5: "Ask Neighbors 2", 6: "Neighbors 2",
    7: "Prune", 8: "Graft", 9: "Graft Ack",
}  # fmt: skip
"""draft-ietf-idmr-dvmrp-v3, 3.2."""
PIM_CODES = {
    0: "Query", 1: "Register", 2: "Register-Stop", 3: "Join/Prune", 4: "RP-Reachable", 5: "Assert", 6: "Graft",
    7: "Graft-Ack", 8: "Mode",
}  # fmt: skip
VERSIONS = {REPORT_V1: 1, REPORT_V2: 2, LEAVE: 2, REPORT_V3: 3}


class IGMP(Bodied):
    """An IGMP message. `version` is told by type and length; None where another protocol shares the number.

    `max_response_time` counts tenths of seconds; of DVMRP and PIM the byte is a `code`.
    """

    __slots__ = ("_second", "checksum", "type")

    key = "igmp"
    fields = ("version", "type", "type_desc", "checksum")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "IGMP")
        self.type = read.u8()
        self._second = read.u8()
        self.checksum = read.u16()
        self.read_body(self._read, read)

    @property
    def version(self) -> int | None:
        """The version: of a query by its length (RFC 3376, 7.1), and 2 has a response time."""
        if self.type == QUERY:
            return 3 if self.end - self.start >= 12 else 2 if self._second else 1
        return VERSIONS.get(self.type)

    @property
    def type_desc(self) -> str:
        """What the message is."""
        name = TYPES.get(self.type, f"type {self.type:#04x}")
        codes = {DVMRP: DVMRP_CODES, PIM: PIM_CODES}.get(self.type)
        return f"{name} {codes.get(self._second, f'code {self._second}')}" if codes else name

    def _read(self, read: Reader, body: Fields) -> None:
        if self.version is None:
            body["code"] = self._second
            if self.type in OTHERS:
                OTHERS[self.type](read, body)
            return
        body["max_response_time"] = floating(self._second, 8) if self.version == 3 else self._second
        if self.type == REPORT_V3:
            group_records(read, body, Reader.ipv4)
            return
        body["group_address"] = read.ipv4()
        if self.version == 3:
            query_sources(read, body, Reader.ipv4)


def _traceroute(read: Reader, body: Fields) -> None:
    """draft-ietf-idmr-traceroute-ipm: the code is the number of hops."""
    for name in ("group_address", "source_address", "receiver_address", "response_address"):
        body[name] = read.ipv4()
    body["response_ttl"] = read.u8()
    body["query_id"] = read.u24()


def _router(read: Reader, body: Fields) -> None:
    """RFC 4286, 3: the code is the interval of advertisements."""
    body["query_interval"] = read.u16()
    body["robustness"] = read.u16()


OTHERS: dict[int, Fill] = {0x1E: _traceroute, 0x1F: _traceroute, 0x30: _router}

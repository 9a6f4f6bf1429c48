"""The Dynamic Host Configuration Protocol for IPv6 (RFC 8415)."""

from __future__ import annotations

from typing import Any

from pcaptools.core.decode.dhcpv6options import RELAY_MESSAGE, option, split
from pcaptools.core.decode.layer import Layer, Malformed, Next
from pcaptools.core.decode.reader import Reader

MESSAGES = {
    1: "Solicit", 2: "Advertise", 3: "Request", 4: "Confirm", 5: "Renew", 6: "Rebind", 7: "Reply", 8: "Release",
    9: "Decline", 10: "Reconfigure", 11: "Information-request", 12: "Relay-forw", 13: "Relay-reply", 14: "Leasequery",
    15: "Leasequery-reply", 16: "Leasequery-done", 17: "Leasequery-data", 18: "Reconfigure-request",
    19: "Reconfigure-reply", 20: "DHCPv4-query", 21: "DHCPv4-response", 22: "ActiveLeasequery", 23: "StartTLS",
}  # fmt: skip
RELAYED = (12, 13)


class DHCPv6(Layer):
    """A message; what a relay forwards is the layer inside, and has no `xid` but the addresses of a relay."""

    __slots__ = ("_contents", "_trouble", "hopcount", "linkaddr", "msgtype", "peeraddr", "xid")

    key = "dhcpv6"
    sparse = True
    fields = ("msgtype", "msgtype_name", "xid", "hopcount", "linkaddr", "peeraddr", "options")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "DHCPv6")
        self.msgtype = read.u8()
        self.xid: int | None = None
        self.hopcount: int | None = None
        self.linkaddr: str | None = None
        self.peeraddr: str | None = None
        if self.msgtype in RELAYED:  # RFC 8415, 9
            self.hopcount, self.linkaddr, self.peeraddr = read.u8(), read.ipv6(), read.ipv6()
        else:
            self.xid = read.u24()
        self._contents: list[tuple[int, Reader]] = []
        self._trouble: Malformed | None = None
        try:
            for code, content in split(read):
                if content.end > len(data) and code != RELAY_MESSAGE:
                    content.take(content.left)  # it raises
                self._contents.append((code, content))
        except Malformed as error:
            self._trouble = error

    @property
    def msgtype_name(self) -> str:
        """What kind of message it is."""
        return MESSAGES.get(self.msgtype, "unknown")

    @property
    def options(self) -> list[dict[str, Any]]:
        """The options, each as code, name and value, without the message that is relayed."""
        listed = ((code, content) for code, content in self._contents if code != RELAY_MESSAGE)
        return [option(code, _again(content)) for code, content in listed]

    def next(self) -> Next | None:
        """Go on with what is relayed, or tell what is wrong with the options."""
        if self._trouble is not None:
            raise self._trouble
        for code, content in self._contents:
            if code == RELAY_MESSAGE:
                return Next(DHCPv6, content.at, content.end)
        return None


def _again(read: Reader) -> Reader:
    return Reader(read.data, read.at, read.end, read.what)

"""Links with hardly a header: BSD loopback (NULL, LOOP) and bare IP (RAW, IPV4, IPV6)."""

from __future__ import annotations

from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.decode.layer import Cut, Layer, Malformed, Next, header_bytes

AF_INET = 2
AF_INET6 = frozenset((10, 24, 28, 30))
"""Linux; NetBSD and OpenBSD; FreeBSD; macOS. (dpkt's own decoder takes 10 for Ethernet.)"""


FAMILY_NAMES = {6: "ImpLink", 7: "OSI", 16: "AppleTalk", 17: "route", 23: "IPX", 26: "NATM"}
"""BSD's address families that a loopback may carry, too."""


class Loopback(Layer):
    """Four bytes of address family: NULL in the order of the machine that captured, LOOP in network order.

    A family is a small number, so its order can be seen: that way swapped files need no special case.
    """

    __slots__ = ("family",)

    key = "link"
    fields = ("family",)

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        word = header_bytes(self, 4, "loopback header")
        self.family = min(int.from_bytes(word, "little"), int.from_bytes(word, "big"))

    def next(self) -> Next:
        """Look the address family up."""
        at = self.start + 4
        if self.family == AF_INET:
            return Next(IPv4, at, self.end)
        if self.family in AF_INET6:
            return Next(IPv6, at, self.end)
        name = FAMILY_NAMES.get(self.family)
        told = f"{self.family} ({name})" if name else f"{self.family}"
        return Next(None, at, self.end, f"no decoder for address family {told}")


class BareIP(Layer):
    """No header at all: the IP version says which it is."""

    __slots__ = ()

    key = "link"

    def next(self) -> Next:
        """Look at the version."""
        return by_version(self.data, self.start, self.end)


def by_version(data: bytes, at: int, end: int) -> Next:
    """Tell IPv4 from IPv6 by the first four bits, where nothing else tells."""
    if at >= min(end, len(data)):
        raise Cut("no IP header captured", at) if at < end else Malformed("no IP header", at)
    version = data[at] >> 4
    if version == 4:
        return Next(IPv4, at, end)
    if version == 6:
        return Next(IPv6, at, end)
    return Next(None, at, end, f"no decoder for IP version {version}")

"""The messages of neighbour discovery (RFC 4861) and of its relatives."""

from __future__ import annotations

from pcaptools.core.decode.layer import octets
from pcaptools.core.decode.ndp_options import PREFERENCES, read_options
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import Fields


def read_solicitation(read: Reader, body: Fields) -> None:
    """Router solicitation, and inverse neighbour discovery (RFC 3122): only options."""
    read.skip(4)
    read_options(read, body)


def read_router(read: Reader, body: Fields) -> None:
    """Router advertisement; flags of RFC 6275, 7.1 (home agent) and RFC 4389, 4.1.3.3 (proxy)."""
    body["hop_limit"] = read.u8()
    bits = read.u8()
    preference = bits >> 3 & 3
    body["flags"] = {
        "managed": bits >> 7, "other": bits >> 6 & 1, "home_agent": bits >> 5 & 1, "proxy": bits >> 2 & 1,
    }  # fmt: skip
    body["preference"] = preference
    body["preference_name"] = PREFERENCES[preference]
    body["router_lifetime"] = read.u16()
    body["reachable_time"] = read.u32()
    body["retrans_timer"] = read.u32()
    read_options(read, body)


def read_neighbor_solicitation(read: Reader, body: Fields) -> None:
    """Neighbour solicitation."""
    read.skip(4)
    body["target_address"] = read.ipv6()
    read_options(read, body)


def read_neighbor(read: Reader, body: Fields) -> None:
    """Neighbour advertisement."""
    bits = read.u32()
    body["flags"] = {"router": bits >> 31, "solicited": bits >> 30 & 1, "override": bits >> 29 & 1}
    body["target_address"] = read.ipv6()
    read_options(read, body)


def read_redirect(read: Reader, body: Fields) -> None:
    """Redirect; the packet that it is about is in an option."""
    read.skip(4)
    body["target_address"] = read.ipv6()
    body["destination_address"] = read.ipv6()
    read_options(read, body)


def read_home_agents(read: Reader, body: Fields) -> None:
    """Home agent address discovery (RFC 6275, 6.5 and 6.6); mobile prefix solicitation has the same start."""
    body["id"] = read.u16()
    read.skip(2)
    if read:
        body["addresses"] = []
        while read:
            body["addresses"].append(read.ipv6())


def read_mobile_prefix(read: Reader, body: Fields) -> None:
    """Mobile prefix advertisement (RFC 6275, 6.8)."""
    body["id"] = read.u16()
    bits = read.u16()
    body["flags"] = {"managed": bits >> 15, "other": bits >> 14 & 1}
    read_options(read, body)


def read_path_solicitation(read: Reader, body: Fields) -> None:
    """Certification path solicitation (RFC 3971, 6.4.1)."""
    body["id"] = read.u16()
    body["component"] = read.u16()
    read_options(read, body)


def read_path(read: Reader, body: Fields) -> None:
    """Certification path advertisement (RFC 3971, 6.4.2)."""
    body["id"] = read.u16()
    body["all_components"] = read.u16()
    body["component"] = read.u16()
    read.skip(2)
    read_options(read, body)


def read_duplicate_address(read: Reader, body: Fields) -> None:
    """Duplicate address request and confirmation (RFC 6775, 4.4)."""
    body["status"] = read.u8()
    read.skip(1)
    body["registration_lifetime"] = read.u16()
    body["eui64"] = octets(read.take(8))
    body["registered_address"] = read.ipv6()

"""Contents of DHCP options that have a form of their own, each in its RFC. What is wrong in them raises `Malformed`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pcaptools.core.decode.dnsname import Message
from pcaptools.core.decode.layer import Malformed, text
from pcaptools.core.decode.reader import Reader

Fields = dict[str, Any]
Kind = Callable[[bytes], Any]
MAX_DOMAINS = 100


def domains(content: bytes) -> list[str]:
    """Read names, which may be compressed within the option (RFC 3397, 2)."""
    message, at = Message(content, 0, len(content)), 0
    found: list[str] = []
    while at < len(content):
        if len(found) == MAX_DOMAINS:  # a few bytes can stand for a long name
            raise Malformed(f"more than {MAX_DOMAINS} names")
        domain, at = message.name(at)
        found.append(domain)
    return found


def addresses(read: Reader) -> list[str]:
    """Read IPv4 addresses up to the end."""
    if read.left % 4:
        raise Malformed(f"addresses of 4 bytes in {read.left}")
    return [read.ipv4() for _ in range(read.left // 4)]


def printable(data: bytes) -> Any:
    """Return text where it is some, else bytes."""
    return data.decode() if data.isascii() and data.decode().isprintable() else data


def _read(content: bytes, what: str) -> Reader:
    return Reader(content, 0, len(content), what)


def suboptions(names: dict[int, tuple[str, Kind]]) -> Kind:
    """Return what reads a list of suboptions of one byte each for code and length."""

    def read(content: bytes) -> list[Fields]:
        found = []
        reader = _read(content, "suboption")
        while reader:
            code = reader.u8()
            label, kind = names.get(code, (f"Suboption {code}", printable))
            part = reader.take(reader.u8())
            try:
                found.append({"code": code, "name": label, "value": kind(part)})
            except Malformed as error:
                found.append({"code": code, "name": label, "value": part, "reason": str(error)})
        return found

    return read


def isns(content: bytes) -> Fields:
    """Read RFC 4174, 2: an Internet storage name service."""
    read = _read(content, "iSNS")
    names = ("functions", "discovery_domain_access", "administrative_flags")
    return {**{name: read.u16() for name in names}, "security": read.u32(), "servers": addresses(read)}


def civic_address(content: bytes) -> Fields:
    """Read RFC 4776, 3.1: what is where, as text by kinds of places."""
    read = _read(content, "civic address")
    what, country, elements = read.u8(), text(read.take(2)), []
    while read:
        elements.append({"type": read.u8(), "text": text(read.take(read.u8()))})
    return {"what": what, "country": country, "elements": elements}


def coordinates(content: bytes) -> Fields:
    """Read RFC 6225, 2: latitude and longitude in degrees (9.25 bits), and altitude (22.8 bits)."""
    if len(content) != 16:
        raise Malformed(f"coordinates of 16 bytes in {len(content)}")
    bits = int.from_bytes(content, "big")

    def signed(shift: int, size: int, fraction: int) -> float:
        value = bits >> shift & (1 << size) - 1
        return (value - (1 << size) if value >> size - 1 else value) / (1 << fraction)

    return {
        "latitude_uncertainty": bits >> 122, "latitude": signed(88, 34, 25), "longitude_uncertainty": bits >> 82 & 63,
        "longitude": signed(48, 34, 25), "altitude_type": bits >> 44 & 15, "altitude_uncertainty": bits >> 38 & 63,
        "altitude": signed(8, 30, 8), "version": bits >> 6 & 3, "datum": bits & 7,
    }  # fmt: skip


def provisioning_server(content: bytes) -> Any:
    """Read RFC 3495, 5.2: a name, or an address."""
    read = _read(content, "provisioning server")
    return domains(read.rest()) if read.u8() == 0 else addresses(read)


def uris(content: bytes) -> list[str]:
    """Read RFC 8572, 8.1: URIs, each behind its length."""
    read, found = _read(content, "URI"), []
    while read:
        found.append(text(read.take(read.u16())))
    return found


def rdnss_selection(content: bytes) -> Fields:
    """Read RFC 6731, 4.3: which names two servers are for."""
    read = _read(content, "RDNSS selection")
    return {"preference": read.u8() & 3, "servers": [read.ipv4(), read.ipv4()], "domains": domains(read.rest())}


def pcp_servers(content: bytes) -> list[list[str]]:
    """Read RFC 7291, 4: the addresses of each server."""
    read, found = _read(content, "PCP server"), []
    while read:
        found.append(addresses(read.part(read.u8())))
    return found


def port_parameters(content: bytes) -> Fields:
    """Read RFC 7618, 9: the ports that share an address."""
    read = _read(content, "port parameters")
    return {"offset": read.u8(), "psid_length": read.u8(), "psid": read.u16()}


def encrypted_dns(content: bytes) -> list[Fields]:
    """Read RFC 9463, 5.1: resolvers with their names, addresses and service parameters."""
    read, found = _read(content, "encrypted DNS"), []
    while read:
        part = read.part(read.u16())
        one: Fields = {"priority": part.u16(), "domain": (domains(part.take(part.u8())) or [""])[0]}
        if part:
            one |= {"addresses": addresses(part.part(part.u8())), "parameters": part.rest()}
        found.append(one)
    return found


def subnet_allocation(content: bytes) -> Fields:
    """Read RFC 6656, 3: a request for subnets."""
    read = _read(content, "subnet allocation")
    return {"flags": read.u8(), "suboptions": suboptions({})(read.rest())}


def virtual_subnet(content: bytes) -> Fields:
    """Read RFC 6607, 3.5: the VPN that it is about."""
    read = _read(content, "virtual subnet")
    return {"type": read.u8(), "identifier": printable(read.rest())}

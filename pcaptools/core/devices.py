"""The interfaces of this machine: names from libpcap, addresses and flags from psutil.

pcapy-ng's `findalldevs` gives names only. What libpcap can capture on that is no network interface
(`any`, `nflog`, …) has no address, and hardly a flag.
"""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pcapy

from pcaptools.core.errors import DeviceError

PCAP_IF_LOOPBACK = "PCAP_IF_LOOPBACK"
PCAP_IF_UP = "PCAP_IF_UP"
PCAP_IF_RUNNING = "PCAP_IF_RUNNING"
PCAP_IF_WIRELESS = "PCAP_IF_WIRELESS"

_FLAGS = (("loopback", PCAP_IF_LOOPBACK), ("up", PCAP_IF_UP), ("running", PCAP_IF_RUNNING))

_DESCRIPTIONS = {  # libpcap's own words, which pcapy-ng drops
    "any": "Pseudo-device that captures on all interfaces",
    "bluetooth-monitor": "Bluetooth Linux Monitor",
    "dbus-session": "D-Bus session bus",
    "dbus-system": "D-Bus system bus",
    "nflog": "Linux netfilter log (NFLOG) interface",
    "nfqueue": "Linux netfilter queue (NFQUEUE) interface",
}


_PSEUDO_FLAGS = {"any": (PCAP_IF_UP, PCAP_IF_RUNNING)}
"""What libpcap says of a device that is no interface."""


@dataclass(slots=True)
class Address:
    """One IPv4 or IPv6 address of an interface, as text; what does not apply is None."""

    addr: str
    netmask: str | None = None
    broadaddr: str | None = None
    dstaddr: str | None = None


@dataclass(slots=True)
class Device:
    """Something that libpcap can capture on."""

    name: str
    description: str | None = None
    addresses: list[Address] = field(default_factory=list)
    flags: tuple[str, ...] = ()
    """Of PCAP_IF_LOOPBACK, PCAP_IF_UP, PCAP_IF_RUNNING and PCAP_IF_WIRELESS."""
    mac: str | None = None
    """The link-layer address."""

    @property
    def loopback(self) -> bool:
        """It leads back to this machine."""
        return PCAP_IF_LOOPBACK in self.flags

    @property
    def ready(self) -> bool:
        """It is up and has a link."""
        return PCAP_IF_UP in self.flags and PCAP_IF_RUNNING in self.flags


def device_names() -> list[str]:
    """Name what libpcap can capture on, in its order (likely choices first)."""
    try:
        return list(pcapy.findalldevs())
    except pcapy.PcapError as error:
        raise DeviceError(f"cannot list the interfaces: {error}") from None


def find_devices() -> list[Device]:
    """List what libpcap can capture on, in its order."""
    import psutil  # who names the interface needs none of it

    addresses, stats = psutil.net_if_addrs(), psutil.net_if_stats()
    return [
        Device(
            name,
            _DESCRIPTIONS.get(name),
            [_address(entry) for entry in addresses.get(name, ()) if _is_ip(entry)],
            _flags(name, stats[name]) if name in stats else _PSEUDO_FLAGS.get(name, ()),
            next((entry.address for entry in addresses.get(name, ()) if entry.family == psutil.AF_LINK), None),
        )
        for name in device_names()
    ]


def preload() -> None:
    """Import what `find_devices` imports."""
    import psutil  # noqa: F401


def default_device(devices: list[Device] | None = None) -> str:
    """Choose as tcpdump does: the first interface that is up, running and not loopback.

    Without one, a loopback that is up will do, then the pseudo-device for all.
    """
    devices = find_devices() if devices is None else devices
    interfaces = [device for device in devices if device.name not in _PSEUDO_FLAGS and device.ready]
    ready = [device.name for device in interfaces]
    outward = [device.name for device in interfaces if not device.loopback]
    everything = [device.name for device in devices if device.name in _PSEUDO_FLAGS]
    for name in (*outward, *ready, *everything):
        return name
    raise DeviceError("there is no interface to capture on")


def _is_ip(entry: Any) -> bool:
    return entry.family in (socket.AF_INET, socket.AF_INET6)


def _address(entry: Any) -> Address:
    # the zone of a link-local address only repeats the interface's name
    return Address(entry.address.partition("%")[0], entry.netmask, entry.broadcast, entry.ptp)


def _flags(name: str, stats: Any) -> tuple[str, ...]:
    words = set(stats.flags.split(","))
    found = tuple(flag for word, flag in _FLAGS if word in words)
    return (*found, PCAP_IF_WIRELESS) if os.path.isdir(f"/sys/class/net/{name}/phy80211") else found


class Trial(NamedTuple):
    """What came of trying to capture on a device."""

    link_type: int | None
    """LINKTYPE_ number; None when it cannot be told without the capture that failed."""
    reason: str = ""
    """Why this user cannot capture on it now; empty when that is possible."""
    denied: bool = False
    """The reason is that the right to is missing."""


_ARPHRD = {"1": 1, "772": 1, "801": 105, "802": 119, "803": 127}
"""/sys/class/net/*/type → what libpcap captures there: Ethernet, loopback, 802.11 bare and with its two headers."""

_COOKED = 113
"""Linux's device `any` gives "cooked" frames."""


def try_capture(device: Device) -> Trial:
    """Find out whether this user may capture on a device, by trying.

    On Linux the right is that to a packet socket. libpcap's own way opens one too, but with a ring of buffers
    that takes 40 ms to come and go.
    """
    known = _COOKED if device.name == "any" else _ARPHRD.get(_sysfs(device.name, "type"))
    if known is None or not sys.platform.startswith("linux"):
        return _try_libpcap(device.name)
    try:
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as packets:
            if device.name != "any":  # which is bound to nothing
                packets.bind((device.name, 0))
    except PermissionError:
        return Trial(known, "no permission", denied=True)
    except OSError as error:
        return Trial(known, (error.strerror or str(error)).lower())
    return Trial(known, "" if known == _COOKED or PCAP_IF_UP in device.flags else "it is down")


def _try_libpcap(name: str) -> Trial:
    reader = pcapy.create(name)
    try:
        reader.set_buffer_size(1 << 16)
        code = reader.activate()
        if code >= 0:
            return Trial(linktype_of(reader.datalink()))
    finally:
        reader.close()
    if code in Code.NOT_PERMITTED:
        return Trial(None, "no permission", denied=True)
    return Trial(None, "it is down" if code == Code.INTERFACE_NOT_UP else "libpcap cannot open it")


def _sysfs(name: str, what: str) -> str:
    try:
        with open(f"/sys/class/net/{name}/{what}", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


_LINKTYPES = {  # where libpcap's DLT is not the LINKTYPE that files and decoders use
    11: 100,  # ATM_RFC1483
    12: 101,  # RAW
    13: 102,  # SLIP_BSDOS
    14: 103,  # PPP_BSDOS
    19: 106,  # ATM_CLIP
}
if sys.platform == "darwin":
    _LINKTYPES[149] = 258  # PKTAP goes by DLT_USER2 there


def linktype_of(dlt: int) -> int:
    """Return the LINKTYPE_ number of one of libpcap's DLT_ numbers."""
    return _LINKTYPES.get(dlt, dlt)


class Code:
    """What `pcap_activate` returns; positive numbers are warnings."""

    NO_SUCH_DEVICE = -5
    RFMON_NOT_SUPPORTED = -6
    INTERFACE_NOT_UP = -9
    NOT_PERMITTED = (-8, -11)  # -11: not permitted in promiscuous mode

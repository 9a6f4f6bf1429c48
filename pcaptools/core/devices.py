"""The interfaces of this machine: names from libpcap, addresses and flags from psutil.

pcapy-ng's `findalldevs` gives names only. What libpcap can capture on that is no network interface
(`any`, `nflog`, …) has no address and no flags here.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import Any

import pcapy
import psutil

from pcaptools.core.errors import DeviceError

PCAP_IF_LOOPBACK = "PCAP_IF_LOOPBACK"
PCAP_IF_UP = "PCAP_IF_UP"
PCAP_IF_RUNNING = "PCAP_IF_RUNNING"

_FLAGS = (("loopback", PCAP_IF_LOOPBACK), ("up", PCAP_IF_UP), ("running", PCAP_IF_RUNNING))

_DESCRIPTIONS = {  # libpcap's own words, which pcapy-ng drops
    "any": "Pseudo-device that captures on all interfaces",
    "bluetooth-monitor": "Bluetooth Linux Monitor",
    "dbus-session": "D-Bus session bus",
    "dbus-system": "D-Bus system bus",
    "nflog": "Linux netfilter log (NFLOG) interface",
    "nfqueue": "Linux netfilter queue (NFQUEUE) interface",
}


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
    """Of PCAP_IF_LOOPBACK, PCAP_IF_UP and PCAP_IF_RUNNING."""

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
    addresses, stats = psutil.net_if_addrs(), psutil.net_if_stats()
    return [
        Device(
            name,
            _DESCRIPTIONS.get(name),
            [_address(entry) for entry in addresses.get(name, ()) if _is_ip(entry)],
            _flags(stats[name]) if name in stats else (),
        )
        for name in device_names()
    ]


def default_device() -> str:
    """Choose as tcpdump does: the first interface that is up, running and not loopback.

    Without one, a loopback that is up will do, then the pseudo-device for all.
    """
    devices = find_devices()
    ready = [device.name for device in devices if device.ready]
    outward = [device.name for device in devices if device.ready and not device.loopback]
    everything = [device.name for device in devices if device.name == "any"]
    for name in (*outward, *ready, *everything):
        return name
    raise DeviceError("there is no interface to capture on")


def _is_ip(entry: Any) -> bool:
    return entry.family in (socket.AF_INET, socket.AF_INET6)


def _address(entry: Any) -> Address:
    # the zone of a link-local address only repeats the interface's name
    return Address(entry.address.partition("%")[0], entry.netmask, entry.broadcast, entry.ptp)


def _flags(stats: Any) -> tuple[str, ...]:
    words = set(stats.flags.split(","))
    return tuple(flag for word, flag in _FLAGS if word in words)

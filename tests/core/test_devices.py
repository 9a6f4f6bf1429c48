from __future__ import annotations

import socket
from types import SimpleNamespace as Row

import pcapy
import psutil
import pytest
from support.netns import linked_namespaces, live

from pcaptools.core import devices
from pcaptools.core.devices import PCAP_IF_LOOPBACK, PCAP_IF_RUNNING, PCAP_IF_UP, Address, Device
from pcaptools.core.errors import DeviceError


def inet(address: str, netmask: str | None, broadcast: str | None = None, ptp: str | None = None) -> Row:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return Row(family=family, address=address, netmask=netmask, broadcast=broadcast, ptp=ptp)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Interfaces by name with psutil's flags; "-" is none that psutil knows."""
    flags: dict[str, str] = {}
    addresses = {
        "lo": [inet("127.0.0.1", "255.0.0.0"), inet("::1", "ffff:" * 7 + "ffff")],
        "eth0": [
            Row(family=17, address="02:fc:00:00:00:01", netmask=None, broadcast="ff:ff:ff:ff:ff:ff", ptp=None),
            inet("192.0.2.2", "255.255.255.0", "192.0.2.255"),
            inet("fe80::1%eth0", "ffff:ffff:ffff:ffff::"),
        ],
        "tun0": [inet("192.0.2.9", "255.255.255.255", None, "192.0.2.10")],
    }
    monkeypatch.setattr(pcapy, "findalldevs", lambda: list(flags))
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: addresses)
    monkeypatch.setattr(
        psutil, "net_if_stats", lambda: {name: Row(flags=text) for name, text in flags.items() if text != "-"}
    )
    return flags


def test_names_addresses_and_flags(machine: dict[str, str]) -> None:
    machine.update({"eth0": "up,broadcast,running,multicast", "lo": "up,loopback,running", "any": "-", "tun0": ""})
    eth0, lo, everything, tun0 = devices.find_devices()
    assert eth0 == Device(
        "eth0",
        None,
        [
            Address("192.0.2.2", "255.255.255.0", "192.0.2.255"),
            Address("fe80::1", "ffff:ffff:ffff:ffff::"),
        ],
        (PCAP_IF_UP, PCAP_IF_RUNNING),
        "02:fc:00:00:00:01",
    )
    assert set(lo.flags) == {PCAP_IF_LOOPBACK, PCAP_IF_UP, PCAP_IF_RUNNING}
    assert (everything.addresses, everything.flags) == ([], (PCAP_IF_UP, PCAP_IF_RUNNING))  # as pcap-linux.c has it
    assert "all interfaces" in (everything.description or "")
    assert tun0.addresses == [Address("192.0.2.9", "255.255.255.255", None, "192.0.2.10")]


@pytest.mark.parametrize(
    ("flags", "chosen"),
    [
        ({"eth0": "up,running", "eth1": "up,running", "lo": "up,loopback,running"}, "eth0"),
        ({"any": "-", "lo": "up,loopback,running", "wlan0": "up,running"}, "wlan0"),
        ({"eth0": "up,broadcast", "eth1": "running", "any": "-", "lo": "up,loopback,running"}, "lo"),
        ({"nflog": "-", "any": "-", "lo": "loopback"}, "any"),
    ],
)
def test_the_default_device(machine: dict[str, str], flags: dict[str, str], chosen: str) -> None:
    machine.update(flags)
    assert devices.default_device() == chosen


def test_no_default_device(machine: dict[str, str]) -> None:
    machine.update({"nflog": "-", "eth0": ""})
    with pytest.raises(DeviceError, match="no interface to capture on"):
        devices.default_device()


def test_the_list_itself_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> list[str]:
        raise pcapy.PcapError("Out of memory")

    monkeypatch.setattr(pcapy, "findalldevs", fail)
    with pytest.raises(DeviceError, match="cannot list the interfaces: Out of memory"):
        devices.device_names()


class TestHere:
    pytestmark = live

    def test_this_machine_has_a_loopback(self) -> None:
        lo = next(device for device in devices.find_devices() if device.loopback)
        assert lo.ready
        assert Address("127.0.0.1", "255.0.0.0") in lo.addresses

    def test_a_namespace_has_its_own_devices(self) -> None:
        with linked_namespaces() as (here, _), here.entered():
            found = {device.name: device for device in devices.find_devices()}
            assert devices.default_device() == here.device
        assert here.ipv4 in [address.addr for address in found[here.device].addresses]
        assert here.ipv6 in [address.addr for address in found[here.device].addresses]
        assert found[here.device].ready

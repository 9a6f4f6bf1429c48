from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import Any

import pytest
from click.testing import CliRunner
from support.cli import run_pcaptools
from support.netns import linked_namespaces, live

from pcaptools.commands import devices
from pcaptools.core.devices import Address, Device, Trial

ETH0 = Device(
    "eth0",
    None,
    [Address("192.0.2.2", "255.255.255.0", "192.0.2.255"), Address("fe80::1", "ffff:ffff:ffff:ffff::")],
    ("PCAP_IF_UP", "PCAP_IF_RUNNING"),
    "02:fc:00:00:00:01",
)
TUN0 = Device("tun0", "a tunnel", [Address("192.0.2.9", "255.255.255.255", None, "192.0.2.10")])
ODD = Device("odd\x1b[31m", None, [Address("203.0.113.1", "255.0.255.0x")], ("PCAP_IF_LOOPBACK",))


@pytest.fixture(autouse=True)
def _machine(monkeypatch: pytest.MonkeyPatch) -> None:
    trials = {"eth0": Trial(1), "tun0": Trial(None, "no permission", denied=True), ODD.name: Trial(1, "it is down")}
    monkeypatch.setattr(devices, "find_devices", lambda: [ETH0, TUN0, ODD])
    monkeypatch.setattr(devices, "try_capture", lambda device: trials[device.name])
    monkeypatch.setattr(devices, "permission_remedy", lambda words: f"run: sudo pcaptools {' '.join(words)}")


def run(*words: str) -> str:
    done = CliRunner().invoke(devices.command, words, standalone_mode=False)
    assert done.return_value == 0, done
    return done.stdout


def test_columns_in_a_pipe() -> None:
    rows = [re.split("  +", line) for line in run().splitlines()]
    assert rows == [
        ["eth0", "default,up,running", "ETHERNET", "yes", "02:fc:00:00:00:01", "192.0.2.2/24,fe80::1/64", "-"],
        ["tun0", "-", "-", "no: no permission", "-", "192.0.2.9/32->192.0.2.10", "a tunnel"],
        [r"odd\x1b[31m", "loopback", "ETHERNET", "no: it is down", "-", "203.0.113.1", "-"],
    ]


def test_json_has_node_pcaps_form() -> None:
    eth0, tun0, odd = json.loads(run("--json"))
    assert eth0 == {
        "name": "eth0",
        "addresses": [
            {"addr": "192.0.2.2", "netmask": "255.255.255.0", "broadaddr": "192.0.2.255"},
            {"addr": "fe80::1", "netmask": "ffff:ffff:ffff:ffff::"},
        ],
        "flags": ["PCAP_IF_UP", "PCAP_IF_RUNNING"],
        "mac": "02:fc:00:00:00:01",
        "link_type": "LINKTYPE_ETHERNET",
        "default": True,
        "may_capture": True,
    }
    assert tun0["addresses"] == [{"addr": "192.0.2.9", "netmask": "255.255.255.255", "dstaddr": "192.0.2.10"}]
    assert (tun0["may_capture"], tun0["reason"], tun0["default"]) == (False, "no permission", False)
    assert tun0["remedy"] == "run: sudo pcaptools simple-capture tun0"
    assert "link_type" not in tun0
    assert "flags" not in tun0
    assert odd["remedy"].startswith("bring it up")


def test_what_would_help_is_told_on_stderr() -> None:
    done = CliRunner().invoke(devices.command, [], standalone_mode=False)
    assert done.stderr == "pcaptools: no permission to capture; run: sudo pcaptools simple-capture eth0\n"


def test_without_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "find_devices", list)
    assert (run(), run("--json")) == ("", "[]\n")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_a_table_on_a_terminal() -> None:
    name = "pcaptools-devices"
    command = f"{sys.executable} -m pcaptools devices; sleep 20"
    subprocess.run(["tmux", "new-session", "-d", "-s", name, "-x", "90", "-y", "40", command], check=True)
    try:
        for _ in range(100):
            shown = subprocess.run(
                ["tmux", "capture-pane", "-p", "-t", name], capture_output=True, text=True, check=True
            )
            if "127.0.0.1/8" in shown.stdout:
                break
            subprocess.run(["sleep", "0.1"], check=True)
        first, *rest = shown.stdout.splitlines()
        assert first.split() == ["name", "link", "capture", "flags", "addresses", "and", "more"]
        assert any(re.match(r"lo\w* .*loopback", line) for line in rest)
    finally:
        subprocess.run(["tmux", "kill-session", "-t", name], check=True)


class TestHere:
    pytestmark = live

    @pytest.fixture(autouse=True)
    def _real(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.undo()

    def test_root_may_capture_on_this_machines_loopback(self) -> None:
        done = run_pcaptools("findalldevs", "--json")
        assert (done.returncode, done.stderr) == (0, "")
        (lo,) = [device for device in json.loads(done.stdout) if device["name"] == "lo"]
        assert (lo["may_capture"], lo["link_type"]) == (True, "LINKTYPE_ETHERNET")
        assert {"addr": "127.0.0.1", "netmask": "255.0.0.0"} in lo["addresses"]
        assert {"PCAP_IF_LOOPBACK", "PCAP_IF_UP", "PCAP_IF_RUNNING"} <= set(lo["flags"])

    def test_without_the_capability_it_lists_and_says_what_would_help(self) -> None:
        if shutil.which("setpriv") is None:
            pytest.skip("needs setpriv (util-linux)")
        command = ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw", sys.executable, "-m", "pcaptools"]
        done = subprocess.run([*command, "devices", "--json"], capture_output=True, text=True, check=True)
        found: list[dict[str, Any]] = json.loads(done.stdout)
        lo = next(device for device in found if device["name"] == "lo")
        assert (lo["may_capture"], lo["reason"]) == (False, "no permission")
        assert "CAP_NET_RAW" in lo["remedy"]
        done = subprocess.run([*command, "devices"], capture_output=True, text=True, check=True)
        assert "no: no permission" in done.stdout
        assert "CAP_NET_RAW" in done.stderr

    def test_the_default_is_marked_and_a_device_that_is_down_told(self) -> None:
        with linked_namespaces() as (here, _):
            here.ip("link", "add", "downbr", "type", "bridge")
            process = here.popen(sys.executable, "-m", "pcaptools", "devices", "--json")
            out, _ = process.communicate(timeout=30)
        found = {device["name"]: device for device in json.loads(out)}
        assert [name for name, device in found.items() if device["default"]] == [here.device]
        assert found["downbr"]["reason"] == "it is down"
        assert found["downbr"]["remedy"] == "bring it up: ip link set downbr up"

r"""What the words of the command line mean together: `pcaptools COMMAND [INTERFACE] [FILTER…]`."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pcapy
import pytest
from support.crosscheck import packets

from pcaptools.cli import COMMANDS, cli
from pcaptools.commands._options import (
    LIVE_TCP_FILTER,
    TUNNEL_PORTS,
    CaptureOptions,
    capture_options,
    decode_options,
    examples,
    live_tcp_filter,
)
from pcaptools.core import devices
from pcaptools.core.decode.segment import UDP_PORTS
from pcaptools.core.decode.tables import udp_ports
from pcaptools.core.devices import PCAP_IF_LOOPBACK, PCAP_IF_RUNNING, PCAP_IF_UP, Device
from pcaptools.core.errors import DeviceError, PcapToolsError, UsageError


@click.command()
@capture_options
@click.option("--extra", default="")
def command(options: CaptureOptions, extra: str) -> tuple[CaptureOptions, str]:
    return options, extra


def given(*words: str) -> CaptureOptions:
    options: CaptureOptions = command.main(list(words), standalone_mode=False)[0]
    return options


def refused(*words: str) -> PcapToolsError:
    with pytest.raises(PcapToolsError) as caught:
        given(*words)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.fixture(autouse=True)
def _of_linux(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with eth0 and lo, in an empty folder."""
    up = (PCAP_IF_UP, PCAP_IF_RUNNING)
    there = [Device("eth0", flags=up), Device("any"), Device("lo", flags=(PCAP_IF_LOOPBACK, *up))]
    monkeypatch.setattr(devices, "find_devices", lambda: there)
    monkeypatch.setattr(socket, "if_nameindex", lambda: [(1, "lo"), (2, "eth0")])
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("words", "interface", "expression", "read"),
    [
        ([], "", "", ()),
        (["eth0"], "eth0", "", ()),
        (["eth0", "tcp port 80"], "eth0", "tcp port 80", ()),
        (["eth0", "tcp", "port", "80"], "eth0", "tcp port 80", ()),
        (["lo", r"ip proto \tcp"], "lo", r"ip proto \tcp", ()),
        (["eth0", "-f", "tcp port 80"], "eth0", "tcp port 80", ()),
        (["-f", "tcp port 80"], "", "tcp port 80", ()),
        (["-i", "eth0"], "eth0", "", ()),
        (["-i", "eth0", "tcp port 80"], "eth0", "tcp port 80", ()),
        (["-i", "eth0", "tcp", "port", "80"], "eth0", "tcp port 80", ()),
        (["-i", "eth0", "lo"], "eth0", "lo", ()),
        (["-i", "eth0", "-f", "udp"], "eth0", "udp", ()),
        (["-r", "a"], "", "", ("a",)),
        (["-r", "a", "-r", "b"], "", "", ("a", "b")),
        (["-r", "a", "tcp port 80"], "", "tcp port 80", ("a",)),
        (["-r", "a", "tcp"], "", "tcp", ("a",)),
        (["-r", "a", "tcp", "port", "80"], "", "tcp port 80", ("a",)),
        (["-r", "a", "-f", "tcp port 80"], "", "tcp port 80", ("a",)),
        (["tcp", "-r", "a", "port", "80"], "", "tcp port 80", ("a",)),
        (["-r", "-"], "", "", ("-",)),
        # "" stands for what is left out, as in node_pcap
        ([""], "", "", ()),
        (["", "tcp port 80"], "", "tcp port 80", ()),
        (["", "tcp", "port", "80"], "", "tcp port 80", ()),
        (["eth0", ""], "eth0", "", ()),
        (["", ""], "", "", ()),
        (["", "-f", "udp"], "", "udp", ()),
        (["eth0", "", "-f", "udp"], "eth0", "udp", ()),
        (["-i", "", "eth0", "udp"], "eth0", "udp", ()),
        (["-i", "eth0", ""], "eth0", "", ()),
        (["-f", "", "eth0", "udp"], "eth0", "udp", ()),
        (["-r", "a", ""], "", "", ("a",)),
        (["-r", "a", "", "udp"], "", "udp", ("a",)),
    ],
)
def test_interface_and_filter(words: list[str], interface: str, expression: str, read: tuple[str, ...]) -> None:
    options = given(*words)
    assert (options.interface, options.filter, options.read) == (interface, expression, read)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-i", "eth0", "-r", "a"], "interface and -r exclude each other"),
        (["eth0", "tcp port 80", "-r", "a"], "the interface eth0 and -r exclude each other"),
        (["any", "tcp", "-r", "a"], "the interface any and -r exclude each other"),
        (["eth0", "udp", "-f", "tcp"], "the filter is given twice"),
        (["-i", "eth0", "udp", "-f", "tcp"], "the filter is given twice"),
        (["-r", "a", "udp", "-f", "tcp"], "the filter is given twice"),
        (["-r", "a", "--json", "-w", "-"], "--json and the packets both want standard output"),
        (["tcp port 80"], "use -f 'tcp port 80'"),
        (["-i", "tcp port 80"], "use -f 'tcp port 80'"),
    ],
)
def test_contradictions(words: list[str], says: str) -> None:
    error = refused(*words)
    assert says in str(error)
    assert isinstance(error, UsageError)
    assert error.exit_status == 2


@pytest.mark.parametrize("words", [["get.pcap"], ["-i", "get.pcap"], ["get.pcap", "tcp"]])
def test_a_file_is_no_interface(words: list[str]) -> None:
    Path("get.pcap").touch()
    error = refused(*words)
    assert str(error) == "get.pcap is a file, not an interface; use -r get.pcap"
    assert error.exit_status == 2


def test_an_interface_may_be_called_like_a_file() -> None:
    Path("eth0").touch()
    assert given("eth0").interface == "eth0"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("lo0", "the loopback here is lo,"),
        ("en0", "the default here is eth0,"),
        ("en1", "the default here is eth0,"),
        ("wlan0", "the default here is eth0,"),
        ("eth1", "the default here is eth0,"),
    ],
)
@pytest.mark.parametrize("option", [[], ["-i"]])
def test_an_interface_of_another_system(name: str, hint: str, option: list[str]) -> None:
    error = refused(*option, name)
    assert isinstance(error, DeviceError)
    assert error.exit_status == 1
    assert error.message == f'no such interface: "{name}"'
    assert error.remedy.startswith(hint)
    assert error.remedy.endswith("eth0, any, lo")


def test_the_loopback_of_linux_on_a_mac(monkeypatch: pytest.MonkeyPatch) -> None:
    up = (PCAP_IF_UP, PCAP_IF_RUNNING)
    there = [Device("en0", flags=up), Device("lo0", flags=(PCAP_IF_LOOPBACK, *up))]
    monkeypatch.setattr(devices, "find_devices", lambda: there)
    monkeypatch.setattr(socket, "if_nameindex", lambda: [(1, "lo0"), (2, "en0")])
    assert given("lo0").interface == "lo0"
    assert refused("lo").remedy.startswith("the loopback here is lo0,")
    assert refused("eth0").remedy.startswith("the default here is en0,")


@pytest.mark.parametrize("words", [["eth0"], ["lo"], ["nflog"], ["-r", "a", "tcp", "port", "80"], []])
def test_nobody_asks_libpcap_for_its_devices_before_it_must(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def asked() -> None:
        raise AssertionError

    monkeypatch.setattr(devices, "find_devices", asked)
    monkeypatch.setattr(devices, "device_names", asked)
    given(*words)


def test_what_is_left_out() -> None:
    options = given()
    assert options.write == options.user == ""
    assert (options.buffer, options.snaplen, options.count, options.duration) == (10, 262_144, 0, 0)
    assert options.promiscuous
    assert options.names
    assert not options.monitor
    assert not options.force
    assert not options.json
    assert options.color is None
    assert options.time is None


@pytest.mark.parametrize(
    ("words", "attribute", "value"),
    [
        (["-w", "x"], "write", "x"),
        (["--write", "x"], "write", "x"),
        (["-b", "64"], "buffer", 64),
        (["--buffer", "64"], "buffer", 64),
        (["-s", "96"], "snaplen", 96),
        (["--snaplen", "0"], "snaplen", 262_144),
        (["-p"], "promiscuous", False),
        (["--no-promiscuous"], "promiscuous", False),
        (["--monitor"], "monitor", True),
        (["-c", "3"], "count", 3),
        (["--count", "3"], "count", 3),
        (["--duration", "1.5"], "duration", 1.5),
        (["-n"], "names", False),
        (["-Z", "nobody"], "user", "nobody"),
        (["--user", "nobody"], "user", "nobody"),
        (["--json"], "json", True),
        (["--force"], "force", True),
        (["--color"], "color", True),
        (["--no-color"], "color", False),
        *((["--time", form], "time", form) for form in ("none", "local", "utc", "epoch", "relative", "delta")),
        (["--interface", "eth0"], "interface", "eth0"),
        (["--filter", "udp"], "filter", "udp"),
        (["--read", "x"], "read", ("x",)),
    ],
)
def test_each_option(words: list[str], attribute: str, value: Any) -> None:
    assert getattr(given(*words), attribute) == value


@pytest.mark.parametrize(
    "words", [["-b", "0"], ["-b", "2048"], ["-s", "-1"], ["-c", "-1"], ["--duration", "-1"], ["--time", "gmt"], ["-Q"]]
)
def test_what_no_option_takes(words: list[str]) -> None:
    with pytest.raises(click.UsageError):
        given(*words)


def test_a_command_has_options_of_its_own() -> None:
    assert command.main(["eth0", "--extra", "x"], standalone_mode=False)[1] == "x"


def test_a_letter_means_the_same_in_every_command() -> None:
    meanings: dict[str, set[str]] = {}
    for name in COMMANDS:
        found = cli.get_command(click.Context(cli), name)
        assert found is not None
        for parameter in found.params:
            for letter in (word for word in parameter.opts if len(word) == 2):
                meanings.setdefault(letter, set()).add(str(parameter.name))
    design = {"-i", "-f", "-r", "-b", "-s", "-p", "-c", "-n", "-Z", "-w"}
    assert design <= set(meanings)
    several = {letter: sorted(names) for letter, names in meanings.items() if len(names) > 1}
    # tcpdump's letters in simple-capture are grep's in network-grep, where --write has none
    assert several == {
        "-C": ["around", "size"],
        "-X": ["dump", "text"],
        "-v": ["invert", "verbose"],
        "-w": ["word", "write"],
    }


def test_every_option_has_help() -> None:
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    assert [option.name for option in options if option.name != "extra" and not option.help] == []


def test_examples_stay_as_they_are_written() -> None:
    text = examples("\n" + r'sudo pcaptools http-trace lo0 "ip proto \tcp"' + "\npcaptools demo\n")
    epilog = click.Command("x", epilog=text).get_help(click.Context(click.Command("x", epilog=text)))
    assert epilog.splitlines()[-3:] == [
        "  Examples:",
        r'    sudo pcaptools http-trace lo0 "ip proto \tcp"',
        "    pcaptools demo",
    ]


def test_the_live_filter_is_the_one_of_the_design() -> None:
    assert LIVE_TCP_FILTER == (
        "tcp or ether proto 0x8100 or ether proto 0x88a8 or ether proto 0x8847 or ether proto 0x8864 or "
        "(ip6 and not udp and not icmp6) or proto 4 or proto 41 or proto 47 or proto 137 or "
        "udp port (4789 or 8472 or 4790 or 6081 or 2152 or 3544 or 5072 or 4754 or 6635 or 1701) or "
        "(ip proto 17 and ip[6:2] & 0x3fff != 0)"
    )
    assert {port.to_bytes(2, "big") for port in TUNNEL_PORTS} <= UDP_PORTS


def compiled(dlt: int) -> Any:
    return pcapy.compile(dlt, 262_144, LIVE_TCP_FILTER, 1, 0)


@pytest.mark.parametrize("dlt", [0, 1, 9, 12, 108, 113, 276])
def test_the_live_filter_is_a_small_program(dlt: int) -> None:
    assert len(compiled(dlt).get_bpf()) < 80


@pytest.mark.parametrize(
    "name", ["vxlan", "vxlan-gbp", "vxlan-gpe", "geneve", "gre", "gre-ip", "erspan-ii", "erspan-iii", "gtp"]
)
def test_the_live_filter_lets_the_tunnels_through(name: str) -> None:
    program = compiled(1)
    with_tcp = [packet for packet in packets(f"{name}.pcap") if any(layer.key == "tcp" for layer in packet.layers())]
    assert len(with_tcp) >= 10
    assert all(program.filter(packet.raw.data) for packet in with_tcp)


def test_the_live_filter_lets_later_fragments_of_a_tunnel_through_but_not_dns() -> None:
    program = compiled(1)
    fragments = packets("corpus:zeek/tunnels/gtp/gtp_ext_header.pcap")
    assert all(program.filter(packet.raw.data) for packet in fragments)
    assert not any(program.filter(packet.raw.data) for packet in packets("corpus:zeek/dns53.pcap"))


@pytest.fixture
def _undone() -> Iterator[None]:
    """What --decode-as changes holds for the process: here for one test."""
    yield
    udp_ports.remove(9999)
    UDP_PORTS.discard((9999).to_bytes(2, "big"))


@click.command()
@capture_options
@decode_options
@click.option("--extra", default="")
def decoding(options: CaptureOptions, extra: str) -> tuple[CaptureOptions, str]:
    return options, extra


@pytest.mark.usefixtures("_undone")
def test_decode_as() -> None:
    words = ["-r", "a", "--decode-as", "udp.port==9999,geneve", "--extra", "x"]
    options, extra = decoding.main(words, standalone_mode=False)
    assert (options.decoded_udp, extra) == ((9999,), "x")
    assert live_tcp_filter(options) == f"{LIVE_TCP_FILTER} or udp port 9999"
    decoder = udp_ports.get(9999)
    assert decoder is not None
    assert decoder.key == "geneve"


@pytest.mark.usefixtures("_undone")
def test_the_last_decode_as_counts() -> None:
    words = ["--decode-as", "udp.port==9999,geneve", "--decode-as", "udp.port==9999,vxlan"]
    decoding.main(words, standalone_mode=False)
    decoder = udp_ports.get(9999)
    assert decoder is not None
    assert decoder.key == "vxlan"


def test_without_decode_as_the_live_filter_stays() -> None:
    assert live_tcp_filter(CaptureOptions()) == LIVE_TCP_FILTER


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("udp.port==9999", "is not understood; write it as udp.port==9999,geneve"),
        ("udp.port=9999,geneve", "is not understood; write it as udp.port==9999,geneve"),
        ("udp.port==x,geneve", "is not understood; write it as udp.port==9999,geneve"),
        ("udp.port==9999,", "is not understood; write it as udp.port==9999,geneve"),
        ("", "is not understood; write it as udp.port==9999,geneve"),
        ("udp.port==65536,geneve", "65536 is no port; give one from 1 to 65535"),
        ("udp.port==0,geneve", "0 is no port; give one from 1 to 65535"),
        ("ip.proto==9999,geneve", '"ip.proto" is nothing to tell a protocol by; use udp.port or tcp.port'),
        ("udp.port==9999,genev", 'no decoder is called "genev"; there are '),
        ("tcp.port==9999,geneve", '"geneve" is nothing that goes over TCP; there are '),
    ],
)
def test_decode_as_says_what_is_wrong(rule: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        decoding.main(["--decode-as", rule], standalone_mode=False)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(sys.platform != "linux", reason="about Linux's name of the loopback")
def test_lo0_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert "the loopback here is lo," in refused("lo0").remedy

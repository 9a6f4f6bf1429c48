"""The options that every capturing command has, and what their words mean together."""

from __future__ import annotations

import functools
import math
import os
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pcaptools.core.errors import DeviceError, UsageError
from pcaptools.core.sources.rotate import Rotation
from pcaptools.printers.clock import TIME_FORMATS, TimeFormat

if TYPE_CHECKING:
    from pcaptools.core.names import Names

F = TypeVar("F", bound=Callable[..., Any])

TUNNEL_PORTS = (4789, 8472, 4790, 6081, 2152, 3544, 5072, 4754, 6635, 1701)
"""UDP ports of VXLAN (three), Geneve, GTP-U, Teredo, AYIYA, GRE and MPLS in UDP, L2TP."""
LIVE_TCP_FILTER = (
    "tcp or ether proto 0x8100 or ether proto 0x88a8 or ether proto 0x8847 or ether proto 0x8864 "
    "or (ip6 and not udp and not icmp6) or proto 4 or proto 41 or proto 47 or proto 137 "
    f"or udp port ({' or '.join(map(str, TUNNEL_PORTS))}) or (ip proto 17 and ip[6:2] & 0x3fff != 0)"
)
"""What TCP commands capture live: plain `tcp` matches no VLAN tag, MPLS, PPPoE, tunnel or extension header.

The last part are fragments of UDP, of which only the first has ports: tunnels are apt to need them.
"""
_DECODE_AS = re.compile(r"([^=\s]+)==(\d{1,9}),(\S+)")
_LOOPBACKS = ("lo", "lo0")
_USUAL = re.compile(r"(?:en|em|eth|wlan|vtnet)\d|bridge0")
"""Names that an interface has on one system or another, and that examples are written with."""


@dataclass(slots=True)
class CaptureOptions:
    """The capture options of one run, as given."""

    interface: str = ""
    filter: str = ""
    read: tuple[str, ...] = ()
    follow: bool = False
    """The end of the last file that is read is not the end."""
    write: str = ""
    force: bool = False
    buffer: int = 10
    snaplen: int = 262_144
    promiscuous: bool = True
    monitor: bool = False
    count: int = 0
    duration: float = 0
    decoded_udp: tuple[int, ...] = ()
    """UDP ports that --decode-as names."""
    names: bool = True
    resolve: bool = False
    user: str = ""
    json: bool = False
    color: bool | None = None
    time: TimeFormat | None = None
    words: tuple[str, ...] = field(default=())
    rotation: Rotation = field(default_factory=Rotation)
    quiet: bool = False
    """Say nothing of how the capture went, but what went wrong."""


WORDS: list[Callable[[F], F]] = [
    click.argument("words", nargs=-1, metavar="[INTERFACE] [FILTER]..."),
]
INPUT: list[Callable[[F], F]] = [
    click.option("-i", "--interface", default="", help="Capture on this interface."),
    click.option("-f", "--filter", "filter_", default="", metavar="EXPRESSION", help="A pcap-filter(7) expression."),
    click.option("-r", "--read", multiple=True, metavar="FILE", help="Read a capture file, - for stdin. Repeatable."),
    click.option("--follow", is_flag=True, help="Go on reading while the last file of -r grows, as tail -f."),
]
WRITE: list[Callable[[F], F]] = [
    click.option("-w", "--write", default="", metavar="FILE", help="Also write the packets: pcap, or FILE.pcapng."),
    click.option("--force", is_flag=True, help="Let -w replace an existing file."),
]
WRITE_MATCHES: list[Callable[[F], F]] = [
    click.option("--write", default="", metavar="FILE", help="Keep the matching packets: pcap, or FILE.pcapng."),
    click.option("--force", is_flag=True, help="Let --write replace an existing file."),
]
CAPTURE: list[Callable[[F], F]] = [
    click.option("-b", "--buffer", type=click.IntRange(1, 2047), default=10, metavar="MB", show_default=True,
                 help="Capture buffer of the kernel."),
    click.option("-s", "--snaplen", type=click.IntRange(0, 262_144), default=0, metavar="BYTES",
                 help="Capture so much of a packet (0: all of it)."),
    click.option("-p", "--no-promiscuous", is_flag=True, help="Leave the interface out of promiscuous mode."),
    click.option("--monitor", is_flag=True, help="Monitor mode, on Wi-Fi."),
    click.option("-c", "--count", type=click.IntRange(0), default=0, metavar="N", help="End after N packets."),
    click.option("--duration", type=click.FloatRange(0), default=0, metavar="SECONDS", help="End after so long."),
    click.option("-n", "no_names", is_flag=True, help="No host names, only addresses."),
    click.option("--resolve", is_flag=True, help="Look host names up for files too."),
    click.option("-Z", "--user", default="", metavar="USER", help="Become USER once the capture is open."),
    click.option("--json", "json_", is_flag=True, help="One JSON object a line, see docs/schema.json."),
    click.option("--color/--no-color", "color", default=None, help="Colours: on a terminal by default."),
    click.option("--time", "time_", type=click.Choice(TIME_FORMATS), default=None, help="How times are shown."),
]  # fmt: skip


def capture_options(function: F) -> F:
    """Give a command the capture options; it gets one `options: CaptureOptions` for all of them."""
    return _with_options(function, [*WORDS, *INPUT, *WRITE, *CAPTURE])


def grep_options(function: F) -> F:
    """Do the same, with a pattern before the words, and without -w: to grep's users that is another option."""
    return _with_options(function, [click.argument("pattern"), *WORDS, *INPUT, *WRITE_MATCHES, *CAPTURE])


def _with_options(function: F, decorators: list[Callable[[F], F]]) -> F:
    def with_options(**parameters: Any) -> Any:
        options = CaptureOptions(
            interface=parameters.pop("interface"),
            filter=parameters.pop("filter_"),
            read=parameters.pop("read"),
            follow=parameters.pop("follow"),
            write=parameters.pop("write"),
            force=parameters.pop("force"),
            buffer=parameters.pop("buffer"),
            snaplen=parameters.pop("snaplen") or 262_144,
            promiscuous=not parameters.pop("no_promiscuous"),
            monitor=parameters.pop("monitor"),
            count=parameters.pop("count"),
            duration=parameters.pop("duration"),
            names=not parameters.pop("no_names"),
            resolve=parameters.pop("resolve"),
            user=parameters.pop("user"),
            json=parameters.pop("json_"),
            color=parameters.pop("color"),
            time=parameters.pop("time_"),
            words=parameters.pop("words"),
        )
        settle(options)
        return function(options, **parameters)

    decorated: Any = functools.update_wrapper(with_options, function)
    for decorate in reversed(decorators):
        decorated = decorate(decorated)
    result: F = decorated
    return result


def names_for(options: CaptureOptions) -> Names | None:
    """Make what knows the hosts' names: looked up live, and for files where that was asked for; None for -n."""
    if not options.names:
        return None
    from pcaptools.core.names import Names

    return Names(resolve=options.resolve or not options.read)


def examples(text: str) -> str:
    """Return `text` as an epilog whose lines click leaves as they are."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in text.strip().splitlines())


def decode_options(function: F) -> F:
    """Give a command --decode-as, below `capture_options`. What it says holds for this process from then on."""

    def with_decoding(options: CaptureOptions, decode_as: tuple[str, ...], **parameters: Any) -> Any:
        ports = [_decode_as(rule) for rule in decode_as]
        options.decoded_udp = tuple(port for where, port in ports if where == "udp.port")
        return function(options, **parameters)

    option = click.option("--decode-as", multiple=True, metavar="WHERE==PORT,PROTOCOL",
                          help="Take a port for a protocol, as udp.port==9999,geneve. Repeatable.")  # fmt: skip
    decorated: Any = functools.update_wrapper(with_decoding, function)
    result: F = option(decorated)
    return result


def _decode_as(rule: str) -> tuple[str, int]:
    from pcaptools.core.decode.registry import decode_as

    found = _DECODE_AS.fullmatch(rule)
    if found is None:
        raise UsageError(f'--decode-as "{rule}" is not understood', "write it as udp.port==9999,geneve")
    where, port, protocol = found[1], int(found[2]), found[3]
    if not 0 < port < 65_536:
        raise UsageError(f"--decode-as: {port} is no port", "give one from 1 to 65535")
    decode_as(where, port, protocol)
    return where, port


def live_tcp_filter(options: CaptureOptions) -> str:
    """Return what a TCP command captures live, the ports included that the user calls tunnels."""
    return LIVE_TCP_FILTER + "".join(f" or udp port {port}" for port in options.decoded_udp)


def settle(options: CaptureOptions) -> None:
    """Work out interface and filter from the words of the command line (design: tcpdump's habits)."""
    words = list(options.words)
    if options.read and options.interface:
        raise UsageError("an interface and -r exclude each other", "give one of them")
    if not options.read and not options.interface and words:
        options.interface = words.pop(0)  # "" asks for the default device
    if options.interface:
        _check_interface(options.interface)
    if math.isnan(options.duration):
        raise UsageError("--duration nan is no number of seconds", "give one")
    words = [word for word in words if word]
    if options.read and len(words) > 1 and _is_interface(words[0]):
        raise UsageError(f"the interface {words[0]} and -r exclude each other", "give one of them")
    if words:
        if options.filter:
            raise UsageError("the filter is given twice", "give it as the last argument or with -f")
        options.filter = " ".join(words)
    if options.follow and not options.read:
        raise UsageError("--follow is about a capture file", "say with -r which")
    if options.json and options.write == "-":
        raise UsageError("--json and the packets both want standard output", "write to a file")


def _check_interface(name: str) -> None:
    """Say what was probably meant, when it is no interface's name."""
    if os.path.isfile(name) and not _is_interface(name):
        raise UsageError(f"{name} is a file, not an interface", f"use -r {name}")
    if " " in name.strip():
        raise UsageError(f'"{name}" is a filter, not an interface', f"use -f '{name}', or name the interface before it")
    if (name in _LOOPBACKS or _USUAL.fullmatch(name)) and not _is_interface(name):
        raise _of_another_system(name)


def _of_another_system(name: str) -> DeviceError:
    """Name what is here in the place of another system's interface."""
    from pcaptools.core.devices import default_device, find_devices

    devices = find_devices()
    loopback = next((device.name for device in devices if device.loopback), "")
    if name in _LOOPBACKS and loopback:
        hint = f"the loopback here is {loopback}"
    else:
        hint = f"the default here is {default_device()}"
    return DeviceError(f'no such interface: "{name}"', f"{hint}, of {', '.join(device.name for device in devices)}")


def _is_interface(name: str) -> bool:
    """Tell whether this machine has it: without libpcap, which costs a start more."""
    return name == "any" or any(name == there for _, there in socket.if_nameindex())

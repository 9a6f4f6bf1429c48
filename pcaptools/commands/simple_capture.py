"""`pcaptools simple-capture`: one line a packet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from pcaptools.commands._options import CaptureOptions, capture_options, decode_options, examples
from pcaptools.commands._packets import Detail, PacketLines
from pcaptools.commands._run import run_capture
from pcaptools.core.decode import secrets
from pcaptools.core.sources.rotate import Rotation, check_rotation
from pcaptools.printers.safe import safe

if TYPE_CHECKING:
    from pcaptools.core.sources.live import LiveSource

EXAMPLES = r"""
sudo pcaptools simple-capture en1
sudo pcaptools simple-capture lo0 "ip proto \tcp"
pcaptools simple-capture -r capture.pcap -v
pcaptools simple-capture -r capture.pcap --json | jq -r '.. | .qname? // empty'
sudo pcaptools simple-capture eth0 -w ring.pcap -C 100 -W 5
"""

_UNITS = {"": 1_000_000, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def _size(context: click.Context, option: click.Parameter, value: str) -> int:
    """Read a size in tcpdump's way: millions of bytes, or with a k, m or g behind it KiB, MiB or GiB."""
    found = re.fullmatch(r"([0-9]{1,9})([kmg]?)", value, re.IGNORECASE)
    if found is None:
        raise click.BadParameter(
            f"{value!r} is no size: give millions of bytes, or a number with k, m or g", context, option
        )
    return int(found[1]) * _UNITS[found[2].lower()]


@click.command("simple-capture", context_settings={"help_option_names": ["-h", "--help"]}, epilog=examples(EXAMPLES))
@capture_options
@decode_options
@click.option("-v", "--verbose", is_flag=True, help="Print all fields of all layers below each line.")
@click.option("-x", "hex_", count=True, help="Print the bytes in hexadecimal; -xx with the link header.")
@click.option("-X", "text", count=True, help="Print them in hexadecimal and ASCII; -XX with the link header.")
@click.option(
    "--checksums", is_flag=True, help="Verify checksums: bad ones are told in the line, all in -v and --json."
)
@click.option("-q", "--quiet", is_flag=True, help="Leave the link addresses out.")
@click.option("--show-secrets", is_flag=True, help="Show passwords and the like, which are hidden otherwise.")
@click.option("-C", "size", callback=_size, default="0", metavar="MB", help="Go on in another file after so many MB.")
@click.option("-G", "seconds", type=click.IntRange(0), default=0, metavar="SECONDS",
              help="Go on in another file after so long.")  # fmt: skip
@click.option("-W", "files", type=click.IntRange(0), default=0, metavar="N",
              help="Keep N files of -C, then begin anew; end after N files of -G.")  # fmt: skip
def command(
    options: CaptureOptions,
    verbose: bool,
    hex_: int,
    text: int,
    checksums: bool,
    quiet: bool,
    show_secrets: bool,
    size: int,
    seconds: int,
    files: int,
) -> int:
    """Print one line a packet, or all that is in it.

    Every common protocol is decoded. Without INTERFACE the default device is used.
    """
    secrets.shown = show_secrets
    options.rotation = Rotation(size, seconds, files)
    check_rotation(options.write, options.rotation)
    detail = Detail(
        tree=verbose, hex=bool(hex_ or text), text=bool(text), link=hex_ > 1 or text > 1, checksums=checksums
    )
    return run_capture(options, PacketLines(options, detail, link=not quiet), banner=banner)


def banner(source: LiveSource) -> list[str]:
    """Return what simple_capture says first: libpcap's version, and the devices with a mark at the one in use."""
    from pcaptools.core.devices import find_devices
    from pcaptools.core.sources.bpf import libpcap_version

    lines = [libpcap_version()]
    for device in find_devices():
        mark = "* " if device.name == source.device else ""
        addresses = " ".join(f"{entry.addr}/{entry.netmask}" for entry in device.addresses) or "no address"
        lines.append(safe(f"{mark}{device.name} {addresses}"))
    return lines

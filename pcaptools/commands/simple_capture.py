"""`pcaptools simple-capture`: one line a packet."""

from __future__ import annotations

import click

from pcaptools.commands._options import CaptureOptions, capture_options, examples
from pcaptools.commands._packets import Detail, PacketLines
from pcaptools.commands._run import run_capture

EXAMPLES = r"""
sudo pcaptools simple-capture en1
sudo pcaptools simple-capture lo0 "ip proto \tcp"
pcaptools simple-capture -r capture.pcap -v
pcaptools simple-capture -r capture.pcap --json | jq -r '.. | .qname? // empty'
"""


@click.command("simple-capture", context_settings={"help_option_names": ["-h", "--help"]}, epilog=examples(EXAMPLES))
@capture_options
@click.option("-v", "--verbose", is_flag=True, help="Print all fields of all layers below each line.")
@click.option("-x", "hex_", count=True, help="Print the bytes in hexadecimal; -xx with the link header.")
@click.option("-X", "text", count=True, help="Print them in hexadecimal and ASCII; -XX with the link header.")
@click.option(
    "--checksums", is_flag=True, help="Verify checksums: bad ones are told in the line, all in -v and --json."
)
@click.option("-q", "--quiet", is_flag=True, help="Leave the link addresses out.")
def command(options: CaptureOptions, verbose: bool, hex_: int, text: int, checksums: bool, quiet: bool) -> int:
    """Print one line a packet, live or from capture files.

    Every common protocol is decoded. Without INTERFACE the default device is used.
    """
    detail = Detail(
        tree=verbose, hex=bool(hex_ or text), text=bool(text), link=hex_ > 1 or text > 1, checksums=checksums
    )
    return run_capture(options, PacketLines(options, detail, link=not quiet))

"""`pcaptools devices`: what can be captured on, and whether this user may."""

from __future__ import annotations

import contextlib
import json
import sys
from dataclasses import asdict
from ipaddress import ip_address
from typing import Any

import click

from pcaptools.commands._say import say
from pcaptools.core.decode.linktypes import link_type_name
from pcaptools.core.devices import Address, Device, Trial, default_device, find_devices, try_capture
from pcaptools.core.errors import DeviceError
from pcaptools.core.privileges import permission_remedy
from pcaptools.printers.console import wants_color
from pcaptools.printers.safe import safe

NO_VALUE = "-"
"""What stands in a column of the plain form that has nothing to say, so that each has its place."""

Found = list[tuple[Device, Trial]]


@click.command("devices", context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--json", "json_", is_flag=True, help="One JSON array, in node_pcap's form.")
@click.option("--color/--no-color", "color", default=None, help="Colours: on a terminal by default.")
def command(json_: bool, color: bool | None) -> int:
    """List what can be captured on, and whether you may.

    A table on a terminal, plain columns in a pipe: name, flags, link type, whether you may capture there,
    link-layer address, addresses, description.
    """
    devices = find_devices()
    try:
        default = default_device(devices)
    except DeviceError:
        default = ""
    found = [(device, try_capture(device)) for device in devices]
    if json_:
        click.echo(json.dumps([_as_dict(device, trial, default) for device, trial in found], indent=2))
        return 0
    if sys.stdout.isatty():
        _table(found, default, wants_color(sys.stdout, color))
    else:
        click.echo("".join(f"{line}\n" for line in _columns(found, default)), nl=False)
    denied = next((device.name for device, trial in found if trial.denied), None)
    if denied is not None:
        say(f"pcaptools: no permission to capture; {permission_remedy(['simple-capture', default or denied])}")
    return 0


def _as_dict(device: Device, trial: Trial, default: str) -> dict[str, Any]:
    """Return node_pcap's object, and what it does not have; what is not there is left out."""
    addresses = [{name: value for name, value in asdict(entry).items() if value} for entry in device.addresses]
    return {
        "name": device.name,
        **({"description": device.description} if device.description else {}),
        "addresses": addresses,
        **({"flags": list(device.flags)} if device.flags else {}),
        **({"mac": device.mac} if device.mac else {}),
        **({"link_type": link_type_name(trial.link_type)} if trial.link_type is not None else {}),
        "default": device.name == default,
        "may_capture": not trial.reason,
        **({"reason": trial.reason} if trial.reason else {}),
        **_remedy(device, trial),
    }


def _remedy(device: Device, trial: Trial) -> dict[str, str]:
    if trial.denied:
        return {"remedy": permission_remedy(["simple-capture", device.name])}
    return {"remedy": f"bring it up: ip link set {device.name} up"} if trial.reason == "it is down" else {}


def _row(device: Device, trial: Trial, default: str) -> list[str]:
    flags = [flag.removeprefix("PCAP_IF_").lower() for flag in device.flags]
    return [
        device.name,
        ",".join(["default"] * (device.name == default) + flags),
        "" if trial.link_type is None else link_type_name(trial.link_type).removeprefix("LINKTYPE_"),
        "no: " + trial.reason if trial.reason else "yes",
        device.mac or "",
        ",".join(map(_address, device.addresses)),
        device.description or "",
    ]


def _address(address: Address) -> str:
    """Return an address with the length of its prefix, and the other end of a link that has only two."""
    text = address.addr
    if address.netmask:
        with contextlib.suppress(ValueError):
            text += f"/{int(ip_address(address.netmask)).bit_count()}"
    return f"{text}->{address.dstaddr}" if address.dstaddr else text


def _columns(found: Found, default: str) -> list[str]:
    """Return lines whose columns are two blanks apart; in none of them but the last are two blanks together."""
    rows = [[safe(cell) or NO_VALUE for cell in _row(device, trial, default)] for device, trial in found]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _table(found: Found, default: str, color: bool) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("name", "link", "capture", "flags", "addresses and more"):
        table.add_column(title, no_wrap=title in {"name", "link"}, overflow="fold")
    table.columns[3].max_width = len("default up")
    for device, trial in found:
        name, flags, link, capture, mac, _, description = _row(device, trial, default)
        lines = [mac, *map(_address, device.addresses), description, trial.reason]
        table.add_row(
            Text(safe(name), "bold green" if device.name == default else "bold"),
            link,
            Text(capture.partition(":")[0], "red" if trial.reason else "green"),
            flags.replace(",", " "),
            Text("\n".join(safe(line) for line in lines if line)),
        )
    Console(no_color=not color, highlight=False).print(table)

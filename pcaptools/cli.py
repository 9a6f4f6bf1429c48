"""The command `pcaptools`: a table of commands, imported when they are called, and errors as one line."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from pcaptools import __version__
from pcaptools.core.errors import PcapToolsError

COMMANDS: dict[str, tuple[str, str]] = {
    # name: (module of pcaptools.commands, the help's one line)
    "http-trace": ("http_trace", "Trace HTTP exchanges, live or from capture files."),
    "simple-capture": ("simple_capture", "Print one line a packet, or all that is in it."),
    "tcp-metrics": ("tcp_metrics", "Show TCP sessions as they start and end, and their figures."),
    "network-grep": ("network_grep", "Search what packets carry for a regular expression."),
    "devices": ("devices", "List what can be captured on, and whether you may."),
    "findalldevs": ("devices", "The same as devices."),
    "demo": ("demo", "Trace a small server and client on loopback, to see what it looks like."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they run, so that `--help` costs nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command's module and return the command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"pcaptools.commands.{COMMANDS[cmd_name][0]}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands from the table, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


EXAMPLES = r"""
Examples:
  sudo pcaptools http-trace eth0 "tcp port 80"
  sudo pcaptools http-trace lo0 "ip proto \tcp"
  pcaptools http-trace -r capture.pcap --json | jq .url
"""


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b" + EXAMPLES,
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
)
@click.version_option(__version__, message="pcaptools %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """See what your programs say on the wire."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit status: 0, 1 for an error, 2 for a wrong usage."""
    _stand_in_for_closed_streams()
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    try:
        status: Any = cli.main(args=arguments, prog_name="pcaptools", standalone_mode=False)
    except PcapToolsError as error:
        click.echo(f"pcaptools: {_one_line(str(error))}", err=True)
        return error.exit_status
    except click.ClickException as error:
        click.echo(f"pcaptools: {_one_line(_wrong_usage(error))}", err=True)
        return error.exit_code
    except click.Abort:
        return 130
    except KeyboardInterrupt:
        return 130
    except SystemExit:  # click's answer to a broken pipe, whatever standalone_mode is; it has no other use for it
        return _reader_left()
    except OSError as error:
        click.echo(f"pcaptools: {_one_line(_trouble(error))}", err=True)
        return 1
    return status if isinstance(status, int) else 0


def _reader_left() -> int:
    """End in peace: the reader of our output has left, and nothing more can be said to it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _stand_in_for_closed_streams() -> None:
    """Open /dev/null for a stream that came closed (`>&-`), lest a capture or a file take its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - it stays open, as any standard stream


def _wrong_usage(error: click.ClickException) -> str:
    """Put click's words in the form of our own errors: what is wrong; the remedy."""
    message = error.format_message().rstrip(".")
    message = message[:1].lower() + message[1:]
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{message}; see {context.command_path} --help" if context else message


def _trouble(error: OSError) -> str:
    """Say what the operating system refused, without its number."""
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason


def _one_line(message: str) -> str:
    from pcaptools.printers.safe import safe

    return safe(message.replace("\n", " "))

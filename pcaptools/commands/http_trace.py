"""`pcaptools http-trace`: HTTP exchanges as they cross the wire."""

from __future__ import annotations

import click

from pcaptools.commands._bodies import BodyOptions, body_options
from pcaptools.commands._filters import Filters, filter_options
from pcaptools.commands._options import CaptureOptions, capture_options, decode_options, examples, live_tcp_filter
from pcaptools.commands._run import run_capture
from pcaptools.commands._trace import HttpTrace
from pcaptools.commands._views import Views, say_statistics, view_options

EXAMPLES = r"""
sudo pcaptools http-trace eth0 "tcp port 80"
sudo pcaptools http-trace lo0 "ip proto \tcp"
pcaptools http-trace -r capture.pcap --headers
ssh host tcpdump -U -w - port 80 | pcaptools http-trace -r - --json
"""


@click.command("http-trace", context_settings={"help_option_names": ["-h", "--help"]}, epilog=examples(EXAMPLES))
@capture_options
@decode_options
@click.option("--headers", is_flag=True, help="Print the headers of each message.")
@body_options
@filter_options
@view_options
@click.option("--tcp-verbose", is_flag=True, help="Print TCP events too: start, end, reset, retransmissions.")
@click.option("--max-sessions", type=click.IntRange(16), default=65_536, show_default=True, help="Sessions tracked.")
@click.option("--idle-timeout", type=click.FloatRange(1), default=7200, show_default=True, metavar="SECONDS",
              help="Forget a session after so long without a packet.")  # fmt: skip
def command(
    options: CaptureOptions,
    bodies: BodyOptions,
    filters: Filters,
    views: Views,
    headers: bool,
    tcp_verbose: bool,
    max_sessions: int,
    idle_timeout: float,
) -> int:
    """Trace HTTP exchanges, live or from capture files.

    HTTP is recognised by its content, on any port. Without INTERFACE the default device is used; without
    FILTER all TCP is looked at.
    """
    trace = HttpTrace(
        options,
        bodies=bodies,
        filters=filters,
        views=views,
        headers=headers,
        tcp_verbose=tcp_verbose,
        max_sessions=max_sessions,
        idle_timeout=idle_timeout,
    )
    try:
        return run_capture(options, trace, live_tcp_filter(options))
    finally:
        if trace.views.statistics is not None and not options.json:
            say_statistics(trace.views.statistics, options.color)

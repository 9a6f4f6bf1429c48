"""`pcaptools tcp-metrics`: TCP sessions and their figures."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import click

from pcaptools.commands._metrics import Metrics, View, time_sequence
from pcaptools.commands._options import CaptureOptions, capture_options, decode_options, examples, live_tcp_filter
from pcaptools.commands._run import run_capture
from pcaptools.core.errors import UsageError
from pcaptools.core.tcp.choose import condition, is_figure
from pcaptools.core.tcp.session import Session

EXAMPLES = r"""
sudo pcaptools tcp-metrics eth0 "tcp port 80"
sudo pcaptools tcp-metrics lo0 "ip proto \tcp"
pcaptools tcp-metrics -r capture.pcap --where 'retrans_rate > 1%' --sort rtt_p95 --top 10
pcaptools tcp-metrics -r capture.pcap --json | jq 'select(.ended != "fin") | .src'
"""


@click.command("tcp-metrics", context_settings={"help_option_names": ["-h", "--help"]}, epilog=examples(EXAMPLES))
@capture_options
@decode_options
@click.option("--where", multiple=True, metavar="CONDITION", help="Only sessions of which it holds. Repeatable.")
@click.option("--sort", default="", metavar="FIGURE", help="One table at the end, of the sessions with most of it.")
@click.option("--top", type=click.IntRange(1, 100_000), default=None, metavar="N", help="Rows of a table (5).")
@click.option("--csv", "csv_", is_flag=True, help="One line of comma-separated values a session.")
@click.option("--graph", is_flag=True, help="Draw throughput and round-trip time of each session over time.")
@click.option(
    "--plot", default="", metavar="FILE", help="Draw the time-sequence graph of the largest session: svg or png."
)
@click.option("--tcp-verbose", is_flag=True, help="Tell anomalies as they happen, too: retransmissions, zero windows.")
@click.option("--max-sessions", type=click.IntRange(16), default=65_536, show_default=True, help="Sessions tracked.")
@click.option("--idle-timeout", type=click.FloatRange(1), default=7200, show_default=True, metavar="SECONDS",
              help="Forget a session after so long without a packet.")  # fmt: skip
def command(
    options: CaptureOptions,
    where: tuple[str, ...],
    sort: str,
    top: int | None,
    csv_: bool,
    graph: bool,
    plot: str,
    tcp_verbose: bool,
    max_sessions: int,
    idle_timeout: float,
) -> int:
    """Show TCP sessions as they start and end, and their figures.

    Live or from capture files. Without INTERFACE the default device is used; without FILTER all TCP is looked at.
    """
    _check(options, sort, top, csv_)
    _check_plot(plot)
    tests = [condition(text) for text in where]
    view = View(tests, sort, top or 0, csv_, tcp_verbose, graph, plot, max_sessions, idle_timeout)
    metrics = Metrics(options, view)
    try:
        return run_capture(options, metrics, live_tcp_filter(options))
    finally:
        if not (options.json or csv_):
            from pcaptools.commands._summary import summarise

            summarise(metrics, options.color)
        if metrics.largest is not None:
            _plot(metrics.largest, plot, options.force)


def _check(options: CaptureOptions, sort: str, top: int | None, csv_: bool) -> None:
    if options.json and csv_:
        raise UsageError("--json and --csv both want standard output", "give one of them")
    if csv_ and options.write == "-":
        raise UsageError("--csv and the packets both want standard output", "write to a file")
    if sort and not is_figure(sort):
        raise UsageError(f'no figure is called "{sort}"', "docs/figures.md and pcaptools-tcp-metrics(1) list them")
    if sort and top is None and (options.json or csv_):
        raise UsageError("sorted records come at the end, all at once", "say with --top how many")


def _check_plot(name: str) -> None:
    """Refuse at the start what could not be written at the end."""
    if not name:
        return
    kind = Path(name).suffix.lower()
    if kind not in (".svg", ".png"):
        raise UsageError(f"{name} is neither .svg nor .png", "name the file of --plot so")
    if kind == ".png" and importlib.util.find_spec("PIL") is None:
        raise UsageError("PNG needs Pillow, which is not installed", "pip install 'pcaptools[plot]', or write an .svg")


def _plot(session: Session, name: str, force: bool) -> None:
    from pcaptools.core.sources.whole import write_whole
    from pcaptools.core.sources.writer import cannot_write, open_new
    from pcaptools.printers.plot import PngCanvas, SvgCanvas, draw

    canvas = SvgCanvas() if name.lower().endswith(".svg") else PngCanvas()
    picture = draw(time_sequence(session), canvas)
    with open_new(name, force) as file:
        try:
            write_whole(file, picture)
        except OSError as error:
            if os.path.isfile(name):  # half a picture is none
                os.unlink(name)
            raise cannot_write(name, error) from None

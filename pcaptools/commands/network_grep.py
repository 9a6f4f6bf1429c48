"""`pcaptools network-grep`: a regular expression over what packets and streams carry."""

from __future__ import annotations

import click

from pcaptools.commands._grep import Grep, View
from pcaptools.commands._options import CaptureOptions, decode_options, examples, grep_options, live_tcp_filter
from pcaptools.commands._run import run_capture
from pcaptools.core.errors import CaptureFileError, PcapToolsError, UsageError
from pcaptools.core.grep.pattern import compile_pattern

EXAMPLES = r"""
sudo pcaptools network-grep 'GET /api' eth0
sudo pcaptools network-grep -I 'set-cookie: \w+' lo0 "ip proto \tcp"
pcaptools network-grep --stream 'password=[^&\s]+' -r capture.pcap
pcaptools network-grep --decoded '"error":' -r capture.pcap
pcaptools network-grep --hex 'ff d8 ff' -r capture.pcap --write pictures.pcap --whole-session
"""
context_count = click.IntRange(0, 1000)


@click.command("network-grep", context_settings={"help_option_names": ["-h", "--help"]}, epilog=examples(EXAMPLES))
@grep_options
@decode_options
@click.option("-I", "--ignore-case", is_flag=True, help="Take capitals and small letters for the same.")
@click.option("-v", "--invert", is_flag=True, help="Packets that do not match.")
@click.option("-w", "--word", is_flag=True, help="Only matches that are whole words.")
@click.option("--hex", "hexadecimal", is_flag=True, help="PATTERN is bytes in hexadecimal, as de ad ?? ef.")
@click.option("--stream", is_flag=True, help="Search the reassembled TCP streams, not single packets.")
@click.option("--decoded", is_flag=True, help="Search HTTP heads, decoded HTTP bodies and WebSocket messages.")
@click.option("-X", "dump", is_flag=True, help="Print the payload in hexadecimal and ASCII, too.")
@click.option("-A", "after", type=context_count, default=0, metavar="N", help="Print N packets after a match, too.")
@click.option("-B", "before", type=context_count, default=0, metavar="N", help="Print N packets before a match, too.")
@click.option("-C", "around", type=context_count, default=0, metavar="N", help="Both.")
@click.option("-m", "--max-count", "most", type=click.IntRange(0), default=0, metavar="N", help="End after N matches.")
@click.option("--count-only", is_flag=True, help="Print only how many matches there are.")
@click.option("-o", "--only-matching", "only", is_flag=True, help="Print only what matches, each match on a line.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing, end at the first match: the exit status tells.")
@click.option("--whole-session", is_flag=True, help="Let --write keep all packets of the sessions that match.")
def command(
    options: CaptureOptions,
    pattern: str,
    ignore_case: bool,
    invert: bool,
    word: bool,
    hexadecimal: bool,
    stream: bool,
    decoded: bool,
    dump: bool,
    after: int,
    before: int,
    around: int,
    most: int,
    count_only: bool,
    only: bool,
    quiet: bool,
    whole_session: bool,
) -> int:
    """Search what packets carry for a regular expression.

    PATTERN is one of Python's, over bytes. Live or from capture files; without INTERFACE the default device is
    used. The exit status is 0 if something matched, 1 if nothing did, 2 after an error.
    """
    try:
        view = View(
            invert,
            dump,
            max(before, around),
            max(after, around),
            most,
            count_only,
            only,
            quiet,
            stream,
            decoded,
            whole_session,
        )
        _check(options, view)
        options.quiet = quiet
        compiled = compile_pattern(pattern, ignore_case=ignore_case, word=word, hexadecimal=hexadecimal)
        grep = Grep(options, view, compiled)
        run_capture(options, grep, live_tcp_filter(options) if stream or decoded else "")
    except PcapToolsError as error:
        error.exit_status = 2
        raise
    except OSError as error:
        trouble = CaptureFileError(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror))
        trouble.exit_status = 2
        raise trouble from None
    if grep.found:
        return 0
    return 2 if grep.search.gave_up else 1


def _check(options: CaptureOptions, view: View) -> None:
    if view.stream and view.decoded:
        raise UsageError("--stream and --decoded are two ways to search", "give one of them")
    whole = "--stream" if view.stream else "--decoded" if view.decoded else ""
    if whole and view.invert:
        raise UsageError("-v is about packets", f"leave it or {whole} out")
    if whole and (view.before or view.after):
        raise UsageError("-A, -B and -C are about packets", f"leave them or {whole} out")
    if view.invert and view.only:
        raise UsageError("-v leaves nothing for -o to print", "leave one of them out")
    if view.count_only and options.json:
        raise UsageError("--count-only prints one number, --json objects", "give one of them")
    if view.count_only and options.write == "-":
        raise UsageError("--count-only and the packets both want standard output", "write to a file")
    if view.whole_session and not options.write:
        raise UsageError("--whole-session is about --write", "say where the packets are to go")
    if view.only and (options.json or view.dump):
        raise UsageError("-o prints nothing but what matches", "leave --json or -X out")

"""What one session, and all sessions together, may ask of the server: every bound, defined once.

``python -m cohesion_viz.limits`` writes the table of ``docs/server.md``.
"""

from pathlib import Path

KIB, MIB = 2**10, 2**20

#: Sessions at once: tabs that are open, or were left no longer ago than `KEPT_MINUTES`.
SESSIONS = 100
#: Minutes for which a tab that lost its connection is kept, so that it can come back to what it showed.
KEPT_MINUTES = 10
#: Connections at once, for all that a page is made of.
CONNECTIONS = 1000
#: Bytes of a request's body: no page sends one, but for the note that a tab closes.
BODY = 4 * KIB

#: Bytes of a message from a browser: the largest scenario, escaped, fits.
MESSAGE = 1 * MIB
#: Messages that a browser may send at once, and a second after that: what comes faster waits. A long message counts
#: once for each `MESSAGE_PART` bytes that it begins.
MESSAGES, MESSAGE_RATE, MESSAGE_PART = 100, 10, 16 * KIB
#: Channels that a browser may open on one connection: a page opens one, and another for each time it reconnects.
CHANNELS = 50
#: Seconds between two questions whether a browser is still there, and for which an answer is waited for.
PATIENCE = 20

#: Runs times months of an ensemble: as many runs as are offered, of the longest scenario that is shipped.
RUN_MONTHS = 2048 * 132
#: Events of a scenario.
EVENTS = 200
#: Characters of a link.
LINK = 512 * KIB
#: Steps that undo walks back, and characters that they may hold.
STEPS, STEPS_TEXT = 100, 4 * MIB

#: Requests of a session that are being answered, the newest and those that are just stopping.
AT_WORK = 3
#: Bytes that a month of a run takes while its ensemble grows: six variables by member and three of the alliance as
#: 32 bit floats, posture by member, phase and outcome as one byte.
BYTES_OF_A_MONTH = 6 * 32 * 4 + 3 * 4 + 32 + 2
#: Bytes of runs that first bands, and what refines them, may take of all sessions together: what is more waits.
FIRST_BANDS, REFINEMENTS = 1024 * MIB, 1024 * MIB
#: Months of finished ensembles that are kept for whoever asks for the same, about 4.5 KiB each.
CACHE_MONTHS = 20_000


def table() -> str:
    """The bounds in Markdown, with what happens beyond them."""
    from cohesion.checks import MAX_MONTHS
    from cohesion.facts import ISO3
    from cohesion.toml import MAX_BYTES
    from cohesion_viz.folders import DEPTH, MAX_MANIFEST, MAX_TABLE, MOST
    from cohesion_viz.view import RUNS

    rows = [
        ("sessions at once", f"{SESSIONS}", "a page says that all are in use"),
        ("a tab without connection is kept", f"{KEPT_MINUTES} minutes", "load it again; its work stops at once"),
        ("connections at once", f"{CONNECTIONS:,}", "refused (503)"),
        ("body of a request", f"{BODY // KIB} KiB", "refused (413)"),
        ("message of a browser", f"{MESSAGE // KIB:,} KiB", "the connection is closed"),
        ("messages of a browser", f"{MESSAGES} at once, then {MESSAGE_RATE} a second", "they wait"),
        ("channels on a connection", f"{CHANNELS}", "the connection is closed"),
        ("silence of a browser, asked or not", f"{2 * PATIENCE} seconds", "the connection is closed"),
        ("scenario that is brought in", f"{MAX_BYTES // KIB} KiB", "refused, with the reason"),
        ("events of a scenario", f"{EVENTS}", "refused, with the reason"),
        ("members", f"{len(ISO3)}, those of the model", "there are no others to ask for"),
        ("months of a scenario", f"{MAX_MONTHS}", "refused, with the reason"),
        ("runs of an ensemble", f"{RUNS[-1]:,}", "a link is read without them"),
        ("runs times months", f"{RUN_MONTHS:,}", "refused, with the reason; a link gets fewer runs"),
        ("characters of a link", f"{LINK // KIB} Ki", "the defaults are shown, and a message"),
        ("steps of undo", f"{STEPS}, and {STEPS_TEXT // MIB} Mi characters", "the oldest are dropped"),
        ("requests at work in a session", f"{AT_WORK}: the newest, others are stopping", "older ones are dropped"),
        ("runs held for first bands, all sessions", f"{FIRST_BANDS // MIB:,} MiB", "who comes later waits"),
        ("runs held for more than first bands, all sessions", f"{REFINEMENTS // MIB:,} MiB", "who comes later waits"),
        ("finished ensembles kept", f"{CACHE_MONTHS:,} months (90 MiB)", "older ones dropped"),
        ("table of a result folder", f"{MAX_TABLE // MIB} MiB", "refused, with the reason"),
        ("manifest of a result folder", f"{MAX_MANIFEST // MIB} MiB", "not offered"),
        ("result folders offered", f"{MOST}, {DEPTH} folders deep", "older ones are not offered"),
    ]  # fmt: skip
    head = [("what", "at most", "beyond it"), ("---", "---", "---")]
    return "\n".join(f"| {' | '.join(row)} |" for row in head + rows)


def main() -> None:
    """Write the table into the page."""
    page = Path(__file__).resolve().parents[2] / "docs" / "server.md"
    before, _, rest = page.read_text(encoding="utf-8").partition("<!-- limits -->\n")
    after = rest.partition("<!-- end of limits -->")[2]
    text = f"{before}<!-- limits -->\n{table()}\n<!-- end of limits -->{after}"
    page.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

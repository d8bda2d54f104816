"""What the command line prints: folded and styled on a terminal, plain in a pipe.

First what prints any text, table or progress, then what prints a scenario, a run or an ensemble.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cohesion.levers import LEVERS

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from cohesion.scenario import Scenario

CAVEAT = "This is an exploratory model, not a forecast."


def warn(text: str) -> None:
    """A warning on stderr, so that it is no part of a result."""
    print(f"warning: {text}", file=sys.stderr)


def fail(text: str) -> None:
    """A mistake of the user, on stderr; the caller sets the exit code."""
    print(f"error: {text}", file=sys.stderr)


def print_json(content: dict[str, Any]) -> None:
    """One JSON object, without NaN or infinities, which JSON lacks."""
    print(json.dumps(content, indent=2, allow_nan=False))


def say(text: str = "", style: str = "") -> None:
    """A paragraph: folded and styled on a terminal, one line elsewhere."""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.text import Text

        Console(highlight=False).print(Text(text, style=style))
    else:
        print(text)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """A table; a column whose name starts with ``>`` is set to the right. Plain and never folded outside a terminal."""
    if title:
        say(title, "bold")
    right = [name.startswith(">") for name in columns]
    names = [name.lstrip(">") for name in columns]
    if sys.stdout.isatty():
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for name, to_right in zip(names, right, strict=True):
            table.add_column(name, justify="right" if to_right else "left", header_style="bold cyan")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        Console(highlight=False).print(table)
        return
    lines = [names, *rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(names))]
    for line in lines:
        cells = (c.rjust(w) if r else c.ljust(w) for c, w, r in zip(line, widths, right, strict=True))
        print("  ".join(cells).rstrip())
    print()


@contextmanager
def progress(total: int, label: str) -> Iterator[Callable[[int], None]]:
    """A bar with the time left on stderr, where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.advance(task, done)


def duration(seconds: float) -> str:
    """A time in words, to about two digits."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def print_scenario(scenario: "Scenario") -> None:
    """A scenario in full: story, levers, events, parameters and sources."""
    from cohesion.levers import in_words

    about = scenario.to_dict()
    say(f"{scenario.title} ({scenario.name})", "bold")
    say(f"{scenario.month_label(0)} to {scenario.month_label(scenario.months - 1)}, {scenario.months} months")
    say()
    say(" ".join(scenario.story.split()))
    say()
    meaning = {lever.name: lever.meaning for lever in LEVERS}
    rows = [(key, in_words(value), meaning[key]) for key, value in about["levers"].items()]
    if rows:
        print_table(("lever", "value", "meaning"), rows, "Levers; all others stay as they were at the start")
    if about["events"]:
        events = []
        for event in about["events"]:
            moved = ", ".join(f"{key} = {in_words(value)}" for key, value in event["levers"].items())
            until = f" until {event['until']}" if "until" in event else ""
            events.append((event["date"] + until, event["text"], moved, event.get("source", "")))
        print_table(("date", "event", "levers", "source"), events, "Events")
    if about["parameters"]:
        print_table(("parameter", ">value"), [(k, f"{v:g}") for k, v in about["parameters"].items()], "Parameters")
    for source in scenario.sources:
        say(f"Source: {source}")


def print_run(scenario: "Scenario", history: "xr.Dataset", story: Sequence[dict[str, Any]], heading: str) -> None:
    """A run told month by month, and its course by year."""
    from cohesion.outcome import OUTCOMES

    index = history["cohesion_index"].values
    say(heading, "bold")
    print_table(("month", "what happens"), [(line["month"], line["text"]) for line in story])
    others = [code for code in history["member"].values.tolist() if code != "USA"]
    trust = history["trust_in_us"].sel(member=others).values.mean(axis=-1)
    rows = [
        (
            scenario.month_label(m), f"{index[m]:.2f}", f"{trust[m]:.2f}", f"{history['unity'].values[m]:.2f}",
            OUTCOMES[int(history["outcome"].values[m])].replace("_", " "),
        )
        for m in sorted({*range(0, scenario.months + 1, 12), scenario.months})
    ]  # fmt: skip
    print_table(("month", ">cohesion index", ">trust in the US", ">unity", "outcome of the two years before"), rows)
    say(CAVEAT)


def print_explanation(found: dict[str, Any], title: str) -> None:
    """Causes of a change of trust, of `cohesion.ledger.explain`, the largest first."""
    from cohesion.facts import NAMES

    toward = found["toward"]
    first, last = found["probability_first"], found["probability_last"]
    drivers: dict[str, float] = found["drivers"]
    ally = f"the {NAMES[toward]}" if NAMES[toward].startswith(("United", "Nether")) else NAMES[toward]
    say(f"Trust of {found['member_name']} in {ally}: {title}, run {found['run']} of seed {found['seed']}", "bold")
    say(f"{first:.2f} at the start, {last:.2f} at the end (belief that it would honour Article 5, a probability)")
    say()
    block = "█" if "utf" in (sys.stdout.encoding or "").lower() else "#"
    scale = max(map(abs, drivers.values()), default=1.0)
    rows = [(name, f"{value:+.3f}", block * max(1, round(30 * abs(value) / scale))) for name, value in drivers.items()]
    rows.append(("sum", f"{sum(drivers.values()):+.3f}", ""))
    print_table(("cause", ">log-odds", "size"), rows)
    largest = [f"{name} ({value:+.2f})" for name, value in list(drivers.items())[:3]]
    if largest:
        named = largest[0] if len(largest) == 1 else f"{', '.join(largest[:-1])} and {largest[-1]}"
        count = {1: "only cause is", 2: "two causes are", 3: "three biggest causes are"}[len(largest)]
        say(f"The {count} {named}.")
        if found["ledger"] == "direct":
            say("Anchoring and social learning pass on what other causes began: --traced shows those.")
    else:
        say("Nothing has moved it.")


def print_attribution(parts: "pd.DataFrame", chosen: "Scenario", other: "Scenario", outcome: str, runs: int) -> None:
    """A difference divided among its drivers."""
    what = "the mean final cohesion index" if outcome == "cohesion_index" else f"the share that ends as {outcome}"
    scale, unit = (1, "") if outcome == "cohesion_index" else (100, " points")
    decimals = 3 if outcome == "cohesion_index" else 1
    total = float(parts["change"].sum()) * scale
    say(f"{chosen.title} against {other.title}: {what} differs by {total:+.{decimals}f}{unit}", "bold")
    if parts.empty:
        say("Nothing sets the two apart.")
        return
    rows = [
        (str(name), *(f"{scale * row[key]:+.{decimals}f}" for key in ("change", "low", "high")))
        for name, row in parts.to_dict("index").items()
    ]
    print_table(("driver", f">share of it{' (' + unit.strip() + ')' if unit else ''}", ">from", ">to"), rows)
    say(
        f"Shapley values over {2 ** len(parts):,} combinations of {runs} runs each, with 95 % intervals. They add up "
        "to the difference; the share of learning is what it adds to the others'."
    )


def print_ensemble(said: dict[str, Any]) -> None:
    """The verdict, then outcome shares, cohesion index and the members whose trust moves most, beside the baseline."""
    from cohesion.facts import NAMES
    from cohesion.summary import percent, verdict

    say(verdict(said), "bold")
    say()
    each = [said, *([said["baseline"]] if "baseline" in said else [])]
    rows = []
    for name in said["outcome_shares"]:
        row = [name.replace("_", " ")]
        for one in each:
            low, high = one["outcome_intervals"][name]
            row += [f"{percent(one['outcome_shares'][name])} %", f"{percent(low)} to {percent(high)}"]
        rows.append(row)
    heads = [head for one in each for head in (f">{one['scenario']}", ">95 % interval")]
    print_table(("outcome", *heads), rows, f"Outcomes, share of {said['runs']:,} runs")
    index = [
        (one["scenario"], when, *(f"{one['cohesion_index'][when][q]:.2f}" for q in ("p05", "p50", "p95")))
        for one in each
        for when in ("first", "last")
    ]
    print_table(("scenario", "month", ">5 %", ">median", ">95 %"), index, "Cohesion index, 0 to 1")
    moved = sorted(
        (
            (NAMES[code], *values["trust_in_us"])
            for code, values in said["members"].items()
            if values["trust_in_us"][0] is not None
        ),
        key=lambda row: -abs(row[2] - row[1]),
    )[:5]
    trust = [(name, f"{first:.2f}", f"{last:.2f}", f"{last - first:+.2f}") for name, first, last in moved]
    print_table(("member", ">first", ">last", ">change"), trust, "Trust in the US, the five medians that change most")


def print_comparison(before: dict[str, Any], said: dict[str, Any], difference: dict[str, Any]) -> None:
    """How two ensembles differ, of their summaries."""
    from cohesion.summary import difference_in_words, percent

    say(f"{said['scenario']} against {before['scenario']}: {difference_in_words(difference['median'])}.", "bold")
    say()
    medians = [one["cohesion_index"]["last"]["p50"] for one in (before, said)]
    low, high = difference["median"]["interval"]
    rows = [
        (
            "median final cohesion index", *(f"{median:.2f}" for median in medians),
            f"{difference['median']['difference']:+.2f}", f"{low:+.2f} to {high:+.2f}",
        )
    ]  # fmt: skip
    for name, (moved, low, high) in difference["outcome_shares"].items():
        rows.append(
            (
                f"{name.replace('_', ' ')}, % of runs", percent(before["outcome_shares"][name]),
                percent(said["outcome_shares"][name]), f"{100 * moved:+.1f}", f"{100 * low:+.1f} to {100 * high:+.1f}",
            )
        )  # fmt: skip
    print_table(("", f">{before['scenario']}", f">{said['scenario']}", ">difference", ">95 % interval"), rows)
    paired = difference["paired"]
    say(
        f"Run by run, the final cohesion index differs by {paired['p50']:+.2f} in the median "
        f"({paired['p05']:+.2f} to {paired['p95']:+.2f} in nine of ten of {said['runs']:,} pairs)."
    )


def print_closing(said: dict[str, Any], out: Path | None) -> None:
    """What to bear in mind, and where the result is."""
    from cohesion.summary import largest_sensitivity

    threshold, move, outcome, change = largest_sensitivity(said)
    if abs(change) > 0.1:
        say(
            f"Caution: with {threshold} moved by {move}, the share of "
            f"'{outcome.replace('_', ' ')}' changes by {100 * change:+.0f} points."
        )
    say(CAVEAT)
    if out is not None:
        say(f"Written to {out}")


def print_calibration(recipe: dict[str, Any]) -> None:
    """What a fit found: each statistic of history beside what candidates and the kept sets make of it."""
    rows = [
        (
            one["name"],
            f"{one['data']:.3f}",
            *(f"{v[1]:.3f} [{v[0]:.3f}, {v[2]:.3f}]" for v in (one["prior"], one["posterior"])),
        )
        for one in recipe["statistics"]
    ]
    print_table(
        ("statistic", ">history", ">all candidates (90 %)", ">kept sets (90 %)"), rows,
        f"History to {recipe['origin']}: {recipe['candidates']:,} candidates",
    )  # fmt: skip


def print_backtest(found: dict[str, Any]) -> None:
    """Scores of a back-test, or the forecast itself where its years are not known yet."""
    names = ("model", "persistence", "trend", "pledge", "panel")
    for key, title in (("headline", "Origins 2019 to 2022"), ("scores", "All origins")):
        scores = found.get(key)
        if scores is None:
            continue
        if key == "scores":
            title = "Origins " + ", ".join(map(str, scores["origins"]))
        rows = [
            (
                f"{horizon}",
                *(f"{part[name]:.3f}" for name in names),
                f"{100 * part['coverage']:.0f} %",
                f"{part['cells']}",
            )
            for horizon, part in scores["by_horizon"].items()
        ]
        pooled = scores["horizons_2_and_3"]
        rows.append(("2 and 3", *(f"{pooled[name]:.3f}" for name in names), "", ""))
        columns = ("years ahead", *(f">{name}" for name in names), ">in 90 % band", ">cells")
        print_table(columns, rows, f"{title}: root mean squared error, points of GDP")
        say(
            f"{scores['ratio_to_best']:.2f} of the best baseline ({scores['best_baseline']}); "
            f"{100 * scores['coverage']:.0f} % of cells in the 90 % band"
        )
        say()
    for span, part in found.get("rises", {}).items():
        say(
            f"Rises {span}: rank correlation {part['rank_correlation']:.2f} over {part['members']} members; "
            f"mean {part['mean_forecast']:.2f} forecast, {part['mean_actual']:.2f} in fact"
        )
    for key, title in (("best_members", "Closest"), ("worst_members", "Farthest off")):
        if key in found:
            say(f"{title}: " + ", ".join(f"{iso3} {error:.2f}" for iso3, error in found[key].items()))
    for year, part in found.get("goodwill", {}).items():
        say(
            f"Views of the United States, {year}: sign right for {100 * part['sign_right']:.0f} % of {part['pairs']} "
            f"moves, rank correlation {part['rank_correlation']:.2f}"
        )
    if "scores" not in found:
        rows = [(one["iso3"], str(one["year"]), *(f"{one[k]:.2f}" for k in ("last", "p05", "p50", "p95")))
                for one in found["forecast"]]  # fmt: skip
        print_table(
            ("member", "year", ">at the origin", ">5 %", ">median", ">95 %"), rows, "Defence spending, % of GDP"
        )

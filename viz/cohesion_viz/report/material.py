"""The numbers of a report on an ensemble: gathered anew, or from a result folder and checked against it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from cohesion.attribution import RUNS, attribute, drivers
from cohesion.ensemble import digest, outcome_table, simulate
from cohesion.facts import ISO3, NAMES
from cohesion.outcome import OUTCOMES
from cohesion.results import Results, citation, commit, versions
from cohesion.scenario import Scenario, scenario_from_text
from cohesion.summary import BLOCK, QUANTILES, simulate_all, summary
from cohesion.uncertainty import Uncertainty
from cohesion_viz.numbers import (
    EVERYTHING_ELSE,
    Accounts,
    accounts,
    fan,
    ledger,
    month_after,
    paired_difference,
    shares_over_time,
)

Progress = Callable[[int], None]
#: Members whose ledger is shown: those whose median trust in the US moves most.
MOST_MOVED = 4
#: Runs of the ledger, the first ones; those of each coalition of the attribution, `cohesion.attribution.RUNS`.
RUNS_OF_LEDGER = RUNS


@dataclass(frozen=True)
class Made:
    """How runs were made: what `cohesion.simulate` was called with."""

    runs: int
    seed: int
    uncertainty: Uncertainty
    without: tuple[str, ...]


@dataclass(frozen=True)
class Material:
    """The numbers of a report on an ensemble.

    Attributes
    ----------
    scenario, baseline, made
        What was simulated, what it is compared with, and how.
    said
        Of `cohesion.summary.summary`.
    trust, fan, shares
        As of `cohesion_viz.numbers`: trust in the US, cohesion index, outcome shares.
    ghost, difference
        Cohesion index of the baseline, and the difference run by run; None without a baseline of the same start.
    causes
        Of `cohesion.attribution.attribute`; None where there is no baseline to divide the difference to.
    ledgers
        Of the members that moved most, by code; empty where the runs could not be made again.
    origin
        Versions, commit, platform and time of writing, of the runs.
    cite
        BibTeX entry of the result.
    folder
        That it was read from; empty where the runs were made for the report.
    again
        Of a folder: whether its first runs, made again, agree to the last bit; without that, there are no ledgers,
        causes and baseline over time.
    """

    scenario: Scenario
    baseline: Scenario | None
    made: Made
    said: dict[str, Any]
    trust: pd.DataFrame
    fan: pd.DataFrame
    shares: pd.DataFrame
    ghost: pd.DataFrame | None
    difference: pd.DataFrame | None
    causes: pd.DataFrame | None
    ledgers: dict[str, Accounts]
    origin: dict[str, str]
    cite: str
    folder: str = ""
    again: bool = True


def work(scenario: Scenario, baseline: Scenario | None, made: Made) -> int:
    """Runs that a report takes, for the bar of progress; of a folder, ``made.runs`` beyond `BLOCK` are not repeated."""
    total = made.runs * (1 if baseline is None else 2) + min(made.runs, RUNS_OF_LEDGER)
    if baseline is None or not _comparable(scenario, baseline):
        return total
    among = [driver.name for driver in drivers(baseline, scenario) if driver.name not in made.without]
    return total + RUNS * 2 ** len(among)


def simulated(scenario: Scenario, baseline: Scenario | None, made: Made, progress: Progress) -> Material:
    """Run a scenario, and a baseline of the same horizon, for a report."""
    how = made.runs, made.seed, made.uncertainty, made.without
    data, ends = simulate_all(scenario, *how, progress=progress)
    before = None if baseline is None else simulate_all(baseline, *how, progress=progress)
    said = summary(ends, scenario, None if baseline is None or before is None else (baseline, before[1]))
    origin = told(versions(), commit(), datetime.now(UTC).isoformat(timespec="seconds"))
    return Material(
        scenario, baseline, made, said, trust_of(said), fan(data), shares_over_time(data),
        *_beside(data, None if before is None else before[0]), *_why(scenario, baseline, made, said, progress),
        origin, citation(scenario.name, scenario.title, made.seed, made.runs, said["digest"]),
    )  # fmt: skip


def asked(found: Results) -> tuple[Scenario, Scenario | None, Made]:
    """What a result folder was made of: scenario, baseline, and how."""
    manifest = found.manifest
    scenario, baseline = (
        None if about is None else scenario_from_text(about["toml"], f"{about['name']}.toml")
        for about in (manifest["scenario"], manifest["baseline"])
    )
    assert scenario is not None
    without = tuple(name for name in manifest["without"].split(", ") if name)
    return scenario, baseline, Made(int(manifest["runs"]), int(manifest["seed"]), manifest["uncertainty"], without)


def read(found: Results, folder: str | Path, progress: Progress) -> Material:
    """Take the numbers of a result folder, and make its first runs again for what it does not hold."""
    scenario, baseline, made = asked(found)
    manifest = found.manifest
    said = {key: value for key, value in found.summary.items() if key != "changes"}
    about = scenario, baseline, made, said, trust_of(said), *_held(found, scenario)
    origin = told(manifest["versions"], manifest["commit"], manifest["written"])
    how = min(made.runs, BLOCK), made.seed, made.uncertainty, made.without
    data, ends = simulate_all(scenario, *how, progress=progress)
    if digest(outcome_table(ends)) != digest(found.outcomes.head(how[0])):
        return Material(*about, None, None, None, {}, origin, manifest["cite"], str(folder), again=False)
    before = None if baseline is None else simulate_all(baseline, *how, progress=progress)[0]
    why = _why(scenario, baseline, made, said, progress)
    return Material(*about, *_beside(data, before), *why, origin, manifest["cite"], str(folder))


def trust_of(said: dict[str, Any]) -> pd.DataFrame:
    """Trust in the US of a summary, as of `cohesion_viz.numbers.trust_changes`."""
    codes = [code for code in ISO3 if code != "USA"]
    first, last = ([said["members"][code]["trust_in_us"][at] for code in codes] for at in (0, 1))
    table = pd.DataFrame(
        {"name": [NAMES[code] for code in codes], "first": first, "last": last}, pd.Index(codes, name="member")
    )
    return table.assign(change=table["last"] - table["first"]).sort_values(["change", "name"])


def _beside(data: xr.Dataset, before: xr.Dataset | None) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Cohesion index of a baseline that starts in the same month, and the difference run by run."""
    if before is None or before.attrs["start"] != data.attrs["start"]:
        return None, None
    return fan(before), paired_difference(before, data)


def _why(
    scenario: Scenario, baseline: Scenario | None, made: Made, said: dict[str, Any], progress: Progress
) -> tuple[pd.DataFrame | None, dict[str, Accounts]]:
    """The difference divided among drivers, and the ledgers of the members that moved most."""
    causes = None
    if baseline is not None and _comparable(scenario, baseline):
        causes = attribute(baseline, scenario, RUNS, made.seed, "holds", made.uncertainty, made.without, progress)
    booked = simulate(
        scenario, min(made.runs, RUNS_OF_LEDGER), made.seed, made.uncertainty, without=made.without, ledger=True,
        variables=("trust_in_us",), progress=progress,
    )  # fmt: skip
    moved = trust_of(said)["change"].abs().sort_values(ascending=False, kind="stable").index[:MOST_MOVED]
    return causes, {str(code): _large(ledger(booked, str(code))) for code in moved}


def _large(each: Accounts) -> Accounts:
    """A ledger whose causes below 0.005 in log-odds are in everything else."""
    change = each.drivers["change"].drop(EVERYTHING_ELSE)
    return accounts({str(k): v for k, v in change[change.abs() >= 0.005].items()}, each.first, each.last)


def _comparable(scenario: Scenario, baseline: Scenario) -> bool:
    return (scenario.start, scenario.months) == (baseline.start, baseline.months)


def _held(found: Results, scenario: Scenario) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fan and shares of a folder."""
    bands = found.bands
    dates = pd.Index([month_after(scenario.start, int(m)) for m in bands["month"].values], name="date")
    index = bands["cohesion_index"].transpose("month", "quantile").values
    kinds = bands["outcome_share"].transpose("month", "outcome_name").values
    return pd.DataFrame(index, dates, list(QUANTILES)), pd.DataFrame(kinds, dates, list(OUTCOMES))


def told(numbers: dict[str, str], at: str | None, written: str) -> dict[str, str]:
    """Versions, commit and time, for reading."""
    named = {"cohesion-alliance": "cohesion", "model": "model", "python": "Python", "numpy": "NumPy", "mesa": "Mesa"}
    return {
        "Versions": ", ".join(f"{named[key]} {numbers[key]}" for key in named if key in numbers),
        "Commit": at or "unknown: not a checkout",
        "Runs made": written.replace("T", " ").replace("+00:00", " UTC"),
    }

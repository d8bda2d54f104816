"""What is said of an ensemble: its summary in numbers, its finding in words, its bands over time."""

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from cohesion import outcome as rule
from cohesion.ensemble import Progress, compare, digest, outcome_shares, outcome_table, simulate
from cohesion.parameters import THRESHOLDS
from cohesion.scenario import Scenario
from cohesion.types import PHASES, POSTURES
from cohesion.uncertainty import Uncertainty
from cohesion.variables import VARIABLES

if TYPE_CHECKING:
    import xarray as xr

QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
#: Member variables of the summary: name there, name in the dataset.
MEMBER_VARIABLES = {
    "trust_in_us": "trust_in_us", "spending_pct_gdp": "spending", "threat": "threat", "credibility": "credibility",
    "goodwill": "goodwill",
}  # fmt: skip
#: Outcomes in a sentence.
OUTCOME_PHRASES = {
    "holds": "the alliance holds",
    "european_pillar": "a European pillar carries it",
    "hollow": "it is hollow",
    "splinters": "it splinters",
}
#: What a summary needs of a dataset, of its first and last month only.
NEEDED = ("cohesion_index", "cohesion_with_burden", *MEMBER_VARIABLES.values())
#: Runs of which every month is kept; of further ones only the first and the last, so that memory stays small.
BLOCK = 2048


def simulate_all(
    scenario: Scenario,
    runs: int,
    seed: int,
    uncertainty: Uncertainty,
    without: tuple[str, ...] = (),
    variables: tuple[str, ...] | None = NEEDED,
    progress: Progress | None = None,
) -> "tuple[xr.Dataset, xr.Dataset]":
    """All months of the first `BLOCK` runs, and the first and last month of all, of `NEEDED` and the outcome.

    Parameters are those of `cohesion.simulate`; ``variables`` must hold `NEEDED`.
    """
    import xarray as xr

    full, ends = None, []
    for first in range(0, runs, BLOCK):
        block = simulate(
            scenario, min(BLOCK, runs - first), seed, uncertainty, without=without, variables=variables,
            first_run=first, progress=progress,
        )  # fmt: skip
        full = block if full is None else full
        ends.append(block[[*NEEDED, "outcome", "criteria", "connectivity"]].isel(month=[0, -1]))
    assert full is not None
    return full, ends[0] if len(ends) == 1 else xr.concat(ends, "run", join="exact")


def summary(
    data: "xr.Dataset", scenario: Scenario, baseline: "tuple[Scenario, xr.Dataset] | None" = None
) -> dict[str, Any]:
    """What ``cohesion ensemble --json`` prints, ready for JSON.

    Parameters
    ----------
    data
        Of `simulate`; the first and the last month suffice.
    scenario
        That was simulated.
    baseline
        Scenario and ensemble to compare with, of the same seed and runs.
    """
    shares = outcome_shares(data)
    index = data["cohesion_index"].values
    result = {
        "scenario": scenario.name,
        "seed": int(data.attrs["seed"]),
        "runs": data.sizes["run"],
        "months": scenario.months,
        "uncertainty": data.attrs["uncertainty"],
        "outcome_shares": {name: share for name, (share, _, _) in shares.items()},
        "outcome_intervals": {name: [low, high] for name, (_, low, high) in shares.items()},
        "cohesion_index": {
            name: dict(
                zip(("p05", "p50", "p95"), map(float, np.quantile(index[:, at], [0.05, 0.5, 0.95])), strict=True)
            )
            for name, at in (("first", 0), ("last", -1))
        },
        "members": members(data),
        "threshold_sensitivity": threshold_sensitivity(data, scenario),
        "digest": digest(outcome_table(data)),
    }
    if baseline is not None:
        result["baseline"] = summary(baseline[1], baseline[0])
        result["difference"] = compare(baseline[1], data)
    plain: dict[str, Any] = json.loads(json.dumps(result, allow_nan=False))
    return plain


def members(data: "xr.Dataset") -> dict[str, dict[str, list[float | None]]]:
    """Medians over runs at the first and the last month, by member and variable; None for trust of the US in itself."""
    ends = {
        key: [np.median(data[name].values[:, at], axis=0) for at in (0, -1)] for key, name in MEMBER_VARIABLES.items()
    }
    return {
        code: {
            key: [None, None] if code == "USA" and key in ("trust_in_us", "goodwill") else [float(v[i]) for v in values]
            for key, values in ends.items()
        }
        for i, code in enumerate(data["member"].values.tolist())
    }


def threshold_sensitivity(data: "xr.Dataset", scenario: Scenario) -> dict[str, dict[str, dict[str, float]]]:
    """Outcome shares when each threshold moves by a tenth, of `cohesion.outcome.sensitivity`."""
    thresholds = {p.name: scenario.parameters.get(p.name, p.default) for p in THRESHOLDS}
    return rule.sensitivity({name: data["criteria"].values[:, k] for k, name in enumerate(rule.CRITERIA)}, thresholds)


def largest_sensitivity(said: dict[str, Any]) -> tuple[str, str, str, float]:
    """Threshold, move, outcome and change of its share, where a move of a threshold by a tenth changes a share most."""
    moves = (
        (threshold, move, name, share - said["outcome_shares"][name])
        for threshold, moved in said["threshold_sensitivity"].items()
        for move, shares in moved.items()
        for name, share in shares.items()
    )
    return max(moves, key=lambda found: abs(found[3]))


def verdict(said: dict[str, Any], name: str = "") -> str:
    """The finding in words, of a `summary`: outcomes with their intervals, and the difference from the baseline."""
    parts: list[str] = []
    for kind, words in OUTCOME_PHRASES.items():
        share, (low, high) = said["outcome_shares"][kind], said["outcome_intervals"][kind]
        between = f"({percent(low)} to {percent(high)})"
        of = f" of {said['runs']:,} runs" if not parts else ""
        interval = between.replace("(", "(95 % interval ") if not parts else between
        parts.append(f"{words} in {percent(share)} %{of} {interval}")
    text = f"{name or said['scenario']}: {', '.join(parts[:-1])} and {parts[-1]}."
    if "difference" in said:
        moved = said["difference"]["median"]
        text += f" Against {said['baseline']['scenario']}: {difference_in_words(moved)}."
    return text


def difference_in_words(moved: dict[str, Any]) -> str:
    """How the median final cohesion index differs, of `compare`'s ``median``."""
    low, high = sorted(abs(v) for v in moved["interval"])
    if moved["interval"][0] <= 0 <= moved["interval"][1]:
        low, high = moved["interval"]
        return f"the median final cohesion index does not differ clearly ({low:+.2f} to {high:+.2f})"
    way = "lower" if moved["difference"] < 0 else "higher"
    return f"the median final cohesion index is {way} by {abs(moved['difference']):.2f} ({low:.2f} to {high:.2f})"


def percent(share: float) -> str:
    """A share as a number of per cent, with a decimal where it is small and not zero."""
    value = 100 * share
    return f"{value:.1f}" if 0 < value < 0.95 or 99.05 < value < 100 else f"{value:.0f}"


def bands(data: "xr.Dataset") -> "xr.Dataset":
    """Quantiles over runs by month and member of every variable, shares of codes, and outcome shares by month."""
    import xarray as xr

    found = xr.Dataset(
        coords={
            "quantile": list(QUANTILES.values()),
            "month": data["month"],
            "member": data["member"],
            "outcome_name": list(rule.OUTCOMES),
        },
        attrs={**data.attrs, "runs": data.sizes["run"]},
    )
    codes = {"posture": POSTURES, "phase": PHASES}
    for v in VARIABLES:
        if v.name not in data:
            continue
        dims, values = data[v.name].dims[1:], data[v.name].values
        about = {"units": v.unit, "long_name": v.long_name}
        if v.name in codes:
            found = found.assign_coords({f"{v.name}_name": list(codes[v.name])})
            share = np.stack([(values == k).mean(axis=0) for k in range(len(codes[v.name]))])
            found[f"{v.name}_share"] = ((f"{v.name}_name", *dims), share, {"units": "share of runs"})
        else:
            found[v.name] = (("quantile", *dims), np.quantile(values, list(QUANTILES.values()), axis=0), about)
    kinds = np.stack([(data["outcome"].values == k).mean(axis=0) for k in range(len(rule.OUTCOMES))])
    found["outcome_share"] = (("outcome_name", "month"), kinds, {"units": "share of runs"})
    return found

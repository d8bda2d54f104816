"""What an experiment found: `analyse` works it out from a table of outcomes, `write` puts it into a folder.

What is computed follows from how the points were made: phase diagram and interactions of a sweep, indices of a Sobol'
sample, screening of Morris trajectories, discovery in a sample; main effects and the runs needed of all.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cohesion.studies.discovery import Discovery, discover, limit_in_words
from cohesion.studies.effects import (
    FEW,
    INDEX,
    by_point,
    effect_sizes,
    enough_runs,
    interactions,
    main_effects,
    phase,
)
from cohesion.studies.experiment import Experiment, count_points
from cohesion.studies.sensitivity import morris_effects, noise_share, sobol_indices

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Half the width of the interval that the recommended number of runs is to reach.
TARGET = {True: 0.01, False: 0.05}


@dataclass
class Analysis:
    """What an experiment found.

    Attributes
    ----------
    experiment, outcome
        What was run, and what was looked at.
    tables
        Tidy tables by name: what every figure is drawn from.
    findings
        In words, a sentence or two each.
    discoveries
        By scenario, where the experiment is a sample.
    """

    experiment: Experiment
    outcome: str
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    discoveries: dict[str, Discovery] = field(default_factory=dict)

    @property
    def measure(self) -> str:
        """Name of what the values are."""
        return "mean final cohesion index" if self.outcome == INDEX else f"share of runs that end as {self.outcome}"

    def level(self, value: float) -> str:
        """A value as written in text."""
        return f"{value:.2f}" if self.outcome == INDEX else f"{100 * value:.0f} %"

    def distance(self, value: float) -> str:
        """How far two values are apart, as written in text."""
        return f"{value:.2f}" if self.outcome == INDEX else f"{100 * value:.0f} points"


def analyse(table: pd.DataFrame, experiment: Experiment, outcome: str | None = None) -> Analysis:
    """Analyse the outcomes of a batch.

    Parameters
    ----------
    table
        Of `cohesion.open_results`: a row a run.
    experiment
        That it is of.
    outcome
        One of `cohesion.outcome.OUTCOMES` or ``"cohesion_index"``; that of the experiment where None.

    Raises
    ------
    ConfigError
        Where a library is missing, or points of a sensitivity design.
    """
    found = Analysis(experiment, outcome or experiment.outcome)
    points = by_point(table, experiment, found.outcome)
    found.tables["points"] = points
    if len(table) < (total := count_points(experiment) * len(experiment.scenarios) * experiment.runs):
        found.findings.append(f"Of {total:,} runs {len(table):,} are there: what follows is of these.")
    mean = float(points["value"].mean())
    found.findings.append(
        f"Over {len(points):,} points of {experiment.runs} runs, the {found.measure} is {found.level(mean)} on "
        f"average, from {found.level(points['value'].min())} to {found.level(points['value'].max())}."
    )
    if experiment.factors:
        found.tables["effects"] = main_effects(table, experiment, found.outcome)
        found.tables["effect_sizes"] = effect_sizes(found.tables["effects"])
        _say_effects(found)
    if experiment.method == "sweep" and len(experiment.factors) > 1:
        found.tables["phase"] = phase(table, experiment, found.outcome)
        found.tables["interactions"] = interactions(table, experiment, found.outcome)
        _say_interactions(found)
    if experiment.method == "sobol":
        found.tables["sobol"] = sobol_indices(table, experiment, found.outcome)
        _say_sobol(found, noise_share(table, found.outcome))
    if experiment.method == "morris":
        found.tables["morris"] = morris_effects(table, experiment, found.outcome)
        _say_morris(found)
    if experiment.method in ("latin-hypercube", "file", "sobol") and found.outcome != INDEX:
        for scenario, part in table.groupby("scenario", sort=False):
            found.discoveries[str(scenario)] = discover(part, experiment, found.outcome)
        _say_discovery(found)
    found.tables["runs_needed"] = enough_runs(table, found.outcome)
    _say_runs(found)
    return found


def write(analysis: Analysis, folder: str | Path) -> None:
    """Write its tables as CSV, its figures as PNG and SVG, and what was found as Markdown and JSON.

    Raises
    ------
    ResultsError
        Where it cannot be written.
    """
    from cohesion.results import ResultsError
    from cohesion_viz import charts, study_charts

    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, table in analysis.tables.items():
            table.to_csv(place / f"{name}.csv", index=False)
        figures: dict[str, Figure] = study_charts.figures(analysis)
        for name, figure in figures.items():
            charts.save(figure, place / name)
        about: dict[str, Any] = {
            "experiment": analysis.experiment.name,
            "title": analysis.experiment.title,
            "question": analysis.experiment.question,
            "outcome": analysis.outcome,
            "findings": analysis.findings,
            "tables": sorted(analysis.tables),
            "figures": sorted(figures),
        }
        (place / "analysis.json").write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        lines = [f"# {analysis.experiment.title}", "", analysis.experiment.question, ""]
        lines += [f"- {finding}" for finding in analysis.findings]
        for name in figures:
            lines += ["", f"![{name.replace('_', ' ')}]({name}.png)"]
        (place / "analysis.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise ResultsError(f"{folder}: cannot be written ({error.strerror or error})") from None


# --- in words ---------------------------------------------------------------------------------------------------------


def _in(found: Analysis, scenario: object) -> str:
    return f" in {scenario}" if len(found.experiment.scenarios) > 1 else ""


def _say_effects(found: Analysis) -> None:
    for scenario, part in found.tables["effect_sizes"].groupby("scenario", sort=False):
        top = [f"{row.factor} ({found.distance(float(row.range))})" for row in part.head(3).itertuples()]  # type: ignore[arg-type]
        found.findings.append(f"Main effects{_in(found, scenario)}: the largest range has {', then '.join(top)}.")


def _say_interactions(found: Analysis) -> None:
    table = found.tables["interactions"]
    clear = table[(table["low"] > 0) | (table["high"] < 0)]
    if clear.empty:
        found.findings.append("No two factors clearly interact: their effects add up within the intervals.")
    for row in clear.to_dict("records"):
        at = f"{_signed(found, row['interaction'])} ({_signed(found, row['low'])} to {_signed(found, row['high'])})"
        found.findings.append(
            f"{row['factor']} and {row['with']} interact{_in(found, row['scenario'])}: at the far corner both together "
            f"differ by {at} from the sum of each alone."
        )


def _signed(found: Analysis, value: float) -> str:
    return f"{value:+.3f}" if found.outcome == INDEX else f"{100 * value:+.0f} points"


def _say_sobol(found: Analysis, noise: float) -> None:
    for scenario, part in found.tables["sobol"].groupby("scenario", sort=False):
        top = ", ".join(f"{row['factor']} {row['total']:.2f}" for row in part.head(5).to_dict("records"))
        alone = float(part["first"].sum())
        found.findings.append(
            f"Total-order Sobol' indices{_in(found, scenario)}: {top}. First-order indices sum to {alone:.2f}: what is "
            "missing to 1 is interaction, and noise of finite runs."
        )
    if np.isfinite(noise):
        found.findings.append(
            f"At most {100 * noise:.0f} % of the variance between points is noise of {found.experiment.runs} runs a "
            "point; it lowers first-order indices and raises total-order ones."
        )


def _say_morris(found: Analysis) -> None:
    for scenario, part in found.tables["morris"].groupby("scenario", sort=False):
        rows = part.to_dict("records")
        top = ", ".join(f"{row['factor']} {row['mu_star']:.3f}" for row in rows[:5])
        small = sum(row["mu_star"] < 0.1 * rows[0]["mu_star"] for row in rows)
        found.findings.append(
            f"Mean absolute effects over the whole range{_in(found, scenario)}: {top}. Of {len(rows)} factors {small} "
            "have less than a tenth of the largest."
        )


def _say_discovery(found: Analysis) -> None:
    for scenario, box in found.discoveries.items():
        if box.why_not:
            found.findings.append(f"No box of conditions{_in(found, scenario)}: {box.why_not}.")
            continue
        limits = "; ".join(limit_in_words(row) for row in box.box.to_dict("records"))
        coverage, density, mass = box.held_out
        found.findings.append(
            f"Runs end as {found.outcome} in {100 * box.base:.0f} % of all{_in(found, scenario)}, and in "
            f"{100 * density:.0f} % of those where {limits}. On points that did not find this box it covers "
            f"{100 * coverage:.0f} % of the runs with the outcome and holds {100 * mass:.0f} % of all."
        )


def _say_runs(found: Analysis) -> None:
    table = found.tables["runs_needed"]
    if table.empty:
        found.findings.append("Too few runs a point to say how many are enough.")
        return
    target = TARGET[found.outcome == INDEX]
    last = table.iloc[-1]
    if last["half"] == 0:
        found.findings.append("At each point all runs end alike, which does not say how many are enough.")
        return
    needed = int(np.ceil((last["half"] / target) ** 2 * last["runs"]))
    at = "at the point that varies most" if found.experiment.runs >= FEW else "at a typical point"
    here = found.experiment.runs
    text = (
        f"For an interval of ±{found.distance(target)} {at}, take {needed:,} runs a point; the {here} here give "
        f"±{_half(found, last, here)}."
    )
    if np.isfinite(last["half_difference"]) and last["half_difference"] > 0:
        ratio = (last["half_unpaired"] / last["half_difference"]) ** 2
        text += f" Between neighbouring points, common random numbers are worth {ratio:.1f} times the runs."
    found.findings.append(text)


def _half(found: Analysis, last: pd.Series, runs: int) -> str:
    value = float(last["half"] * np.sqrt(last["runs"] / runs))
    return f"{value:.3f}" if found.outcome == INDEX else f"{100 * value:.0f} points"

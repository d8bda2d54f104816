"""What an outcome depends on: its thresholds, and the assumptions of the shipped sensitivity study."""

import io
from typing import Any

import pandas as pd

from cohesion.facts import ELSEWHERE
from cohesion.outcome import OUTCOMES
from cohesion.parameters import BY_NAME
from cohesion.scenario import Scenario
from cohesion.studies.experiment import count_points, load_experiment
from cohesion.summary import OUTCOME_PHRASES, largest_sensitivity, percent
from cohesion_viz.documents import file_text
from cohesion_viz.echarts.parts import listed, within
from cohesion_viz.numbers import points
from cohesion_viz.report.parts import Block, Paragraph, Section, Table, table
from cohesion_viz.style import OUTCOME_NAMES

#: The shipped study, and its table: total-order Sobol' indices by parameter.
STUDY = "sensitivity-sobol"
TABLE = f"experiments/{STUDY}/sobol.csv"
#: Share of the variance from which a parameter is named in the sentence.
LARGE = 0.1


def section(said: dict[str, Any], scenario: Scenario) -> Section:
    """What the outcome of an ensemble depends on.

    Parameters
    ----------
    said
        Of `cohesion.summary.summary`.
    scenario
        That was simulated.
    """
    blocks: tuple[Block, ...] = (Paragraph(of_thresholds(said)), _thresholds(said, scenario))
    return Section("depends", "What the outcome depends on", (*blocks, *study(scenario.name)))


def of_thresholds(said: dict[str, Any]) -> str:
    """Which threshold matters most, as a sentence."""
    threshold, move, outcome, change = largest_sensitivity(said)
    if abs(change) < 0.005:
        return "No threshold of the outcome, moved by a tenth, changes a share by half a point."
    return (
        f"Of the thresholds of the outcome, {threshold} ({BY_NAME[threshold].meaning}) matters most: moved by "
        f"{move.replace('-', '−')}, the share of runs in which {OUTCOME_PHRASES[outcome]} changes by {points(change)}. "
        "This is of the runs of this report."
    )


def _thresholds(said: dict[str, Any], scenario: Scenario) -> Table:
    rows = []
    for name, moved in said["threshold_sensitivity"].items():
        value = scenario.parameters.get(name, BY_NAME[name].default)
        for move, shares in moved.items():
            cells = [
                f"{percent(shares[outcome])} % ({_change(shares[outcome] - said['outcome_shares'][outcome])})"
                for outcome in OUTCOMES
            ]
            there = value * (0.9 if move.startswith("-") else 1.1)
            rows.append((name, f"{there:.3g} ({move.replace('-', '−')})", *cells))
    columns = ("threshold", ">moved to", *(f">{within(OUTCOME_NAMES[name])}" for name in OUTCOMES))
    return table("Shares of the outcomes when a threshold moves by a tenth, and their change in points.", columns, rows)


def study(scenario: str) -> tuple[Block, ...]:
    """What the shipped study found, as a sentence that says where it comes from, and its largest indices.

    Parameters
    ----------
    scenario
        Name of the scenario that is reported on; empty for none.
    """
    if ELSEWHERE:
        return (
            Paragraph("The study of assumptions that comes with the model is of NATO; of this alliance none is known."),
        )
    indices = pd.read_csv(io.StringIO(file_text(TABLE)))
    rows = [
        (row["factor"], BY_NAME[row["factor"]].meaning, _share(row["total"], row["total_half"]),
         _share(row["first"], row["first_half"]))
        for row in indices.head(6).to_dict("records")
    ]  # fmt: skip
    columns = ("parameter", "meaning", ">with others", ">alone")
    caption = f"Shares of the variance of the final cohesion index (Sobol' indices), the largest of {len(indices)}."
    return Paragraph(depends(scenario, indices)), table(caption, columns, rows)


def depends(scenario: str, indices: pd.DataFrame) -> str:
    """The sentence of the shipped study."""
    about = load_experiment(STUDY)
    large = indices[indices["total"] >= LARGE]
    names = listed([f"{row['factor']} ({100 * row['total']:.0f} %)" for row in large.to_dict("records")])
    of = about.scenarios[0].name
    text = (
        f"Among assumptions, the final cohesion index depends most on {names}; alone, these account for "
        f"{100 * large['first'].sum():.0f} % of its variance. This is not of the runs of this report but of the study "
        f"experiments/{STUDY} that comes with the model: {of}, {count_points(about):,} points of {about.runs} runs, "
        f"{len(indices)} parameters over their whole ranges, the others at their defaults."
    )
    return text if scenario == of else f"{text} In another scenario the order may be another."


def _change(share: float) -> str:
    return points(share).removesuffix(" points")


def _share(value: float, half: float) -> str:
    return f"{100 * value:.0f} % ± {100 * half:.1f}".replace("-", "−")

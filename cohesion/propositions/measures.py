"""What a contrast may be measured by: one number a run, its unit, and the smallest difference that means something.

The smallest meaningful difference is a twentieth throughout: five points of a share, of a probability or of the index,
five per cent of what is measured in logs, a twentieth of the 2 % of GDP to which members are pledged at the start.
A contrast may ask for more where its claim does. Fixed before any contrast was run.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from cohesion import outcome
from cohesion.facts import ISO3, load_facts
from cohesion.types import CEASEFIRE, GUARDED, RENEWED, Array

#: What is kept of a run: a number by name, ``[run]``, and ``criteria``, ``[run, criterion]``.
Kept = dict[str, Array]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure; ``smallest`` is the smallest meaningful difference, in its unit."""

    name: str
    unit: str
    smallest: float
    meaning: str


_M = Measure
MEASURES = (
    _M("cohesion_index", "index", 0.05, "cohesion index, mean of the last two years"),
    _M("holds", "share of runs", 0.05, "whether the alliance holds at the end"),
    _M("european_pillar", "share of runs", 0.05, "whether a European pillar carries the alliance at the end"),
    _M("splinters", "share of runs", 0.05, "whether the alliance has splintered at the end"),
    _M("credibility", "probability", 0.05,
       "credibility of collective defence on the exposed flank, mean of the last two years"),
    _M("dip", "probability", 0.05,
       "credibility to members that border Russia or Belarus, in the third and fourth year less the start"),
    _M("recovery", "probability", 0.05,
       "credibility to members that border Russia or Belarus, in the last two years less the third and fourth year"),
    _M("capacity", "log", 0.05, "Russian military capacity, mean of the last two years"),
    _M("position", "log", 0.05,
       "Russia's prospects without a deal (confidence and capacity less Ukraine's strength), mean of the last two "
       "years"),
    _M("problem", "1", 0.05, "problem that Russia creates to bargain with, mean of the last two years"),
    _M("peace", "share of months", 0.05, "cease-fire or guarded peace, over the whole horizon"),
    _M("peace_at_end", "share of months", 0.05, "cease-fire or guarded peace, over the last two years"),
    _M("renewed_war", "share of months", 0.05, "renewed war, over the whole horizon"),
    _M("renewed_war_later", "share of months", 0.05, "renewed war, over the last five years"),
    _M("broken", "share of runs", 0.05, "whether a cease-fire has been broken at least once"),
    _M("spending", "% of GDP", 0.1, "defence spending of Europe and Canada, mean of the last two years"),
    _M("bill", "% of GDP a year", 0.1,
       "what Europe and Canada spend on defence, give to Ukraine and lose to tariffs and energy, mean over the horizon "
       "discounted by 3 % a year"),
)  # fmt: skip
BY_NAME = {measure.name: measure for measure in MEASURES}
#: Variables of `cohesion.simulate` that the measures are taken from.
VARIABLES = ("cohesion_index", "cohesion_with_burden", "capacity", "confidence", "strength", "problem", "phase",
             "credibility", "spending", "aid", "loss")  # fmt: skip
#: Yearly rate at which later costs are discounted: an assumption, as in public appraisal.
DISCOUNT = 0.03
#: Measures that rest on the thresholds of the outcome.
CLASSES = ("holds", "european_pillar", "splinters")


def keep(data: xr.Dataset) -> Kept:
    """What measures need of an ensemble, a number a run each, and the criteria of the outcome.

    Parameters
    ----------
    data
        Of `cohesion.simulate` with `VARIABLES`.
    """
    facts = load_facts(datetime.date.fromisoformat(data.attrs["start"]))
    at = {name: data[name].values for name in VARIABLES}
    end, later, window = slice(-24, None), slice(-60, None), slice(25, 49)
    phase = at["phase"][:, 1:]
    peace = ((phase == CEASEFIRE) | (phase == GUARDED)).astype(float)
    renewed = (phase == RENEWED).astype(float)
    border = at["credibility"][..., facts.border].mean(axis=-1)
    weight = facts.gdp * (np.array(ISO3) != "USA")
    weight = weight / weight.sum()
    spending = at["spending"] @ weight
    paid = spending + (facts.ukraine_aid * np.exp(at["aid"])) @ weight + 100 * at["loss"] @ weight
    discount = (1 + DISCOUNT) ** (-np.arange(1, paid.shape[1]) / 12)
    position = at["confidence"] + at["capacity"] - at["strength"]
    return {
        "cohesion_index": at["cohesion_index"][:, end].mean(axis=1),
        "cohesion_with_burden": at["cohesion_with_burden"][:, end].mean(axis=1),
        "dip": border[:, window].mean(axis=1) - border[:, 0],
        "recovery": border[:, end].mean(axis=1) - border[:, window].mean(axis=1),
        "capacity": at["capacity"][:, end].mean(axis=1),
        "position": position[:, end].mean(axis=1),
        "problem": at["problem"][:, end].mean(axis=1),
        "peace": peace.mean(axis=1),
        "peace_at_end": peace[:, end].mean(axis=1),
        "renewed_war": renewed.mean(axis=1),
        "renewed_war_later": renewed[:, later].mean(axis=1),
        "broken": renewed.max(axis=1),
        "spending": spending[:, end].mean(axis=1),
        "bill": paid[:, 1:] @ discount / discount.sum(),
        "criteria": data["criteria"].values,
    }


def value(kept: Kept, measure: str, thresholds: Mapping[str, float], with_burden: bool = False) -> Array:
    """A measure of each run, in the shape of what was kept.

    Parameters
    ----------
    thresholds
        Of the outcome, by name.
    with_burden
        Whether the index counts burden sharing.
    """
    if measure == "cohesion_index" and with_burden:
        measure = "cohesion_with_burden"
    criteria = {name: kept["criteria"][..., k] for k, name in enumerate(outcome.CRITERIA)}
    if measure in CLASSES:
        return (outcome.classify(criteria, dict(thresholds)) == outcome.OUTCOMES.index(measure)).astype(float)
    return criteria[measure] if measure in criteria else kept[measure]

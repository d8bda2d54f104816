"""What a trial says of each proposition: contrasts, verdict, where it fails, what it hangs on."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from cohesion import outcome
from cohesion.parameters import BY_NAME as PARAMETERS
from cohesion.propositions.measures import BY_NAME as MEASURES
from cohesion.propositions.measures import CLASSES, Kept, value
from cohesion.propositions.table import Contrast, Proposition
from cohesion.propositions.trial import Trial
from cohesion.propositions.verdict import (
    VERDICTS,
    agreement,
    decide,
    effect,
    judge,
    reaches,
    remains,
    sign_probability,
    weakest,
)
from cohesion.studies.discovery import Discovery, box
from cohesion.types import Array, BoolArray

#: What is kept of each arm, by its name.
Arms = Mapping[str, Kept]
WITH_BURDEN = "index with burden sharing"
#: Standard errors from which a rank correlation is named: chance names one of 120 parameters in a study of twenty.
CLEAR = 3.5
MOST_NAMED = 3


@dataclass(frozen=True)
class Finding:
    """What was found on a proposition.

    Attributes
    ----------
    proposition, verdict
        What was tested, and the weakest verdict of the contrasts that decide.
    agreement
        Share of resamples of the parameter sets with the same verdict.
    holds
        Share of sets in which every deciding contrast is as claimed and large enough.
    contrasts
        A row a contrast: the claim, the numbers of `cohesion.propositions.verdict.Judgement`, ``in_a_run``
        (probability of the sign in single runs), and of those that decide ``ablated`` (median with the mechanism
        switched off) and ``remains`` (``"level"`` where there is one arm and so no effect).
    arms
        A row an arm: shares of outcomes, and the mean of each measure that its contrasts use.
    checks
        A row a change of a threshold or of the index: ``change``, ``verdict``. Empty where nothing decides by them.
    region
        Where it fails; where it holds if it fails in more than half of the sets (``of_failing`` is False).
    ranks
        Parameters that go with the effect: ``contrast``, ``parameter``, ``correlation``.
    """

    proposition: Proposition
    verdict: str
    agreement: float
    holds: float
    contrasts: pd.DataFrame
    arms: pd.DataFrame
    checks: pd.DataFrame
    region: Discovery
    of_failing: bool
    ranks: pd.DataFrame


def findings(propositions: Sequence[Proposition], trial: Trial, kept: Sequence[Kept]) -> list[Finding]:
    """What was found on each proposition.

    Parameters
    ----------
    trial, kept
        The trial, and what `cohesion.propositions.trial.run` gives of it.
    """
    drawn = trial.parameters()

    def arms(p: Proposition, switched: bool) -> Arms:
        return {name: kept[n] for (of, name, off), n in trial.places.items() if of == p.id and off == switched}

    return [finding(p, arms(p, False), arms(p, True), drawn, trial.seed) for p in propositions]


def finding(p: Proposition, arms: Arms, ablated: Arms, drawn: pd.DataFrame, seed: int) -> Finding:
    """What was found on one proposition.

    Parameters
    ----------
    arms, ablated
        What is kept of its arms, and of those that decide with its mechanism switched off.
    drawn
        Parameter sets: a row a set, a column a parameter.
    seed
        Of the choice of sets that are held out of the search for a region.
    """
    thresholds = outcome.defaults()
    rows, parts = [], []
    for contrast in p.contrasts:
        each = difference(contrast, arms, thresholds)
        said = judge(each.mean(axis=0), contrast.claim, contrast.needed)
        row: dict[str, object] = {"proposition": p.id, "contrast": contrast.says, "measure": contrast.measure}
        row |= {"unit": MEASURES[contrast.measure].unit, "claim": contrast.claim, "decides": contrast.decides}
        row |= {"smallest": contrast.needed, "in_a_run": _in_a_run(each, contrast), **asdict(said)}
        if contrast.decides:
            parts.append(effect(each.mean(axis=0), contrast.claim, contrast.needed))
            off = float(np.median(difference(contrast, ablated, thresholds).mean(axis=0)))
            level = len(contrast.of) == 1
            row |= {"ablated": off, "remains": "level" if level else remains(said.median, off, contrast.needed)}
        rows.append(row)
    table = pd.DataFrame(rows)
    as_claimed = np.all([reaches(*part) for part in parts], axis=0)
    region, of_failing = _region(as_claimed, drawn, seed)
    return Finding(
        proposition=p,
        verdict=weakest(table.loc[table["decides"], "verdict"].tolist()),
        agreement=agreement(parts),
        holds=float(as_claimed.mean()),
        contrasts=table,
        arms=_arms(p, arms),
        checks=checks(p, arms),
        region=region,
        of_failing=of_failing,
        ranks=_ranks(p, [effects for effects, _ in parts], drawn),
    )


def difference(contrast: Contrast, arms: Arms, thresholds: Mapping[str, float], with_burden: bool = False) -> Array:
    """The contrast of each run, ``[repetition, set]``."""
    parts = [
        weight * value(arms[name], contrast.measure, thresholds, with_burden) for name, weight in contrast.of.items()
    ]
    return np.sum(parts, axis=0) - contrast.reference


def checks(p: Proposition, arms: Arms) -> pd.DataFrame:
    """The verdict with each threshold of the outcome a tenth lower and higher, and by the index with burden sharing."""
    usual = outcome.defaults()
    measures = {contrast.measure for contrast in p.deciding}
    changes: dict[str, tuple[dict[str, float], bool]] = {}
    if measures & set(CLASSES):
        changes |= {f"{name} {move}": (moved, False) for name, move, moved in outcome.moves(usual)}
    if "cohesion_index" in measures:
        changes[WITH_BURDEN] = (usual, True)
    rows = []
    for change, (thresholds, with_burden) in changes.items():
        each = [difference(c, arms, thresholds, with_burden).mean(axis=0) for c in p.deciding]
        parts = [effect(d, c.claim, c.needed) for d, c in zip(each, p.deciding, strict=True)]
        rows.append((p.id, change, weakest([VERDICTS[int(decide(*part))] for part in parts])))
    return pd.DataFrame(rows, columns=["proposition", "change", "verdict"])


def _in_a_run(each: Array, contrast: Contrast) -> float:
    return float(sign_probability(effect(each.ravel(), contrast.claim, contrast.needed)[0]))


def _arms(p: Proposition, arms: Arms) -> pd.DataFrame:
    rows = []
    for name, arm in p.arms.items():
        row: dict[str, object] = {"proposition": p.id, "arm": name, "says": arm.says, "scenario": arm.scenario}
        row["levers"] = ", ".join(arm.levers) or "as they are"
        criteria = {c: arms[name]["criteria"][..., k] for k, c in enumerate(outcome.CRITERIA)}
        row |= outcome.shares(outcome.classify(criteria, outcome.defaults()))
        rows.append(row)
    return pd.DataFrame(rows)


def _region(as_claimed: BoolArray, drawn: pd.DataFrame, seed: int) -> tuple[Discovery, bool]:
    """The box in which it fails, or holds if that is rarer."""
    of_failing = bool(as_claimed.mean() >= 0.5)
    varied = drawn.loc[:, drawn.nunique() > 1]
    ranges = {str(name): (PARAMETERS[str(name)].low, PARAMETERS[str(name)].high) for name in varied}
    hit = ~as_claimed if of_failing else as_claimed
    if not ranges:
        return Discovery(float(hit.mean()), pd.DataFrame(), pd.DataFrame(), why_not="all sets are the same"), of_failing
    return box(varied.assign(point=np.arange(len(varied))), ranges, hit, seed), of_failing


def _ranks(p: Proposition, effects: Sequence[Array], drawn: pd.DataFrame) -> pd.DataFrame:
    """Spearman's rank correlation of each deciding effect with the parameters, the largest that are clear of chance."""
    varied = drawn.loc[:, drawn.nunique() > 1].rank()
    rows = []
    for contrast, values in zip(p.deciding, effects, strict=True):
        if not np.ptp(values):
            continue
        found = varied.corrwith(pd.Series(values).rank())
        found = found[found.abs() >= CLEAR / np.sqrt(len(values))]
        for name in found.abs().sort_values(ascending=False).index[:MOST_NAMED]:
            rows.append((p.id, contrast.says, str(name), float(found[name])))
    return pd.DataFrame(rows, columns=["proposition", "contrast", "parameter", "correlation"])

"""The inverse question: the smallest changes of some levers by which a scenario reaches a goal.

A change is a constant amount added to a lever's path in every month and for every member, within the lever's range. Its
effort is the mean change of the path as a share of the range; efforts of levers add up. Optuna looks for the
Pareto front of effort and risk on ensembles under common random numbers; what it recommends is looked at again
on seeds that the search has not seen, since the best of many trials owes something to chance.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from cohesion import outcome as rule
from cohesion.checks import ConfigError, clean, nearest, us_stands_apart
from cohesion.ensemble import interval, simulate
from cohesion.facts.derive import USA
from cohesion.levers import BY_NAME
from cohesion.parameters import MECHANISMS, THRESHOLDS, neutral_values
from cohesion.scenario import Scenario
from cohesion.studies.effects import INDEX
from cohesion.studies.factors import as_steps
from cohesion.types import Array
from cohesion.uncertainty import DEFAULT, Uncertainty

MEASURES = (*rule.OUTCOMES, INDEX)
#: Seeds beyond that of the search, on which the recommended changes are checked.
FRESH = 3
#: Steps by which the best changes are made smaller at the end.
SHRINK = 6
_ALLOWED = f'"NAME<number" or "NAME>number", as in splinters<0.1, with one of {", ".join(MEASURES)}'


@dataclass(frozen=True)
class Goal:
    """What is to be reached.

    Attributes
    ----------
    measure
        An outcome, whose share of runs counts, or ``cohesion_index``, whose median in the last month counts.
    below
        Whether it is to stay below the limit, or above it.
    limit
        0 to 1.
    """

    measure: str
    below: bool
    limit: float

    @classmethod
    def of(cls, text: str) -> "Goal":
        """The goal that a text spells.

        Raises
        ------
        ConfigError
            Where it spells none.
        """
        sign = "<" if "<" in text else ">"
        name, found, number = (part.strip() for part in text.partition(sign))
        if not found:
            raise ConfigError.at("--keep", "goal", text, _ALLOWED)
        if name not in MEASURES:
            raise ConfigError.at("--keep", "goal", name, _ALLOWED, nearest(name, MEASURES))
        try:
            limit = float(number)
        except ValueError:
            limit = math.nan
        if not 0 <= limit <= 1:
            raise ConfigError.at("--keep", name, number, "a number from 0 to 1")
        return cls(name, sign == "<", limit)

    def __str__(self) -> str:
        return f"{self.measure}{'<' if self.below else '>'}{self.limit:g}"

    def met(self, value: float) -> bool:
        """Whether a value reaches it."""
        return value < self.limit if self.below else value > self.limit


@dataclass(frozen=True)
class Result:
    """What an ensemble says of a goal: the value, and its 95 % interval."""

    value: float
    low: float
    high: float

    def clearly(self, goal: Goal) -> bool:
        """Whether the whole interval reaches the goal."""
        return goal.met(self.high if goal.below else self.low)


@dataclass(frozen=True)
class Change:
    """A change of levers and what it leads to.

    Attributes
    ----------
    amounts
        Added to each lever's path, by name.
    effort
        Mean change of the paths as a share of their ranges, summed over levers.
    result
        On the seed of the search.
    fresh
        On the first seed that the search has not seen; None where not looked at.
    """

    amounts: dict[str, float]
    effort: float
    result: Result
    fresh: Result | None = None


@dataclass(frozen=True)
class Found:
    """The answer.

    Attributes
    ----------
    goal, unchanged
        What was asked, and the scenario as it is.
    front
        Changes of which none is better in both effort and result, by effort.
    best
        The recommended one; None where none reaches the goal.
    scenario
        The scenario with it.
    certain
        Whether its whole interval reaches the goal on a fresh seed, not only its value.
    checks
        ``assumption``, ``value``, ``low``, ``high``, ``met``: other seeds, and other assumptions.
    """

    goal: Goal
    unchanged: Change
    front: tuple[Change, ...]
    best: Change | None = None
    scenario: Scenario | None = None
    certain: bool = False
    checks: pd.DataFrame = field(default_factory=pd.DataFrame)


def seek(
    scenario: Scenario,
    goal: Goal,
    levers: tuple[str, ...],
    *,
    trials: int = 200,
    runs: int = 128,
    seed: int = 0,
    uncertainty: Uncertainty = DEFAULT,
    report: Callable[[int], None] = lambda done: None,
) -> Found:
    """Find the smallest changes of levers by which a scenario reaches a goal.

    Parameters
    ----------
    scenario
        The scenario.
    goal
        What is to be reached.
    levers
        Names of the levers that may change.
    trials
        Changes that are tried.
    runs, seed, uncertainty
        Of each trial's ensemble; checks take four times the runs.
    report
        Called after each trial with 1.

    Raises
    ------
    ConfigError
        Where a lever is unknown or Optuna is missing.
    """
    for name in levers:
        if name not in BY_NAME:
            raise ConfigError.at("--levers", "lever", clean(name), "the names of levers", nearest(name, BY_NAME))
    optuna = _optuna()
    paths = {name: scenario.paths()[name] for name in levers}
    bounds = {name: (BY_NAME[name].low - path.max(), BY_NAME[name].high - path.min()) for name, path in paths.items()}
    tried: dict[tuple[float, ...], Change] = {}

    def attempt(amounts: dict[str, float]) -> Change:
        key = tuple(amounts.values())
        if key not in tried:
            moved, effort = _moved(scenario, paths, amounts)
            tried[key] = Change(amounts, effort, measure(moved, goal, runs, seed, uncertainty))
        return tried[key]

    def objective(trial: Any) -> tuple[float, float]:
        amounts = {name: trial.suggest_float(name, *bounds[name]) for name in levers}
        change = attempt(amounts)
        report(1)
        return change.effort, change.result.value if goal.below else -change.result.value

    unchanged = attempt(dict.fromkeys(levers, 0.0))
    sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True, n_startup_trials=max(10, trials // 4))
    study = optuna.create_study(directions=["minimize", "minimize"], sampler=sampler)
    study.enqueue_trial(unchanged.amounts)
    for name in levers:  # the ends of each lever alone
        for end in bounds[name]:
            study.enqueue_trial(unchanged.amounts | {name: end})
    study.optimize(objective, n_trials=trials)
    reached: tuple[Callable[[Result], bool], ...] = (
        lambda result: goal.met(result.value),
        lambda result: result.clearly(goal),
    )
    for reaches in reached:
        reaching = [change for change in tried.values() if reaches(change.result)]
        if reaching:
            _shrink(min(reaching, key=lambda change: change.effort), attempt, reaches)
    front = _front(list(tried.values()), goal)
    looked_at = [
        Change(c.amounts, c.effort, c.result,
               measure(_moved(scenario, paths, c.amounts)[0], goal, runs, seed + 1, uncertainty))
        for c in front
    ]  # fmt: skip
    sure = [c for c in looked_at if c.fresh and c.fresh.clearly(goal) and goal.met(c.result.value)]
    likely = [c for c in looked_at if c.fresh and goal.met(c.fresh.value) and goal.met(c.result.value)]
    best = next(iter(sure or likely), None)
    if best is None:
        return Found(goal, unchanged, tuple(looked_at))
    moved, _ = _moved(scenario, paths, best.amounts)
    checks = _checks(moved, goal, 4 * runs, seed, uncertainty)
    return Found(goal, unchanged, tuple(looked_at), best, moved, bool(sure), checks)


def measure(
    scenario: Scenario,
    goal: Goal,
    runs: int,
    seed: int,
    uncertainty: Uncertainty = DEFAULT,
    without: tuple[str, ...] = (),
) -> Result:
    """What an ensemble says of a goal: a share with Wilson's interval, a median with that of its order statistics."""
    data = simulate(scenario, runs, seed, uncertainty, without=without, variables=(INDEX,))
    if goal.measure == INDEX:
        last = np.sort(data[INDEX].values[:, -1])
        reach = 0.98 * math.sqrt(runs)  # of the binomial for the rank of the median
        low, high = (last[int(np.clip(round(runs / 2 + way * reach), 0, runs - 1))] for way in (-1, 1))
        return Result(float(np.median(last)), float(low), float(high))
    count = int((data["outcome"].values[:, -1] == rule.OUTCOMES.index(goal.measure)).sum())
    return Result(count / runs, *interval(count, runs))


def _optuna() -> Any:
    try:
        import optuna
    except ImportError:
        raise ConfigError("seek needs Optuna: pip install 'cohesion-alliance[study]'") from None
    import warnings

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    return optuna


def _moved(scenario: Scenario, paths: dict[str, Array], amounts: dict[str, float]) -> tuple[Scenario, float]:
    """The scenario with amounts added to its levers, and the effort that this takes."""
    effort, levers = 0.0, {}
    for name, path in paths.items():
        lever = BY_NAME[name]
        moved = np.clip(path + amounts[name], lever.low, lever.high)
        counts = np.ones(path.shape[1], bool)
        if us_stands_apart(lever):
            counts[USA] = False
            moved[:, USA] = path[:, USA]
        if np.array_equal(moved, path):
            continue
        effort += float(np.abs(moved - path)[:, counts].mean()) / (lever.high - lever.low)
        levers[name] = as_steps(moved, scenario)
    return (scenario.with_changes(levers=levers) if levers else scenario), effort


def _shrink(best: Change, attempt: Callable[[dict[str, float]], Change], reaches: Callable[[Result], bool]) -> None:
    """Try the best change with levers left out, and with less of all."""
    for name in best.amounts:
        without = attempt(best.amounts | {name: 0.0})
        if reaches(without.result):
            best = without
    low, high = 0.0, 1.0
    for _ in range(SHRINK):
        middle = (low + high) / 2
        less = attempt({name: middle * amount for name, amount in best.amounts.items()})
        low, high = (low, middle) if reaches(less.result) else (middle, high)


def _front(changes: list[Change], goal: Goal) -> list[Change]:
    """Those of which none is better in both, by effort."""
    front: list[Change] = []
    sign = 1 if goal.below else -1
    for change in sorted(changes, key=lambda c: (c.effort, sign * c.result.value)):
        if not front or sign * change.result.value < sign * front[-1].result.value:
            front.append(change)
    return front


def _checks(scenario: Scenario, goal: Goal, runs: int, seed: int, uncertainty: Uncertainty) -> pd.DataFrame:
    """The goal on fresh seeds, at default parameters, without each mechanism, and with thresholds moved by a tenth."""
    rows: list[tuple[str, Result]] = [
        (f"seed {seed + 1 + k}", measure(scenario, goal, runs, seed + 1 + k, uncertainty)) for k in range(FRESH)
    ]
    if uncertainty != "none":
        rows.append(("default parameters", measure(scenario, goal, runs, seed + 1, "none")))
    for mechanism in MECHANISMS:
        if neutral_values(mechanism):
            found = measure(scenario, goal, runs, seed + 1, uncertainty, (mechanism,))
            rows.append((f"without {mechanism}", found))
    for threshold in THRESHOLDS if goal.measure != INDEX else ():
        if threshold.name == "threshold_edge":
            continue  # of the trust graph, not of the outcome
        for factor, sign in ((0.9, "-"), (1.1, "+")):
            value = scenario.parameters.get(threshold.name, threshold.default) * factor
            value = min(max(value, threshold.low), threshold.high)
            moved = scenario.with_changes(parameters={threshold.name: value})
            rows.append((f"{threshold.name} {sign}10 %", measure(moved, goal, runs, seed + 1, uncertainty)))
    return pd.DataFrame(
        [(name, r.value, r.low, r.high, goal.met(r.value)) for name, r in rows],
        columns=["assumption", "value", "low", "high", "met"],
    )

"""Which factors the variance comes from: Sobol' indices and Morris screening, by SALib."""

import numpy as np
import pandas as pd

from cohesion.checks import ConfigError
from cohesion.studies.effects import by_point, values
from cohesion.studies.experiment import Experiment, count_points
from cohesion.studies.plan import Plan, problem_of


def sobol_indices(table: pd.DataFrame, experiment: Experiment, outcome: str) -> pd.DataFrame:
    """First- and total-order indices of the mean at each point, with 95 % intervals (bootstrap).

    Sources: Sobol' (2001); estimators of Saltelli et al. (2010).

    Returns
    -------
    pandas.DataFrame
        ``scenario``, ``factor``, ``first``, ``first_half``, ``total``, ``total_half``; the largest total first.

    Raises
    ------
    ConfigError
        Where SALib is missing or points are.
    """
    from SALib.analyze import sobol

    rows = []
    for scenario, found in _of_points(table, experiment, outcome):
        if np.ptp(found) == 0:
            continue
        result = sobol.analyze(problem_of(experiment), found, calc_second_order=False, seed=experiment.seed)
        columns = (result[key] for key in ("S1", "S1_conf", "ST", "ST_conf"))
        for factor, *numbers in zip(experiment.factors, *columns, strict=True):
            rows.append((scenario, factor.name, *map(float, numbers)))
    names = ["scenario", "factor", "first", "first_half", "total", "total_half"]
    return _sorted(pd.DataFrame(rows, columns=names), "total")


def morris_effects(table: pd.DataFrame, experiment: Experiment, outcome: str) -> pd.DataFrame:
    """Mean absolute elementary effects over a factor's whole range, with 95 % intervals (bootstrap).

    Source: Morris (1991); mean of absolute effects: Campolongo, Cariboni and Saltelli (2007).

    Returns
    -------
    pandas.DataFrame
        ``scenario``, ``factor``, ``mu_star``, ``half``, ``mu``, ``sigma``; the largest ``mu_star`` first.

    Raises
    ------
    ConfigError
        Where SALib is missing or points are.
    """
    from SALib.analyze import morris

    plan = Plan.of(experiment)
    rows = []
    for scenario, found in _of_points(table, experiment, outcome):
        result = morris.analyze(problem_of(experiment), plan.design, found, num_levels=4, seed=experiment.seed)
        columns = (result[key] for key in ("mu_star", "mu_star_conf", "mu", "sigma"))
        for factor, *numbers in zip(experiment.factors, *columns, strict=True):
            rows.append((scenario, factor.name, *map(float, numbers)))
    names = ["scenario", "factor", "mu_star", "half", "mu", "sigma"]
    return _sorted(pd.DataFrame(rows, columns=names), "mu_star")


def noise_share(table: pd.DataFrame, outcome: str) -> float:
    """Share of the variance between points that their finite number of runs may account for, 0 to 1; NaN of one run.

    An upper bound: runs at different points share random numbers, so part of it is the same everywhere.
    """
    grouped = table.assign(_=values(table, outcome)).groupby("point")["_"]
    runs = grouped.size().min()
    between = grouped.mean().var(ddof=1)
    if runs < 2 or between == 0:
        return float("nan")
    return float(min(1.0, grouped.var(ddof=1).mean() / runs / between))


def _of_points(table: pd.DataFrame, experiment: Experiment, outcome: str) -> list[tuple[str, np.ndarray]]:
    """Values by point of each scenario, in the order of the design."""
    try:
        import SALib  # noqa: F401
    except ImportError:
        raise ConfigError("sensitivity needs SALib: pip install 'cohesion-alliance[study]'") from None
    points = by_point(table, experiment, outcome)
    found = [(str(name), part["value"].to_numpy()) for name, part in points.groupby("scenario", sort=False)]
    for name, numbers in found:
        if len(numbers) != count_points(experiment):
            raise ConfigError(
                f"{experiment.name}, {name}: {len(numbers):,} of {count_points(experiment):,} points are there; "
                "sensitivity needs them all: cohesion batch --resume computes the rest"
            )
    return found


def _sorted(found: pd.DataFrame, by: str) -> pd.DataFrame:
    return found.sort_values(["scenario", by], ascending=[True, False], kind="stable").reset_index(drop=True)

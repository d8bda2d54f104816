"""What changed a trust, from its ledger."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd
import xarray as xr

from cohesion.rules.measures import log_odds
from cohesion_viz.numbers.over_time import position

EVERYTHING_ELSE = "everything else"
_NOT_A_CAUSE = ("clipping",)  # of the ledger's drivers: at the limit of log-odds


class Accounts(NamedTuple):
    """Contributions by driver (index; column ``change``) that add up to ``last - first``, all in log-odds."""

    drivers: pd.DataFrame
    first: float
    last: float


def ledger(data: xr.Dataset, member: str, largest: int = 6) -> Accounts:
    """What changed a member's trust in the US, in log-odds: means over runs, so that contributions add up exactly.

    Parameters
    ----------
    data
        Of `cohesion.simulate` with ``ledger=True``; drivers are traced to their original cause.
    member
        ISO3 code, not of the US.
    largest
        Number of drivers named, always that many; the others are joined as "everything else".

    Returns
    -------
    Accounts
        Drivers, largest first and the rest last; mean log-odds at the start and the end.

    Raises
    ------
    ValueError
        Where the dataset holds no ledger, or the member is the US.
    """
    if "ledger_traced" not in data:
        raise ValueError("the ensemble holds no ledger; simulate it with ledger=True")
    if member == "USA":
        raise ValueError("trust of the United States in itself is not part of the model")
    at = position(data, member)
    booked = data["ledger_traced"].values[:, :, at].mean(axis=0)
    trust = data["trust_in_us"].values[:, [0, -1], at]
    first, last = (float(v) for v in log_odds(trust).mean(axis=0))
    names = map(str, data["driver"].values)
    return accounts(dict(zip(names, booked.tolist(), strict=True)), first, last, largest)


def accounts(drivers: Mapping[str, float], first: float, last: float, largest: int = 6) -> Accounts:
    """The largest contributions and, in one line, everything else, so that they add up to ``last - first``.

    Parameters
    ----------
    drivers
        Contribution of each driver, in log-odds.
    first, last
        Log-odds at the start and the end.
    largest
        Number of drivers named.
    """
    causes = [(name, value) for name, value in drivers.items() if name not in _NOT_A_CAUSE]
    named = sorted(causes, key=lambda item: -abs(item[1]))[:largest]
    change = [value for _, value in named]
    names = [*(name for name, _ in named), EVERYTHING_ELSE]
    table = pd.DataFrame({"change": [*change, last - first - sum(change)]}, index=pd.Index(names, name="driver"))
    return Accounts(table, first, last)

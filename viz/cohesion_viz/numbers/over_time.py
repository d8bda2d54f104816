"""Quantiles, shares and differences by month."""

import datetime
from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from cohesion.facts import NAMES
from cohesion.outcome import OUTCOMES
from cohesion.summary import QUANTILES
from cohesion.types import POSTURES, Array
from cohesion_viz.numbers.maps import NOT_OF_THE_US
from cohesion_viz.numbers.pairs import check_pair

#: What a member's panel shows over time.
MEMBER_VARIABLES = ("trust_in_us", "spending", "threat", "credibility")


def dates(data: xr.Dataset) -> list[datetime.date]:
    """First day of each month of a dataset."""
    start = datetime.date.fromisoformat(data.attrs["start"])
    return [month_after(start, int(m)) for m in data["month"].values]


def month_after(start: datetime.date, months: int) -> datetime.date:
    """First day of the month that comes so many months after another."""
    count = 12 * start.year + start.month - 1 + months
    return datetime.date(count // 12, count % 12 + 1, 1)


def fan(data: xr.Dataset, variable: str = "cohesion_index", member: str | None = None) -> pd.DataFrame:
    """Quantiles over runs by month: index ``date``, columns ``p05``, ``p25``, ``p50``, ``p75``, ``p95``.

    Parameters
    ----------
    data
        Of `cohesion.simulate`, all months.
    variable
        Name of the variable.
    member
        ISO3 code, for a variable by member.
    """
    return _bands(_values(data, variable, member), data)


def fan_of_one(path: pd.Series) -> pd.DataFrame:
    """A single run where a chart takes a `fan`: every quantile is the run itself."""
    return pd.DataFrame(dict.fromkeys(QUANTILES, path))


def shares_over_time(data: xr.Dataset) -> pd.DataFrame:
    """Share of runs with each outcome by month: index ``date``, a column an outcome; rows sum to one."""
    return _shares(data["outcome"].values, OUTCOMES, data)


def trust_changes(data: xr.Dataset) -> pd.DataFrame:
    """Median trust in the US at the start and the end, largest loss first.

    Index ISO3; columns ``name``, ``first``, ``last``, ``change``. The US itself is left out.
    """
    codes = [code for code in data["member"].values.tolist() if code != "USA"]
    values = data["trust_in_us"].sel(member=codes).values
    first, last = np.median(values[:, 0], axis=0), np.median(values[:, -1], axis=0)
    table = pd.DataFrame(
        {"name": [NAMES[code] for code in codes], "first": first, "last": last, "change": last - first},
        index=pd.Index(codes, name="member"),
    )
    return table.sort_values(["change", "name"])


def member_series(
    data: xr.Dataset, member: str, variables: Sequence[str] = MEMBER_VARIABLES
) -> dict[str, pd.DataFrame]:
    """What a member's panel shows over time, by variable: a `fan`, or for ``posture`` the share of runs with each.

    What is not kept in the dataset is left out, and so is trust of the US in itself.
    """
    told = [v for v in variables if v in data and not (member == "USA" and v in NOT_OF_THE_US)]
    found = {name: fan(data, name, member) for name in told if name != "posture"}
    if "posture" in data:
        found["posture"] = _shares(_values(data, "posture", member), POSTURES, data)
    return found


def paired_difference(
    first: xr.Dataset, second: xr.Dataset, variable: str = "cohesion_index", member: str | None = None
) -> pd.DataFrame:
    """Quantiles of the difference run by run, second less first, by month; columns as of `fan`.

    Where one is longer, its further months are left out.

    Raises
    ------
    ValueError
        Where seeds, runs or starts differ, since the difference would then be noise.
    """
    check_pair(first, second)
    months = min(first.sizes["month"], second.sizes["month"])
    one, two = (_values(data, variable, member)[:, :months] for data in (first, second))
    return _bands(two - one, first.isel(month=slice(months)))


def _values(data: xr.Dataset, variable: str, member: str | None) -> Array:
    values = data[variable].values
    return values if member is None else values[:, :, position(data, member)]


def position(data: xr.Dataset, member: str) -> int:
    """Position of a member on the member axis."""
    return int(data["member"].values.tolist().index(member))


def _bands(values: Array, data: xr.Dataset) -> pd.DataFrame:
    found = np.quantile(values, list(QUANTILES.values()), axis=0)
    return pd.DataFrame(found.T, index=pd.Index(dates(data), name="date"), columns=list(QUANTILES))


def _shares(codes: Array, names: tuple[str, ...], data: xr.Dataset) -> pd.DataFrame:
    found = {name: (codes == k).mean(axis=0) for k, name in enumerate(names)}
    return pd.DataFrame(found, index=pd.Index(dates(data), name="date"))

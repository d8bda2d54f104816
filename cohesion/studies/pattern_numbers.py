"""What is measured of a pattern, run by run, and the numbers of its figure; the patterns stand in `patterns`."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from cohesion.ensemble import interval
from cohesion.facts import NAMES
from cohesion.summary import QUANTILES
from cohesion.types import Array, BoolArray

#: Least share of runs for the words strongly and weakly.
STRONGLY, WEAKLY = 0.8, 0.5


@dataclass(frozen=True)
class Measure:
    """A quantity in each run.

    Attributes
    ----------
    text
        What it is, in words.
    values
        ``[run]``; nan where a run has none.
    form
        How it is written: ``%`` (of a fraction, with its sign), ``0.01`` (two decimals) or ``months``.
    data
        The same of published figures, if there are any.
    source
        Whose figures.
    """

    text: str
    values: Array
    form: Literal["%", "0.01", "months"]
    data: float | None = None
    source: str = ""

    def quantiles(self) -> tuple[float, float, float]:
        """5, 50 and 95 % over the runs that have a value."""
        low, middle, high = np.nanquantile(self.values, [0.05, 0.5, 0.95])
        return float(low), float(middle), float(high)

    def written(self) -> str:
        """Text, median, quantiles in brackets, and the published figure."""
        low, middle, high = (self._number(value) for value in self.quantiles())
        unit = {"%": " %", "0.01": "", "months": " months"}[self.form]
        data = "" if self.data is None else f"; {self.source}: {self._number(self.data)}{unit}"
        return f"{self.text}: {middle}{unit} [{low}, {high}]{data}"

    def _number(self, value: float) -> str:
        if self.form == "%":
            text = f"{100 * value:+.1f}" if abs(value) < 0.02 else f"{100 * value:+.0f}"
        else:
            text = f"{value:.2f}" if self.form == "0.01" else f"{value:.0f}"
        return text if float(text) else text.lstrip("+-")


@dataclass(frozen=True)
class Panel:
    """The numbers of one panel of a figure.

    Attributes
    ----------
    kind
        ``time``: columns ``series``, ``year`` and `QUANTILES`; ``members``: a row a member, ``member``, `QUANTILES` and
        ``x`` where members are placed by a quantity; ``runs``: a row a run, ``x`` and ``y``.
    table
        Of the model.
    y, x
        What the axes show, with the unit.
    data
        Published figures to show beside: ``series``, ``year``, ``value`` or ``member``, ``value``; empty where none.
    source
        Whose figures.
    """

    kind: Literal["time", "members", "runs"]
    table: pd.DataFrame
    y: str
    x: str = ""
    data: pd.DataFrame = field(default_factory=pd.DataFrame)
    source: str = ""


@dataclass(frozen=True)
class Found:
    """A pattern in an ensemble: measures and whether it is shown, ``[run]`` each, and the panels of its figure."""

    measures: dict[str, Measure]
    shown: BoolArray
    panels: tuple[Panel, ...]

    @property
    def share(self) -> float:
        """Share of runs that show the pattern."""
        return float(self.shown.mean())

    @property
    def strength(self) -> str:
        """``strongly``, ``weakly`` or ``not``: see `STRONGLY`, `WEAKLY`."""
        return "strongly" if self.share >= STRONGLY else "weakly" if self.share >= WEAKLY else "not"

    def interval(self) -> tuple[float, float]:
        """Wilson interval of the share, 95 %."""
        return interval(int(self.shown.sum()), self.shown.size)


def rank_correlation(values: Array, other: Array) -> Array:
    """Spearman's rank correlation of each row with another quantity: ``[run, member]``, ``[member]``, ``[run]``.

    It is nan where all of a row are the same.
    """
    a = pd.DataFrame(np.atleast_2d(values)).rank(axis=1).to_numpy()
    b = pd.Series(other).rank().to_numpy()
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean()
    with np.errstate(invalid="ignore"):
        return (a * b).sum(axis=1) / np.sqrt((a * a).sum(axis=1) * (b * b).sum())


def passes(values: Array, threshold: Array | float) -> Array:
    """First position at which each row is above a threshold, the number of positions where never: ``[run]``."""
    above = values > np.reshape(threshold, (-1, 1))
    return np.where(above.any(axis=1), above.argmax(axis=1), values.shape[1])


def _quantiles(values: Array) -> dict[str, Array]:
    """Over runs, the first axis."""
    return dict(zip(QUANTILES, np.quantile(values, list(QUANTILES.values()), axis=0), strict=True))


def over_time(series: dict[str, Array], first: int) -> pd.DataFrame:
    """Quantiles by month of series, ``[run, month]`` each, that begin with a year."""
    parts = [
        pd.DataFrame({"series": name, "year": first + np.arange(values.shape[1]) / 12, **_quantiles(values)})
        for name, values in series.items()
    ]
    return pd.concat(parts, ignore_index=True)


def yearly(series: str, values: dict[int, float]) -> pd.DataFrame:
    """Published figures of years, at the middle of each."""
    return pd.DataFrame({"series": series, "year": [year + 0.5 for year in values], "value": list(values.values())})


def members(values: Array, codes: list[str], x: Array | None = None, mean: bool = False) -> pd.DataFrame:
    """Quantiles by member of values ``[run, member]``; with the mean where asked for."""
    table = pd.DataFrame({"member": codes, "name": [NAMES[code] for code in codes], **_quantiles(values)})
    if x is not None:
        table["x"] = x
    if mean:
        table["mean"] = values.mean(axis=0)
    return table

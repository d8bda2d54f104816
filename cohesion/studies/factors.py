"""Factors: what varies between the points of an experiment, named as in its file and in the columns of its results."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from cohesion.checks import ConfigError, member_key, nearest, us_stands_apart
from cohesion.facts import ISO3
from cohesion.facts.derive import USA
from cohesion.levers import BY_NAME as LEVERS
from cohesion.parameters import BY_NAME as PARAMETERS
from cohesion.scenario import Scenario, by_member
from cohesion.types import Array


@dataclass(frozen=True)
class Factor:
    """Something that varies between points.

    Attributes
    ----------
    name
        As written: a parameter (``learning``), a lever (``us_tariff``), a lever on some members (``us_claim@DNK+CAN``),
        or the months by which levers begin later (``delay@pillar``, ``delay@us_aid+us_troops``).
    kind
        ``"parameter"``, ``"lever"`` or ``"delay"``.
    targets
        Names of the parameter or levers.
    members
        Codes or groups, where a lever is set on some members only.
    low, high
        What the values may be.
    """

    name: str
    kind: Literal["parameter", "lever", "delay"]
    targets: tuple[str, ...]
    members: tuple[str, ...]
    low: float
    high: float

    @property
    def unit(self) -> str:
        """Unit of its values."""
        if self.kind == "delay":
            return "months"
        return (PARAMETERS if self.kind == "parameter" else LEVERS)[self.targets[0]].unit

    def apply(self, paths: Mapping[str, Array], scenario: Scenario, values: Array) -> dict[str, Array]:
        """Paths of its levers when it takes some values.

        Parameters
        ----------
        paths
            Of levers, ``[point or 1, month, 32 or 1]``.
        scenario
            That they belong to.
        values
            One a point.
        """
        changed = {}
        for name in self.targets:
            path = np.broadcast_to(paths[name], (len(values), *paths[name].shape[1:])).copy()
            if self.kind == "delay":
                for row, months in zip(path, values.astype(int), strict=True):
                    row[months:] = row[: len(row) - months].copy()
                    row[:months] = LEVERS[name].neutral
            else:
                named = dict.fromkeys(self.members or ("ALL",), 0.0)
                for members, _ in by_member(named, scenario.start):
                    columns = np.atleast_1d(np.arange(path.shape[-1])[members])
                    path[:, :, columns] = values[:, None, None]
                if us_stands_apart(LEVERS[name]):
                    path[:, :, USA] = LEVERS[name].neutral
            changed[name] = path
        return changed


def factor(name: str, months: int, file: str, key: str) -> Factor:
    """The factor of a name; ``months`` is the longest delay.

    Raises
    ------
    ConfigError
        Where there is none of that name.
    """
    if name in PARAMETERS:
        parameter = PARAMETERS[name]
        return Factor(name, "parameter", (name,), (), parameter.low, parameter.high)
    first, at, rest = name.partition("@")
    parts = tuple(rest.split("+"))
    if first == "delay" and at:
        for lever in parts:
            if lever not in LEVERS:
                raise ConfigError.at(file, key, lever, "the names of levers", nearest(lever, LEVERS))
        return Factor(name, "delay", parts, (), 0, months)
    if first not in LEVERS:
        allowed = "the names of levers and parameters, lever@MEMBER or delay@lever"
        raise ConfigError.at(file, key, name, allowed, nearest(first, [*LEVERS, *PARAMETERS]))
    lever_found = LEVERS[first]
    if at:
        if not lever_found.by_member:
            raise ConfigError.at(file, key, name, f"{first} alone: it is one value for the alliance")
        for member in parts:
            member_key(member, lever_found, file, key)
    return Factor(name, "lever", (first,), parts if at else (), lever_found.low, lever_found.high)


def as_steps(path: Array, scenario: Scenario) -> list[dict[str, Any]]:
    """A lever's path, ``[month, 32 or 1]``, as the dated steps that give it in a file."""
    steps = []
    for month in range(len(path)):
        if month and np.array_equal(path[month], path[month - 1]):
            continue
        row = path[month].tolist()
        alike = len(set(row[:USA] + row[USA + 1 :])) == 1 or len(row) == 1
        value = row[0] if alike else {code: v for code, v in zip(ISO3, row, strict=True) if code != "USA"}
        years, calendar = divmod(scenario.start.month - 1 + month, 12)
        day = scenario.start.replace(year=scenario.start.year + years, month=calendar + 1)
        steps.append({"from": day, "value": value})
    return steps

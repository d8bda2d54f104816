"""What runs of the yardstick start from, and the file by which other environments get it; needs nothing but NumPy."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Inputs:
    """Start, parameters, levers and random numbers of some runs of one scenario.

    Attributes
    ----------
    iso3
        Codes of the members, in order.
    usa
        Position of the United States among them.
    first_month
        Calendar month of the start, 1 to 12.
    pledge_months
        Months since 2 % was promised at the start.
    start
        Facts and state at the start by name, ``[run, member]`` or ``[run, member, ally]``; the two indices ``[run]``.
    parameters
        By name, ``[run]``.
    levers
        By name, ``[month, member]``, or ``[month, 1]`` where a lever is one for the alliance.
    shocks
        By channel, ``[run, month, member]``; ``common``, the draw that members share, is ``[run, month]``.
    """

    iso3: tuple[str, ...]
    usa: int
    first_month: int
    pledge_months: int
    start: dict[str, np.ndarray]
    parameters: dict[str, np.ndarray]
    levers: dict[str, np.ndarray]
    shocks: dict[str, np.ndarray]

    @property
    def months(self) -> int:
        """Horizon."""
        return len(self.levers["pledge"])

    @property
    def runs(self) -> int:
        """Number of runs."""
        return len(self.start["cohesion_index"])

    def save(self, path: Path) -> None:
        """Write all of it to an ``.npz`` file."""
        arrays = {}
        for field in fields(self):
            value = getattr(self, field.name)
            parts = value if isinstance(value, dict) else {"": value}
            arrays |= {f"{field.name}.{name}": part for name, part in parts.items()}
        np.savez(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> "Inputs":
        """Read what `save` wrote."""
        groups: dict[str, dict[str, np.ndarray]] = {field.name: {} for field in fields(cls)}
        with np.load(path) as file:
            for key in file.files:
                group, _, name = key.partition(".")
                groups[group][name] = file[key]
        whole = {name: int(groups.pop(name)[""]) for name in ("usa", "first_month", "pledge_months")}
        return cls(iso3=tuple(map(str, groups.pop("iso3")[""])), **whole, **groups)

"""Why a member's trust in an ally changed: two exact ledgers.

The **direct** ledger books every month's change to what caused it: each kind of conduct, social learning, anchoring,
noise, clipping. Its contributions sum to the change. Gross flows of learning and anchoring may be large and cancel, so
the **traced** ledger is what to show people: the update is linear once the asymmetry has been applied, so each driver's
component is carried through learning and anchoring on its own, and says which original cause reached a member by way of
others. It sums to the change too.
"""

from pathlib import Path
from typing import Any

import numpy as np

from cohesion.facts import ISO3, NAMES
from cohesion.rules.measures import probability
from cohesion.rules.trust import LIMIT, carry
from cohesion.scenario import Scenario, load_scenario
from cohesion.simulation import Simulation, Values
from cohesion.types import DRIVERS, Array
from cohesion.uncertainty import DEFAULT, Uncertainty


class Ledger:
    """Both ledgers of trust of all runs of a simulation.

    Parameters
    ----------
    runs, members
        Shape of the simulation.
    usa
        Position of the United States.
    anchor
        Parameter of that name, ``[run, 1]``.
    """

    #: Drivers in order; the last three arise in the update itself and are zero in the traced ledger, clipping apart.
    DRIVERS = DRIVERS

    def __init__(self, runs: int, members: int, usa: int, anchor: Array) -> None:
        self._usa = usa
        self._anchor = anchor[..., None]
        self.direct = np.zeros((len(self.DRIVERS), runs, members, members))
        self.traced = np.zeros_like(self.direct)

    @classmethod
    def of(cls, simulation: Simulation) -> "Ledger":
        """An empty ledger of the right shape."""
        runs, members = simulation.state.trust_in_us.shape
        return cls(runs, members, simulation.inputs.usa, simulation.parameters.anchor)

    def book(
        self,
        before: Array,
        update: Array,
        about_us: Array,
        toward_us: dict[str, Array],
        conduct: dict[str, Array],
        after: Array,
    ) -> None:
        """Book one month; see `cohesion.types.Book`.

        Parameters
        ----------
        before, after
            Deviation of log-odds before and after the month, ``[run, member, ally]``.
        update, about_us
            The linear maps of the month, see `cohesion.rules.trust.carry`.
        toward_us, conduct
            Signals by driver, ``[run, member]`` and ``[run, ally]``.
        """
        month = np.zeros_like(self.direct)
        for name, signal in toward_us.items():
            month[self.DRIVERS.index(name), ..., self._usa] = signal
        for name, signal in conduct.items():
            month[self.DRIVERS.index(name)] = signal[:, None, :]
        standing = self.DRIVERS.index("joint retaliation")
        month[standing, :, self._usa, :] *= -1  # the US reads it the other way round
        carried = carry(before, update, about_us, self._usa)
        unclipped = carried + month.sum(axis=0)
        month[-1] = np.where(np.abs(after) < LIMIT, 0, after - unclipped)
        self.traced = carry(self.traced, update, about_us, self._usa) + month
        anchoring = -self._anchor * before
        month[-2] = anchoring
        month[-3] = carried - before - anchoring
        self.direct += month

    def toward_us(self) -> tuple[Array, Array]:
        """Direct and traced contributions to trust in the US, ``[run, driver, member]`` each."""
        return np.moveaxis(self.direct[..., self._usa], 0, 1), np.moveaxis(self.traced[..., self._usa], 0, 1)


def explain(
    scenario: str | Path | Scenario,
    member: str,
    toward: str = "USA",
    run: int = 0,
    seed: int = 0,
    uncertainty: Uncertainty = DEFAULT,
    *,
    traced: bool = False,
    parameters: Values | None = None,
    without: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Drivers of one member's trust in another over a run, in log-odds.

    Parameters
    ----------
    member, toward
        ISO 3166-1 alpha-3 codes of two different members.
    traced
        Whether to trace drivers through learning and anchoring to their original cause.

    Returns
    -------
    dict
        ``drivers`` (name: contribution, all but zeros, largest first), ``first``, ``last`` (log-odds) and
        ``probability_first``, ``probability_last``. Contributions sum to ``last - first`` to 1e-9.

    Raises
    ------
    ValueError
        Where a code is unknown or both are the same.
    """
    scenario = load_scenario(scenario)
    for code in (member, toward):
        if code not in ISO3:
            raise ValueError(f"unknown member {code!r}; members are {', '.join(ISO3)}")
    if member == toward:
        raise ValueError(f"trust of {member} in itself is not part of the model; choose two members")
    simulation = Simulation(scenario, seed, range(run, run + 1), uncertainty, parameters, without)
    ledger = Ledger.of(simulation)
    while not simulation.finished:
        simulation.step(book=ledger)
    i, j = ISO3.index(member), ISO3.index(toward)
    booked = (ledger.traced if traced else ledger.direct)[:, 0, i, j]
    first = float(simulation.inputs.prior[0, i, j])
    last = first + float(simulation.state.deviation[0, i, j])
    drivers = {name: float(v) for name, v in zip(Ledger.DRIVERS, booked, strict=True) if v != 0}
    return {
        "scenario": scenario.name,
        "member": member,
        "member_name": NAMES[member],
        "toward": toward,
        "run": run,
        "seed": seed,
        "ledger": "traced" if traced else "direct",
        "first": first,
        "last": last,
        "probability_first": float(probability(first)),
        "probability_last": float(probability(last)),
        "drivers": dict(sorted(drivers.items(), key=lambda item: -abs(item[1]))),
    }

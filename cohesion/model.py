"""The Mesa model: one run, stepped by month, with an agent for each member, Russia and Ukraine.

The rules are the ensemble's: an `AllianceModel` is a `Simulation` with a run axis of one, and its agents are live views
of one row of the state. A subclass of `Member` may override what a member decides.
"""

from pathlib import Path
from typing import Any

import mesa
import xarray as xr
from mesa.datacollection import DataCollector

from cohesion import outcome as rule
from cohesion.facts import ISO3, NAMES
from cohesion.ledger import Ledger
from cohesion.record import Recorder, dataset
from cohesion.rules.measures import probability
from cohesion.scenario import Scenario, load_scenario
from cohesion.simulation import Simulation, Values
from cohesion.story import tell
from cohesion.types import PHASES, POSTURES, Array
from cohesion.uncertainty import DEFAULT, Uncertainty


class Member(mesa.Agent):
    """A member of the alliance: a live view of its row of the state.

    Override `decide_budget`, `decide_aid` or `decide_posture` to have a member act otherwise than the rules propose.

    Parameters
    ----------
    model
        The model.
    iso3
        ISO 3166-1 alpha-3 code.
    """

    model: "AllianceModel"

    def __init__(self, model: "AllianceModel", iso3: str) -> None:
        super().__init__(model)
        self.iso3 = iso3
        self.name = NAMES[iso3]
        self._row = ISO3.index(iso3)

    def _of(self, values: Array) -> float:
        return float(values[0, self._row])

    @property
    def spending(self) -> float:
        """Defence spending, % of GDP."""
        return self._of(self.model.state.spending)

    @property
    def threat(self) -> float:
        """Perceived threat, 0 to 1."""
        return self._of(self.model.state.threat)

    @property
    def trust_in_us(self) -> float:
        """Belief that the US would honour Article 5, 0 to 1 (of the US itself: no meaning)."""
        return self._of(self.model.state.trust_in_us)

    @property
    def posture(self) -> str:
        """One of `cohesion.types.POSTURES`."""
        return POSTURES[int(self.model.state.posture[0, self._row])]

    @property
    def credibility(self) -> float:
        """Credibility of its collective defence, 0 to 1."""
        return self._of(self.model.state.credibility)

    @property
    def capability(self) -> float:
        """Stock of military capability, billion USD."""
        return self._of(self.model.state.capability)

    def trust_in(self, ally: str) -> float:
        """Belief that an ally, named by its code, would honour Article 5, 0 to 1."""
        at = 0, self._row, ISO3.index(ally)
        return float(probability(self.model.simulation.inputs.prior[at], self.model.state.deviation[at]))

    def why(self, ally: str = "USA") -> dict[str, float]:
        """Original causes of the change of its trust in an ally so far, in log-odds: the traced ledger."""
        booked = self.model.ledger.traced[:, 0, self._row, ISO3.index(ally)]
        return {name: float(v) for name, v in zip(Ledger.DRIVERS, booked, strict=True) if v != 0}

    def decide_budget(self, proposed: float) -> float:
        """Spending of the new year, % of GDP; called each January with what the rules propose."""
        return proposed

    def decide_aid(self, proposed: float) -> float:
        """Log of aid to Ukraine relative to the start; called each month with what the rules propose."""
        return proposed

    def decide_posture(self, proposed: str) -> str:
        """Posture, one of `cohesion.types.POSTURES`; called each quarter with what the rules propose."""
        return proposed


class Russia(mesa.Agent):
    """The adversary: fixed aims, changing means; a live view of the state."""

    model: "AllianceModel"

    @property
    def pressure(self) -> float:
        """Military and hybrid pressure, log deviation from the start."""
        return float(self.model.state.pressure[0, 0])

    @property
    def confidence(self) -> float:
        """Confidence, deviation from the start."""
        return float(self.model.state.confidence[0, 0])

    @property
    def capacity(self) -> float:
        """Military capacity, log deviation from the start."""
        return float(self.model.state.capacity[0, 0])


class Ukraine(mesa.Agent):
    """The buffer between Russia and the members; a live view of the state."""

    model: "AllianceModel"

    @property
    def strength(self) -> float:
        """Strength, log deviation from the start."""
        return float(self.model.state.strength[0, 0])

    @property
    def phase(self) -> str:
        """Phase of the war, one of `cohesion.types.PHASES`."""
        return PHASES[int(self.model.state.phase[0, 0])]


class AllianceModel(mesa.Model):
    """One run of a scenario.

    Parameters
    ----------
    scenario
        A name, a path or a `Scenario`.
    rng
        Seed, a non-negative integer: the run equals run number ``run`` of ``simulate(scenario, seed=rng)``, to the last
        bit.
    run
        Number of the run within the ensemble.
    uncertainty
        ``"posterior"`` or ``"prior"``: the run's own parameter set; ``"none"``: the defaults. As of `simulate`.
    parameters
        Values that replace defaults or draws.
    without
        Mechanisms to switch off.
    members
        Classes of members that are not plain `Member`, by code.

    Attributes
    ----------
    members
        The 32 members by code.
    russia, ukraine
        The other two agents.
    datacollector
        Of cohesion index, unity and outcome for the model, and of trust in the US, spending, threat and posture for
        agents that are members.

    Raises
    ------
    ConfigError
        Where the scenario is not valid.
    ValueError
        Where the seed is negative, or a member, parameter or mechanism is unknown.
    """

    def __init__(
        self,
        scenario: str | Path | Scenario = "status-quo",
        rng: int | None = 0,
        run: int = 0,
        uncertainty: Uncertainty = DEFAULT,
        parameters: Values | None = None,
        without: tuple[str, ...] = (),
        members: dict[str, type[Member]] | None = None,
    ) -> None:
        seed = 0 if rng is None else int(rng)  # batch_run of newer versions passes None where no seed is given
        super().__init__(rng=seed)
        self.simulation = Simulation(
            load_scenario(scenario), seed, range(int(run), int(run) + 1), uncertainty, parameters, without
        )
        self.run_number = int(run)
        self._attributes = {"seed": seed, "uncertainty": uncertainty, "without": ", ".join(without)}
        self.ledger = Ledger.of(self.simulation)
        chosen = members or {}
        for code in chosen:
            if code not in ISO3:
                raise ValueError(f"unknown member {code!r} in members; members are {', '.join(ISO3)}")
        self.members = {code: chosen.get(code, Member)(self, code) for code in ISO3}
        self.russia, self.ukraine = Russia(self), Ukraine(self)
        self._recorder = Recorder(self.simulation)
        self.story = tell(None, self.simulation)
        self.datacollector = DataCollector(
            model_reporters={
                "cohesion_index": lambda m: float(m.state.cohesion_index[0, 0]),
                "unity": lambda m: float(m.state.unity[0, 0]),
                "outcome": lambda m: m.outcome,
            },
            agenttype_reporters={
                kind: {name: name for name in ("iso3", "trust_in_us", "spending", "threat", "posture")}
                for kind in dict.fromkeys(type(member) for member in self.members.values())
            },
        )
        self.datacollector.collect(self)

    @property
    def state(self) -> Any:
        """State of the run; see `cohesion.types.State`."""
        return self.simulation.state

    @property
    def outcome(self) -> str:
        """Outcome of the two years before, one of `cohesion.outcome.OUTCOMES`."""
        return rule.OUTCOMES[int(self._recorder.outcomes()[0, -1])]

    def step(self) -> None:
        """Advance by a month; at the horizon ``running`` turns False and nothing changes.

        It turns False in the step after the last month, since Mesa's ``batch_run`` reports the step before the last.
        """
        if self.simulation.finished:
            self.running = False
            return
        before = self.simulation.state
        self.simulation.step(amend=self._amend, book=self.ledger)
        self._recorder.keep()
        self.story += tell(before, self.simulation)
        self.datacollector.collect(self)

    def run(self) -> "AllianceModel":
        """Step to the horizon; returns the model."""
        while self.running:
            self.step()
        return self

    def history(self) -> xr.Dataset:
        """The variables that `simulate` gives, without the run axis, from the start to the present month."""
        run, simulation = self.run_number, self.simulation
        return dataset(self._recorder.records(), simulation.scenario, range(run, run + 1), self._attributes).isel(run=0)

    def _amend(self, decision: str, proposed: Array) -> Array:
        """Ask members of a class of their own what they do instead."""
        if all(type(member) is Member for member in self.members.values()):
            return proposed
        amended = proposed.copy()
        for row, member in enumerate(self.members.values()):
            if decision == "posture":
                choice = member.decide_posture(POSTURES[int(proposed[0, row])])
                if choice not in POSTURES:
                    raise ValueError(f"{member.iso3} decides on {choice!r}; postures are {', '.join(POSTURES)}")
                amended[0, row] = POSTURES.index(choice)
            else:
                decide = member.decide_budget if decision == "budget" else member.decide_aid
                amended[0, row] = decide(float(proposed[0, row]))
        return amended

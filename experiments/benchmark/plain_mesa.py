"""The yardstick in plain Mesa: an agent a member, a model a run; what they do is in ``yardstick.py``."""

from pathlib import Path

import mesa

from cohesion.scenario import Scenario, load_scenario
from experiments.benchmark.prepare import prepare
from experiments.benchmark.yardstick import COLLECTED, AllianceRules, MemberRules


class MemberState(MemberRules, mesa.Agent):
    """A member of the alliance.

    Parameters
    ----------
    model
        The model.
    row
        Position in `cohesion.facts.ISO3`.
    """

    def __init__(self, model: "PlainAlliance", row: int) -> None:
        super().__init__(model)
        self.begin(row)


class PlainAlliance(AllianceRules, mesa.Model):
    """One run of a scenario.

    Parameters
    ----------
    scenario
        A name, a path or a `Scenario`; ``us_reward`` has to be neutral.
    rng
        Seed of the ensemble.
    run
        Number of the run within the ensemble.
    """

    def __init__(self, scenario: str | Path | Scenario = "status-quo", rng: int = 0, run: int = 0) -> None:
        super().__init__(rng=int(rng))
        self.begin(prepare(load_scenario(scenario), int(rng), [int(run)]), 0)
        self.members = [MemberState(self, row) for row in range(len(self.iso3))]
        self.meet()
        self.datacollector = mesa.DataCollector(
            model_reporters={name: name for name in ("cohesion_index", "cohesion_with_burden")},
            agent_reporters={name: name for name in COLLECTED},
        )
        self.datacollector.collect(self)

    def each(self, action: str) -> None:
        """Have each member act."""
        self.agents.do(action)

    def step(self) -> None:
        """One month."""
        if self.month >= self.months:
            self.running = False
            return
        self.advance()
        self.datacollector.collect(self)
        self.running = self.month < self.months

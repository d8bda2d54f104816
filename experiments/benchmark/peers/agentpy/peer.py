"""The yardstick in agentpy: an agent a member, a model a run, an experiment over the runs.

What members do is shared with plain Mesa (``yardstick.py``), since agentpy asks for the same form: agents with
attributes and methods. Parameters are plain attributes rather than agentpy's ``p``, whose look-ups take longer.
"""

import agentpy as ap
import numpy as np

from experiments.benchmark.inputs import Inputs
from experiments.benchmark.peers.serve import serve
from experiments.benchmark.yardstick import COLLECTED, AllianceRules, MemberRules

COHESION = ("cohesion_index", "cohesion_with_burden")


class Member(MemberRules, ap.Agent):
    """A member of the alliance; ``row`` is its position."""

    def setup(self, row: int) -> None:
        """Take up the state of month 0."""
        self.begin(row)


class Alliance(AllianceRules, ap.Model):
    """One run; its position among the inputs is the parameter ``run``."""

    def setup(self, inputs: Inputs) -> None:
        """Take up the inputs and make the members."""
        self.begin(inputs, self.p.run)
        count = len(self.iso3)
        self.members = ap.AgentList(self, count, Member, row=ap.AttrIter(range(count)))
        self.meet()

    def each(self, action: str) -> None:
        """Have each member act."""
        getattr(self.members, action)()

    def step(self) -> None:
        """One month."""
        self.advance()

    def update(self) -> None:
        """Collect, at the start and after each month."""
        self.members.record(COLLECTED)
        self.record(COHESION)


def parameters(inputs: Inputs, run: int) -> dict[str, int]:
    """What agentpy is told of a run."""
    return {"run": run, "steps": inputs.months, "seed": 0}


def experiment(inputs: Inputs, runs: int) -> None:
    """The first runs, as an agentpy experiment in this process."""
    sample = [parameters(inputs, run) for run in range(runs)]
    ap.Experiment(Alliance, sample, inputs=inputs).run(display=False)


def record(inputs: Inputs) -> dict[str, np.ndarray]:
    """What was collected in all runs, and beliefs at the end."""
    collected: dict[str, list[np.ndarray]] = {}
    for run in range(inputs.runs):
        model = Alliance(parameters(inputs, run), inputs=inputs)
        variables = model.run(display=False).variables
        for name in COLLECTED[1:]:  # the first is the code
            by_month = variables["Member"][name].unstack("obj_id").to_numpy(dtype=float)
            collected.setdefault(name, []).append(by_month)
        for name in COHESION:
            collected.setdefault(name, []).append(variables["Alliance"][name].to_numpy())
        beliefs = np.array([[member.beliefs[ally] for ally in inputs.iso3] for member in model.members])
        collected.setdefault("beliefs", []).append(beliefs)
    return {name: np.stack(values) for name, values in collected.items()}


if __name__ == "__main__":
    serve({"experiment": experiment}, record)

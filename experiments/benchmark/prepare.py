"""Facts, parameters, shocks and levers of `cohesion` as `Inputs` of the yardstick."""

from collections.abc import Sequence

import numpy as np

from cohesion.facts import ISO3
from cohesion.scenario import Scenario
from cohesion.simulation import begin
from cohesion.state import pledge_age
from experiments.benchmark.inputs import Inputs

#: Mechanisms that the yardstick leaves out.
OFF = ("support", "posture", "consensus", "russia", "war", "politics", "china")
FACTS = (
    "exposure", "exports", "us_imports", "smallness", "hosting", "growth", "gdp", "spending", "threat", "required",
    "trust_in_us", "spill_in", "goodwill", "eu", "troops", "prior", "ties", "european_ties", "projection",
)  # fmt: skip
STATE = ("capability", "pipeline", "autonomy", "european_trust", "credibility", "credibility_without_us")
PARAMETERS = (
    "absorption", "anchor", "asymmetry", "autonomy_push", "autonomy_spending", "autonomy_start", "budget_cut",
    "budget_noise", "budget_rise", "claim_convexity", "claim_rally", "claim_spread", "claim_trust", "commitment_trust",
    "concession_trust", "courting_trust", "credibility_slope", "culture_war_trust", "delivery_months", "demand_trust",
    "depreciation", "enabler_cost", "enabler_months", "equipment_share", "fear_spending", "fiscal_squeeze",
    "goodwill_recovery", "goodwill_sensitivity", "incident_jump", "incident_rate", "learning", "pillar_orders",
    "pledge_pull", "pledge_trust", "preference_shift", "retaliation_loss", "retaliation_speed", "russia_growth",
    "shaming", "solidarity_trust", "spill_in", "supplement", "tariff_affront", "tariff_loss", "tariff_loss_us",
    "tariff_response", "tariff_trust", "threat_adjustment", "threat_response", "threat_spending", "troops_trust",
    "trust_noise", "trust_sensitivity", "us_aid_trust", "withdrawal_trust", "witness",
)  # fmt: skip
LEVERS = (
    "budget_speed", "joint_retaliation", "pillar", "pledge", "russia_pressure", "us_aid", "us_burden_demand",
    "us_claim", "us_commitment", "us_concession_nato", "us_concession_sanctions", "us_concession_territory",
    "us_courting", "us_culture_war", "us_tariff", "us_troops", "us_withdrawal",
)  # fmt: skip
CHANNELS = ("incident", "observer", "reputation", "budget")


def prepare(scenario: Scenario, seed: int, runs: Sequence[int]) -> Inputs:
    """What some runs of a scenario start from; ``us_reward`` has to be neutral.

    Raises
    ------
    ValueError
        Where the scenario sets what the yardstick leaves out.
    """
    paths = scenario.paths()
    if paths["us_reward"].any():
        raise ValueError("the yardstick leaves out us_reward")
    beginning = begin(scenario, seed, runs, without=OFF)
    x, s = beginning.inputs, beginning.state

    def by_run(values: np.ndarray) -> np.ndarray:
        """A fact that is the same in all runs, for each of them."""
        return values if values.ndim > 1 else np.tile(values, (len(runs), 1))

    start = {name: by_run(np.asarray(getattr(x, name), float)) for name in FACTS}
    start |= {name: by_run(getattr(s, name)) for name in STATE}
    start |= {name: getattr(s, name)[:, 0] for name in ("cohesion_index", "cohesion_with_burden")}
    months = [beginning.shocks.month(month) for month in range(scenario.months)]
    shocks = {name: np.stack([getattr(z, name) for z in months], axis=1) for name in CHANNELS}
    shocks["common"] = np.stack([z.common_normal[:, 1] for z in months], axis=1)
    return Inputs(
        iso3=ISO3,
        usa=x.usa,
        first_month=x.first_month,
        pledge_months=pledge_age(scenario.start),
        start=start,
        parameters={name: getattr(beginning.parameters, name)[:, 0] for name in PARAMETERS},
        levers={name: paths[name] for name in LEVERS},
        shocks=shocks,
    )

"""How a run starts: the fixed inputs and the state of month 0, from facts and parameters."""

import datetime
from dataclasses import replace

import numpy as np

from cohesion.facts import Facts
from cohesion.rules import burden, capability, consensus, learning, measures, month, posture, threat, trade, trust, war
from cohesion.types import CEASEFIRE, WAR, Array, Inputs, Levers, Parameters, State

FULL_SCALE_WAR = datetime.date(2022, 2, 1)
WALES = datetime.date(2014, 9, 1)  # the pledge of 2 %


def pledge_age(start: datetime.date) -> int:
    """Months since members pledged to spend 2 %; negative before."""
    return (start.year - WALES.year) * 12 + start.month - WALES.month


def start(facts: Facts, p: Parameters, neutral: Levers) -> tuple[Inputs, State]:
    """Fixed inputs and state of month 0 for all runs.

    Parameters
    ----------
    facts
        As known at the start.
    p
        Parameters, ``[run, 1]`` each; the length of that axis is the number of runs.
    neutral
        All levers at their neutral values.
    """
    runs, members = p.anchor.shape[0], len(facts.iso3)
    usa = facts.usa
    eu = facts.eu.astype(float)
    europe = np.ones(members)
    europe[usa] = 0
    zero, one_a_run = np.zeros((runs, members)), np.zeros((runs, 1))

    exposure = threat.exposure(facts.distance_moscow, facts.border.astype(float), p)
    shared = sum(np.outer(g, g).astype(float) for name, g in facts.groups.items() if name != "EU")
    ties = learning.ties(facts.distance, eu, np.asarray(shared), facts.trade_share, p)
    at_odds = measures.log_odds(np.clip(facts.favourability, 0.05, 0.95))
    image = at_odds - (at_odds * europe).sum() / europe.sum()
    prior = np.broadcast_to(measures.log_odds(p.prior_honour)[..., None], (runs, members, members)).copy()
    prior[..., usa] += p.prior_image * image * europe
    trust_in_us = measures.probability(prior[..., usa])
    european_ties = learning.without(ties, usa)
    war_at_start = facts.start >= FULL_SCALE_WAR

    pledge_due = np.clip(pledge_age(facts.start) / burden.PLEDGE_MONTHS, 0, 1)
    usd = facts.spending / 100 * facts.gdp
    stock = usd / p.depreciation
    autonomy = capability.autonomy(zero, stock, usa, p)
    perceived = threat.start(exposure, facts.pressure, p)
    incidents = threat.incidents(exposure, p)
    largest = (facts.gdp * europe).max()
    aid_usd = facts.ukraine_aid / 100 * facts.gdp
    alignment = facts.stance + zero
    utilities = posture.utilities(
        trust_change=zero, european_change=zero, threat_change=zero, credibility_change=zero, autonomy_change=zero,
        goodwill_lost=zero, alignment=alignment, wedge=zero, pillar=zero, p=p,
    )  # fmt: skip
    postures = posture.best(utilities)
    postures[:, usa] = 0
    objection = consensus.objection(alignment, perceived, zero, postures, p)
    willing = consensus.willing(postures, facts.gdp + zero, europe)
    delivery = consensus.effect(consensus.blocking(objection, postures, p), willing, p)

    x = Inputs(
        usa=usa, first_month=facts.start.month, war_at_start=war_at_start, eu=eu, europe=europe, exposure=exposure,
        exports=facts.exports_to_us, export_weights=_export_weights(facts), us_imports=facts.us_imports_share,
        smallness=europe * (1 - facts.gdp / largest), hosting=facts.us_troops / (facts.us_troops + 5000),
        troops=facts.us_troops / facts.us_troops.sum(),
        gas=facts.gas_share, gdp=facts.gdp, growth=(1 + facts.growth) ** (1 / 12) - 1, spending=facts.spending,
        spending_total=float((europe * facts.spending).sum()),
        aid=facts.ukraine_aid, election_due=facts.next_election, election_term=facts.term, alignment=facts.stance,
        ties=ties, european_ties=european_ties, projection=measures.projection(facts.distance, usa, p),
        update=trust.update_matrix(ties, p),
        update_about_us=trust.update_matrix(european_ties, p), prior=prior, prior_in_us=prior[..., usa].copy(),
        trust_in_us=trust_in_us, european_trust=zero, goodwill=at_odds, liking=measures.probability(at_odds),
        threat=perceived, threat_odds=threat.odds(perceived), incidents=incidents,
        incident_share=threat.incident_share(incidents), tariff_stake=trade.stake(facts.exports_to_us, p),
        credibility=zero, spill_in=zero,
        required=np.ones((runs, members)), delivery=delivery, posture=postures,
        pledge_gap=burden.pledge_gap(neutral.pledge[0], zero[0], pledge_due, facts.spending),
        support=float(aid_usd.sum()),
        us_aid_share=float(aid_usd[usa] / max((aid_usd * europe).sum(), 1e-9)),
    )  # fmt: skip
    s = State(
        month=0, deviation=np.zeros((runs, members, members)), trust_in_us=trust_in_us, european_trust=zero,
        goodwill=zero, liking=x.liking + zero, threat=perceived,
        spending=facts.spending + zero, plan=facts.spending + zero, preference=zero,
        gdp=facts.gdp + zero, loss=zero, retaliation=zero, tariff=zero, capability=stock,
        pipeline=usd / 12 * p.equipment_share * p.delivery_months, enablers=zero, enabler_pipeline=zero,
        autonomy=autonomy, aid=zero, fatigue=zero, alignment=alignment, posture=postures,
        credibility=zero, credibility_without_us=zero, flank=one_a_run, spill_in=zero,
        unity=delivery.mean(axis=-1, keepdims=True),
        delivery=delivery, blocked=np.zeros((runs, 4)), pressure_noise=one_a_run, pressure=one_a_run,
        confidence=one_a_run, pocketed=one_a_run, problem=one_a_run, capacity=one_a_run, china=one_a_run,
        strength=one_a_run, outlook=one_a_run,
        phase=np.full((runs, 1), WAR if war_at_start else CEASEFIRE), cohesion_index=one_a_run,
        cohesion_with_burden=one_a_run,
    )  # fmt: skip
    return _calibrate_start(x, s, neutral, p)


def _calibrate_start(x: Inputs, s: State, neutral: Levers, p: Parameters) -> tuple[Inputs, State]:
    """Set the required force so that the margin of deterrence on the flank is that of the start, and measure."""
    belief = measures.probability(x.prior)
    present = measures.present(s.posture, neutral.us_withdrawal, x.usa)
    response, _, spill_in = measures.response(belief, x.projection, s.capability, s.autonomy, present, x.usa)
    # Russia could bring against a member what its exposure lets it: the scale is set by the margin on the flank.
    exposure = np.maximum(x.exposure, 0.05)
    scale = measures.flank(response, x.exposure) / measures.flank(exposure, x.exposure) / p.deterrence_margin
    x = replace(x, required=scale * exposure)
    s = month.assess(s, x, neutral, p, war.assurance(neutral.assurance_force))
    x = replace(x, european_trust=s.european_trust, credibility=s.credibility, spill_in=spill_in)
    index, with_burden = measures.cohesion(s.trust_in_us, s.european_trust, s.flank, s.unity, s.spending, x.europe)
    return x, replace(s, cohesion_index=index, cohesion_with_burden=with_burden)


def _export_weights(facts: Facts) -> Array:
    """Whose tariffs a member answers: in the EU the export-weighted mean, else its own, ``[member, member]``."""
    weights = np.eye(len(facts.iso3))
    exports = facts.exports_to_us * facts.gdp * facts.eu
    if facts.eu.any():  # another alliance may have no member in it
        weights[facts.eu] = exports / exports.sum()
    return weights

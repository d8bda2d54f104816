"""The order of a month: which mechanism acts when, in one place.

Reads like the process overview of the ODD protocol. The United States and Russia move first, members perceive, judge
and budget, and once a quarter they take a posture and decide together.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from cohesion.rules import (
    burden,
    capability,
    china,
    claims,
    consensus,
    measures,
    politics,
    posture,
    russia,
    support,
    threat,
    trade,
    trust,
    united_states,
    war,
)
from cohesion.types import (
    AID,
    FORCE,
    SANCTIONS,
    Amend,
    Array,
    Book,
    BoolArray,
    Inputs,
    IntArray,
    Levers,
    Mechanism,
    Parameters,
    Shocks,
    State,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What follows from levers alone, and stands until one of them changes.

    Attributes
    ----------
    concessions
        Of the US to Russia, all kinds together, ``[run or 1, 1]``.
    ceded
        Territory, by whoever cedes more of it, ``[run or 1, 1]``.
    assurance
        Worth of the assurance force, ``[run or 1, 1]``.
    terms
        Worth of the deal on the table to Russia, ``[run, 1]``.
    signals
        Long-run effects on trust in the US, log-odds, ``[run, member]`` each.
    monthly
        The same as changes of one month.
    total
        Their sum, ``[run, member]``.
    """

    concessions: Array
    ceded: Array
    assurance: Array
    terms: Array
    signals: dict[str, Array]
    monthly: dict[str, Array]
    total: Array


def standing(x: Inputs, lv: Levers, p: Parameters) -> Standing:
    """What the levers of a month set; parameters are those of `advance`."""
    ceded = np.maximum(lv.us_concession_territory, lv.territory_ceded)
    assurance = war.assurance(lv.assurance_force)
    others = lv.us_concession_nato + lv.us_concession_sanctions
    terms = war.offer(ceded, lv.ukraine_rearmament, others, assurance, p)
    signals = {"territorial claims": claims.signal(lv.us_claim, x.ties, x.smallness, p)}
    signals |= united_states.signals(lv, x.exposure, x.hosting, p)
    monthly = trust.monthly(np.array(list(signals.values())), x.europe, p)
    return Standing(
        united_states.concessions(lv), ceded, assurance, terms,
        signals, dict(zip(signals, monthly, strict=True)), monthly.sum(axis=0),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chance:
    """What follows from shocks and parameters alone: it can be worked out for all months at once.

    Attributes
    ----------
    noise
        Shock to each member's trust in the US, log-odds, ``[run, member]``.
    reputation
        Shock to what all observers believe of an ally, log-odds, ``[run, ally]``.
    elected
        Where a government is elected, ``[run, member]``.
    swing
        What an election moves alignment by without a reason, ``[run, member]``.
    """

    noise: Array
    reputation: Array
    elected: BoolArray
    swing: Array

    def month(self, month: int) -> "Chance":
        """One month of many."""
        return Chance(self.noise[month], self.reputation[month], self.elected[month], self.swing[month])


def chance(month: int | IntArray, x: Inputs, z: Shocks, p: Parameters) -> Chance:
    """What the shocks of a month bring, or those of many: ``[month, 1, 1]``, with the month first in every shock."""
    elected = politics.elections(month, x.election_due, x.election_term, z.early_election, p)
    return Chance(
        noise=trust.noise(z.common_normal[..., 1:2], z.observer, x.europe, p),
        reputation=trust.reputation(z.reputation, x.europe, p),
        elected=elected & (x.europe > 0),
        swing=politics.swing(z.ballot, p),
    )


def advance(
    s: State,
    x: Inputs,
    lv: Levers,
    z: Shocks,
    p: Parameters,
    amend: Amend | None = None,
    book: Book | None = None,
    stands: Standing | None = None,
    luck: Chance | None = None,
    added: Collection[Mechanism] = (),
) -> State:
    """The state one month on.

    Parameters
    ----------
    s, x, lv, z, p
        State, fixed inputs, levers and shocks of the month, parameters.
    amend
        Called with the decision (``"budget"``, ``"aid"`` or ``"posture"``) and what the rules propose,
        ``[run, member]``; what it returns is done. A subclassed Mesa agent acts here.
    book
        A ledger that is told every change of trust and its drivers.
    stands
        What `standing` gives for these levers, where the caller has it already.
    luck
        What `chance` gives for these shocks, where the caller has it already.
    added
        Mechanisms from outside, in the order in which they act.
    """
    amend = amend or _as_proposed
    stands = stands or standing(x, lv, p)
    luck = luck or chance(s.month, x, z, p)
    month = s.month + 1
    calendar = (x.first_month + s.month - 1) % 12 + 1
    usa = x.usa

    # M13 the United States
    commitment = united_states.commitment(
        lv.us_commitment, lv.us_reward, s.spending, x.spending, x.spending_total, x.europe, p
    )

    # M16 China, M11 Russia
    china_support = china.support(s.china, lv.us_courting, p)
    delivered = s.delivery - x.delivery
    sanctions = war.sanctions_in_effect(
        lv.sanctions, lv.us_concession_sanctions, delivered[:, SANCTIONS : SANCTIONS + 1], p
    )
    unity_lost = -delivered.sum(axis=-1, keepdims=True) / delivered.shape[-1]
    confidence = russia.confidence(s.confidence, stands.concessions, unity_lost, s.strength, sanctions, p)
    pocketed = russia.pocket(s.pocketed, stands.concessions)
    problem = russia.problem(s.problem, lv.russia_bargaining, pocketed, p)
    noise = russia.pressure_noise(s.pressure_noise, z.common_normal[:, 0:1], p)
    pressure = russia.pressure(lv.russia_pressure, confidence, problem, noise, p)

    # M12 war, cease-fire, settlement
    peace = war.at_peace(s.phase)
    common_packages = s.delivery[:, AID : AID + 1] / x.delivery[:, AID : AID + 1]
    given = support.total(s.aid, x.aid, x.gdp * (1 - s.loss), lv.us_aid, usa, common_packages)
    aid_change = np.log((given + 1) / (x.support + 1))  # a billion is added so that a start without aid is finite
    capacity = war.capacity(s.capacity, peace, x.war_at_start, sanctions, lv.oil_squeeze, china_support, p)
    strength = war.strength(s.strength, peace, x.war_at_start, aid_change, lv.ukraine_rearmament, capacity, p)
    prospects = war.prospects(confidence, capacity, strength)
    deterrence = war.deterrence(strength, stands.assurance, war.backing(s.flank, lv.us_concession_nato), p)
    phase = war.next_phase(
        s.phase, z.common_uniform[:, 0:1], lv.us_deal_seeking, stands.terms, prospects, s.outlook, capacity, confidence,
        deterrence, stands.assurance, lv.russia_offensive, p,
    )  # fmt: skip
    buffer = strength - 0.5 * stands.ceded * war.at_peace(phase)

    # M1 threat
    perceived = threat.perceive(
        s.threat, x.threat_odds, x.exposure, pressure, capacity, buffer, x.incidents, x.incident_share, z.incident, p
    )
    threat_change = perceived - x.threat

    # M3 trade war
    tariff = trade.tariff_in_force(lv.us_tariff, s.retaliation, p)
    retaliation = trade.retaliate(s.retaliation, tariff, lv.joint_retaliation, x.export_weights, p)
    retaliation[:, usa] = 0
    level = trade.level_loss(tariff, retaliation, x.exports, x.us_imports, usa, p)
    level += russia.energy_loss(problem, x.gas, p)
    loss = s.loss + (level - s.loss) / 12  # a year until a shock has worked through
    gdp = x.gdp * (1 + x.growth) ** month * (1 - loss)

    # M2 trust and goodwill, M4 claims, M5 learning
    tariffs = trust.witnessed(trade.signal(tariff, x.tariff_stake, p), x.ties, p)
    committed = united_states.commitment_signal(commitment, p)
    signals = np.empty((5, *tariffs.shape))  # in one array: a call costs more than its arithmetic
    signals[0] = tariffs
    signals[1] = committed
    kept = burden.pledge_gap(lv.pledge, lv.pledge_before, lv.pledge_due, s.spending)
    signals[2] = burden.pledge_conduct(kept, x.pledge_gap, p)
    signals[3] = posture.conduct(s.posture, x.posture, p)
    signals[4] = trade.solidarity(retaliation, p)
    by_tariffs, by_commitment, by_pledges, by_ranks, joint = trust.monthly(signals, x.europe, p)
    from_outside = {m.name: trust.monthly(m.trust_in_us(s, x, lv, z, p), x.europe, p) for m in added if m.trust_in_us}
    toward_us = sum(from_outside.values(), by_tariffs + by_commitment + stands.total + luck.noise)
    deviation = trust.revise(
        s.deviation, x.update, x.update_about_us, toward_us, by_pledges + by_ranks + luck.reputation, joint, usa,
    )  # fmt: skip
    if book is not None:
        about_us = {"tariffs": by_tariffs, "commitment": by_commitment} | stands.monthly | {"noise": luck.noise}
        about_us |= from_outside
        about_all = {
            "pledges": by_pledges, "breaking ranks": by_ranks, "reputation noise": luck.reputation,
            "joint retaliation": joint,
        }  # fmt: skip
        book.book(s.deviation, x.update, x.update_about_us, about_us, about_all, deviation)
    trust_in_us = measures.probability(x.prior_in_us, deviation[..., usa])
    felt = tariffs + stands.signals["territorial claims"] + stands.signals["culture war"] + committed
    goodwill = trust.goodwill(s.goodwill, felt * x.europe, p)
    liking = measures.probability(x.goodwill, goodwill)
    goodwill_lost = x.liking - liking

    # M14 domestic politics
    new = politics.redraw(s.alignment, x.alignment, goodwill_lost, threat_change, luck.swing, p)
    alignment = np.where(luck.elected, new, s.alignment)

    # M8 support for Ukraine
    shortfall = -lv.us_aid * x.us_aid_share
    aid = support.european(s.aid, lv.europe_aid, threat_change, shortfall, pressure, loss, s.fatigue, x.europe, p)
    aid = amend("aid", aid)
    fatigue = s.fatigue + aid / 12

    # M6 burden sharing: plans in July, budgets in January
    spending, plan, preference = s.spending, s.plan, s.preference
    if calendar == 7:
        fear = perceived * (1 - trust_in_us) - x.threat * (1 - x.trust_in_us)
        spill_in_change = np.log(np.maximum(s.spill_in, 1e-3 * x.spill_in) / x.spill_in)  # finite if all have left
        own = x.spending * np.exp(preference)
        gap = burden.pledge_gap(lv.pledge, lv.pledge_before, lv.pledge_due, own)
        plan = burden.desired(
            x.spending, threat_change, fear, spill_in_change, loss, gap - x.pledge_gap, lv.us_burden_demand,
            claims.rally(lv.us_claim, p), goodwill_lost, s.posture, preference, p,
        )  # fmt: skip
        plan = np.where(x.europe > 0, plan, x.spending)  # what the US spends is for the scenario to say
        spending = burden.supplement(spending, plan, p)
    elif calendar == 1:
        spending = burden.budget(spending, plan, lv.budget_speed, p)
        spending, preference = burden.surprise(spending, preference, p.budget_noise * z.budget * x.europe, p)
        spending = amend("budget", spending)

    # M7 capability and autonomy
    share = capability.enabler_share(lv.pillar, goodwill_lost, x.europe, p)
    bought = capability.purchases(spending / 1200 * gdp, x.spending / 1200 * gdp, p)
    stock, pipeline = capability.accumulate(s.capability, s.pipeline, bought, share, p)
    enablers, enabler_pipeline = capability.build_enablers(s.enablers, s.enabler_pipeline, bought, share, p)
    autonomy = capability.autonomy(enablers, stock, usa, p)

    s = State(
        month=month, deviation=deviation, trust_in_us=trust_in_us, goodwill=goodwill, liking=liking, threat=perceived,
        spending=spending, plan=plan, preference=preference, gdp=gdp, loss=loss, retaliation=retaliation,
        tariff=tariff, capability=stock, pipeline=pipeline, enablers=enablers, enabler_pipeline=enabler_pipeline,
        autonomy=autonomy, aid=aid, fatigue=fatigue, alignment=alignment, pressure_noise=noise, pressure=pressure,
        confidence=confidence, pocketed=pocketed, problem=problem, capacity=capacity, china=china_support,
        strength=strength, outlook=s.outlook + (prospects - s.outlook) / 12, phase=phase,
        # the rest stands until the end of a quarter
        european_trust=s.european_trust, credibility=s.credibility, credibility_without_us=s.credibility_without_us,
        flank=s.flank, spill_in=s.spill_in, posture=s.posture, delivery=s.delivery, blocked=s.blocked, unity=s.unity,
        cohesion_index=s.cohesion_index, cohesion_with_burden=s.cohesion_with_burden, own=s.own,
    )  # fmt: skip
    s = quarter(s, x, lv, z, p, amend, stands) if month % 3 == 0 else s
    for m in added:
        s = m.after(s, x, lv, z, p) if m.after else s
    return s


def quarter(s: State, x: Inputs, lv: Levers, z: Shocks, p: Parameters, amend: Amend, stands: Standing) -> State:
    """The state after the end of a quarter: defence is assessed, postures are taken, decisions come up.

    Parameters are those of `advance`.
    """
    # M15 measures
    s = assess(s, x, lv, p, stands.assurance)

    # M9 posture
    goodwill_lost = x.liking - s.liking
    wedge = russia.wedge(lv.russia_wedge, s.confidence, russia.cheapness(s.alignment, x.gas, x.exposure, p), p)
    utilities = posture.utilities(
        s.trust_in_us - x.trust_in_us, s.european_trust - x.european_trust, s.threat - x.threat,
        s.credibility - x.credibility, s.autonomy - p.autonomy_start, goodwill_lost, s.alignment, wedge, lv.pillar, p,
    )  # fmt: skip
    chosen = posture.choose(utilities, s.posture, z.choice, p)
    chosen[:, x.usa] = s.posture[:, x.usa]  # what the US does is for the scenario to say
    chosen = amend("posture", chosen).astype(np.int64, copy=False)

    # M10 consensus
    objection = consensus.objection(s.alignment, s.threat, wedge, chosen, p)
    blocked = (z.common_uniform[:, 1:5] < consensus.blocking(objection, chosen, p)).astype(float)
    effect = consensus.effect(blocked, consensus.willing(chosen, s.gdp, x.europe), p)
    delivery = consensus.remember(s.delivery, effect)
    unity = delivery.mean(axis=-1, keepdims=True)
    index, with_burden = measures.cohesion(s.trust_in_us, s.european_trust, s.flank, unity, s.spending, x.europe)
    return replace(
        s, posture=chosen, delivery=delivery, blocked=blocked, unity=unity,
        cohesion_index=index, cohesion_with_burden=with_burden,
    )  # fmt: skip


def assess(s: State, x: Inputs, lv: Levers, p: Parameters, assurance: Array) -> State:
    """M15: expected response, credibility with and without the US, spill-in and trust among Europeans.

    Parameters
    ----------
    s, x, lv, p
        As of `advance`.
    assurance
        Worth of the assurance force, 0 to 1, ``[run or 1, 1]``.
    """
    belief = measures.probability(x.prior, s.deviation)
    present = measures.present(s.posture, lv.us_withdrawal, x.usa)
    in_place = (x.troops * lv.us_troops).sum(axis=-1, keepdims=True)
    present[:, x.usa] *= 1 + 0.5 * in_place[:, 0]  # half of what the US would send is in place
    response, alone, spill_in = measures.response(belief, x.projection, s.capability, s.autonomy, present, x.usa)
    moved = s.delivery[:, FORCE : FORCE + 1] / x.delivery[:, FORCE : FORCE + 1]
    fighting = ~war.at_peace(s.phase)  # in a moratorium the front holds forces as before
    guard = p.assurance_deterrence * assurance * war.backing(s.flank, lv.us_concession_nato)
    required = x.required * war.available(s.capacity, s.strength, guard, fighting, x.war_at_start, s.month, p)
    belief *= x.european_ties  # in place: a new array of this size costs more than the product
    credibility = measures.credibility(response * moved, required, p)
    return replace(
        s,
        european_trust=belief.sum(axis=-1),
        credibility=credibility,
        flank=measures.flank(credibility, x.exposure),
        credibility_without_us=measures.credibility(alone * moved, required, p),
        spill_in=spill_in,
    )


def _as_proposed(decision: str, proposed: np.ndarray) -> np.ndarray:
    """Members do what the rules propose."""
    return proposed

"""Every uncertain quantity of the model: unit, default, range, source and mechanism, each defined once.

Command line, schema, sampling, sliders and documentation read this table. A source that is not a publication is the
plain word "assumption", with the reason for the range. An ensemble draws uniformly from the ranges where it does not
draw a set that history supports (`cohesion.posterior`); outcome thresholds are not drawn but moved by a tenth (see
`cohesion.outcome`).
"""

from dataclasses import dataclass

import numpy as np

from cohesion.types import Parameters

#: Mechanisms in the order of the design: key and title.
MECHANISMS = {
    "threat": "M1 Threat perception",
    "trust": "M2 Trust and goodwill",
    "trade": "M3 Trade war",
    "claims": "M4 Territorial claims",
    "learning": "M5 Social learning",
    "burden": "M6 Burden sharing",
    "capability": "M7 Capability and autonomy",
    "support": "M8 Support for Ukraine",
    "posture": "M9 Posture",
    "consensus": "M10 Consensus",
    "russia": "M11 Russia",
    "war": "M12 War, cease-fire, settlement",
    "united_states": "M13 The United States",
    "politics": "M14 Domestic politics",
    "measures": "M15 Measures and outcome",
    "china": "M16 China",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """An uncertain quantity.

    Attributes
    ----------
    name, mechanism, unit, meaning, source
        Texts; ``mechanism`` is a key of `MECHANISMS`.
    default, low, high
        Value and plausible range, in the unit.
    neutral
        The value at which what it governs is switched off; ``--without MECHANISM`` sets every parameter of the
        mechanism that has one. It may lie outside the range.
    threshold
        True for the thresholds of the outcome, which are never drawn.
    """

    name: str
    mechanism: str
    unit: str
    default: float
    low: float
    high: float
    meaning: str
    source: str
    neutral: float | None = None
    threshold: bool = False


_P = Parameter
_WEIGHT = "log-odds"

#: `cohesion.extend` puts those of mechanisms from outside at the end, of this list and of the next.
PARAMETERS: list[Parameter] = [
    # M1
    _P("exposure_scale", "threat", "km", 1200, 600, 2500,
       "distance from Moscow over which exposure to Russia falls by a factor e",
       "assumption: Walt (1987) gives proximity no scale; Tallinn lies at 870 km, Warsaw at 1150, Paris at 2490"),
    _P("border_bonus", "threat", "1", 0.25, 0.0, 0.5,
       "exposure that a land border with Russia or Belarus adds, where 1 is Moscow itself",
       "assumption: zero (distance says all) to as much as 800 km of distance"),
    _P("threat_span", "threat", "probability", 0.6, 0.4, 0.7,
       "threat that the most exposed member perceives at the start beyond the floor of 0.15",
       "assumption: keeps the start away from 0 and 1"),
    _P("threat_response", "threat", "log-odds per log unit", 1.5, 0.5, 3.0,
       "rise of perceived threat at full exposure with the log of Russian pressure, capacity and loss of the buffer",
       "assumption: a doubling of pressure takes a threat of 0.5 to between 0.59 and 0.89", 0),
    _P("threat_adjustment", "threat", "1/month", 0.15, 0.05, 0.4,
       "share of the gap to the target that perception closes in a month",
       "assumption: half of a change is perceived within two months to a year"),
    _P("incident_rate", "threat", "incidents/month", 0.3, 0.05, 0.6,
       "monthly incidents (sabotage, airspace, cables) that a fully exposed member suffers at the start",
       "Jones, CSIS (March 2025): 34 attacks in Europe in 2024, and 6 airspace violations counted by the "
       "press, 3.3 a month over a summed exposure of members near 11"),
    _P("incident_jump", "threat", "log-odds", 0.3, 0.1, 0.6,
       "jump of perceived threat after an incident",
       "assumption", 0),
    # M2
    _P("prior_honour", "trust", "probability", 0.6, 0.41, 0.745,
       "mean belief at the start that an ally would honour Article 5",
       "Leeds, Long and Mitchell (2000): 74.5 % of alliances honoured; Berkemeier and Fuhrmann (2018): 50 "
       "%, defence pacts 41 %; default: median of 16 publics that expected the US to defend an ally "
       "against Russia (Fagan and Poushter, Pew, February 2020)"),
    _P("prior_image", "trust", "1", 0.5, 0.0, 1.0,
       "how far a public's image of the US shifts its member's trust in the US at the start, both in log-odds",
       "assumption: none to full"),
    _P("trust_sensitivity", "trust", "1", 1.0, 0.5, 1.5,
       "multiplier on every effect of conduct on trust",
       "assumption: the weights share one unknown scale, since no survey series of reliability exists", 0),
    _P("asymmetry", "trust", "1", 1.4, 0.8, 2.25,
       "weight of a negative signal relative to a positive one",
       "Slovic (1993) for the sign; loss aversion over money: 1.31 (Walasek, Mullett and Stewart 2024), "
       "1.96 (Brown et al. 2024), 2.25 (Tversky and Kahneman 1992); the US image fell by 0.6 in log-odds "
       "in 2017 and rose by 1.15 in 2021 (Pew), so the range includes 1", 1),
    _P("anchor", "trust", "1/month", 0.02, 0.01, 0.05,
       "pull of trust back to its long-run level",
       "assumption: form after Friedkin and Johnsen (1990); half of a shock is gone after one to six years"),
    _P("witness", "trust", "1", 0.15, 0.0, 0.4,
       "share of what a member's friends suffer that it feels as its own",
       "assumption: kept small because social learning passes news on as well"),
    _P("trust_noise", "trust", "log-odds", 0.1, 0.0, 0.2,
       "scale of the noise in trust: its stationary standard deviation for trust in the US",
       "assumption: 0.1 is about two and a half points of probability", 0),
    _P("goodwill_recovery", "trust", "1/month", 0.1, 0.03, 0.2,
       "speed at which goodwill follows the conduct of the US, down and up",
       "Pew: a median of 34 % favourable in 2020, 62 % in spring 2021, so most of the way within half a "
       "year; range: assumption"),
    _P("goodwill_sensitivity", "trust", "1", 1.0, 0.4, 2.0,
       "effect of coercion and rhetoric on goodwill relative to their effect on trust",
       "assumption: Pew medians fell from 64 to 49 % in 2017 and rose from 34 to 62 % in 2021; Danish "
       "favourability fell from 48 to 20 % in 2025 (YouGov)", 0),
    # M3
    _P("tariff_trust", "trade", "log-odds per unit of tariff", 1.5, 0.5, 3.0,
       "loss of trust in the US from a tariff of 1 (100 %) at the mean export share",
       "assumption: 25 % costs 0.1 to 0.75 in log-odds", 0),
    _P("tariff_affront", "trade", "1", 0.3, 0.0, 0.8,
       "part of that loss that is the affront, the same at any export share",
       "assumption"),
    _P("tariff_loss", "trade", "1", 0.52, 0.3, 0.8,
       "GDP lost as a share of exports to the US times the tariff",
       "Kiel Institute, KITE (2025): 25 % costs the EU 0.4 % of GDP, at exports of 3.1 % of GDP; upper range: "
       "Yale Budget Lab (2025), Canada 1.9 to 2.1 % in the long run", 0),
    _P("retaliation_loss", "trade", "1", 0.18, 0.05, 0.4,
       "GDP lost to a member's own retaliation, in the same terms",
       "Kiel Institute, KITE (2025): a further 0.14 % of GDP", 0),
    _P("tariff_loss_us", "trade", "1", 0.32, 0.1, 0.6,
       "US GDP lost as a share of imports from a member times the tariff",
       "Kiel Institute, KITE (2025): 0.17 % of GDP, at imports from the EU of 2.1 % of US GDP", 0),
    _P("tariff_response", "trade", "1", 0.0, -0.5, 0.5,
       "what the US adds to a tariff per unit of retaliation; below zero it settles",
       "assumption: tit for tat may escalate or bring a settlement (2018 to 2021 showed both)", 0),
    _P("retaliation_speed", "trade", "1/month", 0.25, 0.1, 0.5,
       "share of the gap to the intended retaliation that is closed in a month",
       "assumption: the EU took about three months in 2018 and suspended its list in 2025"),
    _P("solidarity_trust", "trade", "log-odds per unit of tariff", 0.5, 0.0, 1.5,
       "trust of the others gained, and of the US lost, by retaliation at a rate of 1",
       "assumption", 0),
    # M4
    _P("claim_trust", "claims", _WEIGHT, 1.0, 0.3, 2.0,
       "loss of the claimed member's trust in the claimant where force is not ruled out",
       "YouGov (March 2025): favourability of the US fell in Denmark by 12 to 22 points more than in "
       "Britain, France, Spain and Italy, 0.5 to 0.9 in log-odds; goodwill, not reliability, so: "
       "assumption", 0),
    _P("claim_spread", "claims", "1", 0.4, 0.0, 1.0,
       "part of that loss that reaches others, by ties and smallness",
       "assumption: YouGov (March 2025) shows Sweden and Norway near Denmark but Germany as well, so a "
       "strong pull of neighbours is not shown"),
    _P("claim_convexity", "claims", "1", 1.5, 1.0, 3.0,
       "exponent of the claim: above 1 a threat of force weighs more than twice an offer to buy",
       "assumption"),
    _P("claim_rally", "claims", "log", 0.15, 0.0, 0.4,
       "rise of desired spending of a member whose territory is claimed",
       "assumption: Baker and Oneal (2001) find rallies near zero on average and sizeable in major "
       "disputes; Denmark raised its defence funds three times in the first year of the claim", 0),
    # M5
    _P("learning", "learning", "1/month", 0.03, 0.0, 0.08,
       "weight of friends' views in a month's revision of trust",
       "assumption: averaging fits experiments (Chandrasekhar, Larreguy and Xandri 2020; Grimm and Mengel "
       "2020), whose weights are per round of talk, not per month", 0),
    _P("tie_union", "learning", "1", 1.0, 0.0, 2.0,
       "weight of common EU membership in ties relative to proximity", "assumption"),
    _P("tie_groups", "learning", "1", 1.0, 0.0, 2.0,
       "weight of regional groups in ties relative to proximity", "assumption"),
    _P("tie_trade", "learning", "1", 1.0, 0.0, 2.0,
       "weight of trade in ties relative to proximity", "assumption"),
    # M6
    _P("threat_spending", "burden", "log per unit of threat", 1.0, 0.0, 2.0,
       "rise of desired spending with perceived threat",
       "Nordhaus, Oneal and Russett (2012): a point more of yearly probability of a fatal dispute raises "
       "spending by 3 %; George and Sandler (2022) find allies that cut as Russia armed, so the range "
       "reaches 0", 0),
    _P("fear_spending", "burden", "log per unit", 0.8, 0.0, 2.0,
       "rise of desired spending with fear of abandonment, threat times distrust of the US",
       "Snyder (1984); size: assumption, zero included", 0),
    _P("spill_in", "burden", "1", -0.15, -0.5, 0.0,
       "elasticity of desired spending in the trusted capability of allies other than the US",
       "Kuokštytė and Kuokštis (2025) and George and Sandler (2018) find it negative, Alley (2018, draft) "
       "-0.02 with standard error 0.044, Plümper and Neumayer (2015) different for each ally; size: "
       "assumption", 0),
    _P("fiscal_squeeze", "burden", "log per unit of GDP", 5.0, 0.0, 12.0,
       "cut of desired spending and aid for GDP lost as a fraction",
       "assumption: a loss of 1 % cuts them by nothing to 12 %", 0),
    _P("pledge_pull", "burden", "1", 0.4, 0.1, 0.9,
       "share of the gap to what is due of the pledge, in logs, that enters desired spending",
       "NATO (2024): of the members under 2 % in 2014, about two thirds had closed the gap ten years after Wales", 0),
    _P("shaming", "burden", "log", 0.0, -0.1, 0.1,
       "change of desired spending under public shaming by the US",
       "Becker et al. (2024): presidential shaming does not raise spending", 0),
    _P("autonomy_spending", "burden", "log per unit of goodwill", 0.2, 0.0, 0.6,
       "rise of desired spending with lost goodwill toward the US: the wish to stand alone",
       "assumption", 0),
    _P("accommodation_cut", "burden", "log", 0.2, 0.0, 0.5,
       "cut of desired spending by a member that accommodates Russia",
       "assumption", 0),
    _P("budget_rise", "burden", "1/year", 0.25, 0.1, 0.5,
       "share of the gap to a higher plan that a budget closes in a year",
       "Kuokštytė and Kuokštis (2025): long-run effects exceed short-run ones; lagged dependent variables "
       "of 0.8 to 0.9 in panels of members give 0.1 to 0.2 in peace; upper range: rises of 2022 to 2024"),
    _P("budget_cut", "burden", "1/year", 0.12, 0.05, 0.3,
       "share of the gap to a lower plan that a budget closes in a year",
       "assumption: contracts and pay make cuts slower than rises"),
    _P("budget_noise", "burden", "log", 0.07, 0.02, 0.12,
       "standard deviation of what a yearly budget brings beyond the plan",
       "NATO: the standard deviation of yearly log changes was 0.09 in 2015 and 2016, with what rules explain; "
       "range: assumption", 0),
    _P("preference_shift", "burden", "1", 0.5, 0.0, 1.0,
       "part of such a surprise that shows a change of what the country prefers, and stays",
       "assumption: none (a lump, as a large purchase) to all; budgets are incremental (Davis, Dempster and "
       "Wildavsky 1966)"),
    _P("supplement", "burden", "1", 0.15, 0.0, 0.4,
       "share of the gap closed at once in July where the plan is a tenth or more above spending",
       "assumption: several members passed supplements in 2022", 0),
    _P("pledge_trust", "burden", _WEIGHT, 0.3, 0.0, 0.8,
       "trust lost by an ally whose gap to what is due of the pledge widens by one in logs",
       "assumption", 0),
    # M7
    _P("absorption", "capability", "1", 0.85, 0.6, 1.0,
       "share of a rise of spending that becomes capability; the rest is lost in prices and bottlenecks",
       "assumption", 0),
    _P("depreciation", "capability", "1/year", 0.08, 0.05, 0.12,
       "wear of the stock of capability",
       "BEA, Survey of Current Business (July 1997): 1.65 over the service life, 0.055 at 30 years and "
       "0.083 at 20; range: assumption, BEA's civil aircraft and ships 0.06 to 0.11"),
    _P("equipment_share", "capability", "1", 0.28, 0.2, 0.4,
       "share of spending that buys equipment",
       "ICDS (April 2024), from NATO: members' shares in 2023 ran from 13 to 51 %; NATO's guideline is 20 "
       "%"),
    _P("delivery_months", "capability", "months", 36, 24, 60,
       "mean delay from order to delivery of equipment",
       "Kiel Institute, Fit for War by 2030? (June 2025): delays of three years or more"),
    _P("enabler_months", "capability", "months", 48, 30, 96,
       "mean delay from order to delivery of enablers (transport, intelligence, air defence, long-range fires)",
       "assumption: longer than other equipment; IISS, Defending Europe without the United States (May "
       "2025), expects most of a decade for the whole"),
    _P("autonomy_start", "capability", "1", 0.4, 0.2, 0.6,
       "share of members' capability that is usable without American enablers at the start",
       "assumption"),
    _P("enabler_cost", "capability", "1", 0.15, 0.06, 0.30,
       "stock of own enablers that makes a unit of capability independent",
       "IISS (2025): equipment of USD 226 to 344 billion, 5 to 8 % of a European stock near USD 4,500 billion; upper "
       "range: about USD 1,000 billion over 25 years"),
    _P("pillar_orders", "capability", "1", 0.4, 0.2, 0.6,
       "share of equipment orders that a full common effort turns to own enablers",
       "assumption", 0),
    _P("autonomy_push", "capability", "1", 0.3, 0.0, 0.8,
       "share of orders turned to own enablers per unit of goodwill lost",
       "assumption", 0),
    # M8
    _P("support_strength", "support", "1", 0.6, 0.2, 1.0,
       "elasticity of Ukraine's strength in total aid",
       "assumption: Ukraine pays for part of its defence itself", 0),
    _P("aid_threat", "support", "log per unit of threat", 1.0, 0.0, 2.0,
       "rise of aid with perceived threat", "assumption", 0),
    _P("aid_replacement", "support", "1", 0.7, 0.5, 0.9,
       "share of withheld American aid that the others replace",
       "Kiel Institute, Ukraine Support Tracker (February 2026): in 2025 European military aid rose by 67 "
       "% while American aid fell by 99 %: about 0.7 of the gap", 0),
    _P("aid_escalation", "support", "log per log unit", 0.2, 0.0, 0.6,
       "cut of aid for fear of escalation when Russian pressure rises", "assumption", 0),
    _P("aid_fatigue", "support", "1/year", 0.05, 0.0, 0.15,
       "decline of aid for each year and log unit given above the level of the start", "assumption", 0),
    # M9
    _P("posture_precision", "posture", "1", 8.0, 4.0, 12.0,
       "precision of the choice of posture: 0 is chance, large is best response",
       "McKelvey and Palfrey (1995) estimate it per game; units here are this model's, so: assumption"),
    _P("posture_review", "posture", "1/quarter", 0.2, 0.1, 0.4,
       "share of members that review their posture in a quarter",
       "assumption: every eight months to two and a half years, about as often as cabinets change", 0),
    _P("posture_inertia", "posture", "utility", 0.3, 0.1, 0.6,
       "advantage of the posture already held (hysteresis)", "assumption"),
    _P("commitment_gap", "posture", "utility", 1.0, 0.7, 1.5,
       "utility of commitment over hedging for a neutral government at the start",
       "assumption: at the start all but a few members are committed"),
    _P("posture_trust", "posture", "utility per unit", 2.0, 1.0, 4.0,
       "utility that trust gives commitment (in the US) and the pillar (in the others), and distrust to leaving",
       "assumption"),
    _P("posture_alignment", "posture", "utility", 0.8, 0.3, 1.2,
       "utility of breaking ranks for a fully accommodating government", "assumption"),
    _P("posture_wedge", "posture", "utility", 0.5, 0.0, 1.0,
       "utility of breaking ranks for the member that Russia aims at with full effort", "assumption"),
    _P("posture_credibility", "posture", "utility per unit", 0.5, 0.0, 1.5,
       "utility of hedging, accommodating or leaving when collective defence loses credibility", "assumption"),
    _P("posture_pillar", "posture", "utility per unit", 0.4, 0.0, 1.0,
       "utility of the pillar from common effort, autonomy gained and goodwill lost", "assumption"),
    _P("bandwagoning", "posture", "utility per unit", 0.0, -0.5, 0.5,
       "utility of breaking ranks when threat rises; below zero members balance",
       "Walt (1987) finds balancing, Schweller (1994) bandwagoning for gain: contested, so the range crosses zero"),
    _P("withdrawal_gap", "posture", "utility", 1.0, 0.6, 2.0,
       "utility of leaving the alliance below that of hedging at the start",
       "assumption: no member has left since 1949"),
    _P("posture_conduct", "posture", _WEIGHT, 0.6, 0.1, 1.2,
       "trust lost by an ally that breaks ranks", "assumption", 0),
    # M10
    _P("veto_bias", "consensus", "log-odds", -1.5, -2.5, -0.5,
       "log-odds that a neutral government under average threat blocks a decision of average contest", "assumption"),
    _P("veto_alignment", "consensus", "log-odds", 2.0, 1.0, 4.0,
       "rise of these with a government's accommodation of Russia",
       "assumption: of 46 vetoes by the end of 2025 19 were Hungary's (Ovádek, EU veto tracker)"),
    _P("veto_wedge", "consensus", "log-odds", 1.0, 0.0, 2.0,
       "rise of these for the member that Russia aims at with full effort", "assumption"),
    _P("veto_obstruction", "consensus", "log-odds", 2.5, 1.0, 4.0,
       "rise of these for a member that obstructs", "assumption"),
    _P("veto_power", "consensus", "probability", 0.4, 0.2, 0.7,
       "probability that an objection by the strongest objector stands in the end",
       "Ovádek, EU veto tracker: 43 vetoes in foreign policy from June 2011 to January 2025, nearly half "
       "of them by one government; renewals of sanctions on Russia passed each time; size: assumption", 0),
    _P("coalition_size", "consensus", "share of GDP", 0.5, 0.3, 0.7,
       "share of allied GDP outside the US that a coalition of the willing needs", "assumption"),
    _P("coalition_effect", "consensus", "1", 0.6, 0.3, 0.9,
       "share of a blocked decision that such a coalition puts into effect", "assumption"),
    # M11
    _P("concession_confidence", "russia", "log", 0.2, -0.4, 0.8,
       "Russian confidence from concessions; below zero they sate",
       "assumption: deterrence theory and spiral theory (Jervis 1976) disagree on the sign", 0),
    _P("disunity_confidence", "russia", "log per unit", 0.6, 0.0, 1.5,
       "Russian confidence from decisions blocked", "assumption", 0),
    _P("strength_confidence", "russia", "log per log unit", 0.4, 0.0, 1.0,
       "Russian confidence lost to Ukraine's strength, and half as much to sanctions", "assumption", 0),
    _P("confidence_pressure", "russia", "1", 0.5, -0.3, 1.3,
       "pressure from confidence; below zero a confident Russia presses less",
       "assumption: pressure may come from strength or from weakness", 0),
    _P("pressure_noise", "russia", "log", 0.2, 0.05, 0.4,
       "stationary standard deviation of pressure", "assumption", 0),
    _P("problem_pressure", "russia", "log", 0.5, 0.1, 1.0,
       "pressure that a created problem adds", "assumption", 0),
    _P("price_appetite", "russia", "1", 0.3, -0.6, 1.2,
       "growth of created problems with concessions pocketed; below zero paying ends them",
       "assumption: the claim that conceding brings more is to be tested", 0),
    _P("energy_loss", "russia", "1", 0.02, 0.0, 0.05,
       "GDP lost to a full created energy problem by a member wholly dependent on Russian gas",
       "assumption: estimates of a full stop in 2022 for Germany ran from 0.5 to 3 % of GDP (Bachmann et al. 2022)", 0),
    _P("wedge_focus", "russia", "1", 2.0, 0.5, 4.0,
       "how narrowly Russia aims at the cheapest veto: 0 at all alike", "assumption"),
    _P("confidence_wedge", "russia", "1", 0.3, 0.0, 0.8,
       "effort to split off members that confidence adds", "assumption", 0),
    # M12
    _P("ceasefire_rate", "war", "1/month", 0.08, 0.03, 0.2,
       "monthly hazard of a cease-fire, and of a moratorium, under full deal-seeking and Russian acceptance",
       "assumption", 0),
    _P("acceptance_slope", "war", "1", 1.5, 0.5, 3.0,
       "how sharply Russian acceptance turns on the offer and its prospects",
       "assumption"),
    _P("assurance_price", "war", "log", 0.5, 0.0, 1.2,
       "worth of an assurance force against a deal in Russian eyes", "assumption"),
    _P("moratorium_lapse", "war", "1/month", 0.15, 0.05, 0.4,
       "monthly hazard that a moratorium lapses",
       "the energy moratorium of March 2025 lasted a month; range: assumption"),
    _P("breach_rate", "war", "1/month", 0.015, 0.005, 0.05,
       "monthly hazard that a cease-fire is breached at the balance of the start",
       "two collapses of the Minsk agreements in 89 months give 0.02; Werner and Yuen (2005): cease-fires "
       "imposed from outside fail more often; range: assumption", 0),
    _P("breach_slope", "war", "1", 2.0, 0.5, 4.0,
       "rise of the log hazard of a breach with Russian capacity and confidence over what deters it",
       "assumption: peacekeepers cut the risk of renewed war by half to five sixths (Fortna 2004; Gilligan "
       "and Sergenti 2008), with both sides' consent and no great power among them"),
    _P("assurance_deterrence", "war", "log", 0.6, 0.0, 1.5,
       "deterrence of a full assurance force with full backing",
       "assumption; see breach_slope. IISS (April 2025) weighs forces of 10,000, 25,000 and 60,000 to "
       "100,000", 0),
    _P("regeneration", "war", "log", 0.4, 0.1, 0.8,
       "Russian capacity regained in the long run of a pause (and lost to war where the start was peace)",
       "Danish Defence Intelligence Service (February 2025): ready for a local war in six months, a "
       "regional one in two years, a large one in five, if NATO does not arm; size: assumption", 0),
    _P("rearmament_gain", "war", "log", 0.3, 0.0, 0.6,
       "Ukrainian strength gained in a pause where rearmament is free, lost where it is denied (start in war)",
       "assumption", 0),
    _P("sanctions_capacity", "war", "log", 0.2, 0.0, 0.5,
       "Russian capacity lost to sanctions twice those of the start", "assumption", 0),
    _P("oil_capacity", "war", "log", 0.3, 0.2, 0.42,
       "Russian capacity lost to oil receipts wholly squeezed",
       "Reuters (January 2026) and the Ministry of Finance: oil and gas made 42 % of federal revenue in "
       "2022, 30 % in 2023, a quarter in 2025", 0),
    _P("us_sanctions_share", "war", "1", 0.4, 0.2, 0.6,
       "share of the weight of sanctions that is American and goes when Washington lifts them",
       "assumption: the dollar and secondary sanctions against the EU's larger trade", 0),
    _P("russia_growth", "war", "1/year", 0.015, 0.0, 0.03,
       "trend growth of Russian capacity, to set beside the growth of members' GDP",
       "assumption: bracketed by stagnation and the growth of 2023 and 2024 in the CIA World Factbook"),
    _P("tied_down", "war", "1", 0.5, 0.2, 0.8,
       "share of Russian forces tied down in Ukraine; all but the pinned part comes free when the fighting stops",
       "assumption: in 2022 80 % of those facing the Baltic states and Finland were moved (Foreign Policy, "
       "September 2022); the national share of 2025 was not found; wide, since it decides whether peace "
       "weakens deterrence", 0),
    _P("pinned", "war", "1", 0.5, 0.2, 0.9,
       "share of those forces that a Ukraine of the strength of the start still ties down in a pause",
       "assumption: wide, for the same reason"),
    # M13
    _P("commitment_trust", "united_states", _WEIGHT, 1.0, 0.4, 2.0,
       "trust in the US from full commitment or (with the asymmetry) its disavowal",
       "Institute for Global Affairs (June 2025): in Britain, France and Germany those who held the US for "
       "no reliable guarantor rose from 46 to 71 %, 1.06 in log-odds, for all conduct of that year "
       "together; size: assumption", 0),
    _P("troops_trust", "united_states", _WEIGHT, 0.4, 0.1, 1.0,
       "trust in the US of a host whose US troops are doubled or withdrawn", "assumption", 0),
    _P("us_aid_trust", "united_states", _WEIGHT, 0.3, 0.0, 0.8,
       "trust in the US of the most exposed when aid to Ukraine is doubled or stopped", "assumption", 0),
    _P("concession_trust", "united_states", _WEIGHT, 0.4, 0.0, 1.0,
       "trust in the US lost by the most exposed for each kind of concession over allies' heads", "assumption", 0),
    _P("culture_war_trust", "united_states", _WEIGHT, 0.4, 0.1, 1.0,
       "trust in the US lost to rhetoric against allies' societies and governments", "assumption", 0),
    _P("courting_trust", "united_states", _WEIGHT, 0.15, -0.2, 0.5,
       "trust in the US lost by the most exposed when Washington courts Moscow",
       "assumption: contested, so the range crosses zero", 0),
    _P("demand_trust", "united_states", _WEIGHT, 0.1, -0.2, 0.4,
       "trust in the US lost to the demand to step up",
       "assumption: a demand may be read as interest or as a threat, so the range crosses zero", 0),
    _P("withdrawal_trust", "united_states", _WEIGHT, 4.0, 3.0, 6.0,
       "trust in the US lost when it leaves the alliance", "assumption", 0),
    _P("reward_effect", "united_states", "1", 1.0, 0.0, 2.0,
       "commitment gained per proportional rise of allied spending where the US rewards it fully",
       "assumption", 0),
    # M14
    _P("early_elections", "politics", "1/month", 0.006, 0.002, 0.012,
       "monthly hazard of an early election",
       "assumption: Nikolenyi (2015) finds cabinets of 551 days in ten new democracies, but most changes "
       "leave the stance as it was"),
    _P("election_noise", "politics", "1", 0.15, 0.05, 0.3,
       "standard deviation of a government's alignment around its country's trend after an election",
       "CHES (2024): positions on Russia of parties in government; range: assumption", 0),
    _P("goodwill_vote", "politics", "1 per unit", 0.0, -0.5, 0.5,
       "turn from the hard line on Russia per unit of goodwill toward the US lost",
       "assumption: voters may turn from the alliance or rally to it, so the range crosses zero", 0),
    _P("threat_vote", "politics", "1 per unit", 0.3, 0.0, 0.8,
       "turn toward the hard line on Russia with perceived threat", "assumption", 0),
    # M15
    _P("projection_scale", "measures", "km", 3000, 1500, 5000,
       "distance over which an ally's usable capability falls by a factor e",
       "Boulding (1962), loss-of-strength gradient; the rule of Bueno de Mesquita (1981) is matched by a "
       "scale of 2,000 to 2,800 km for small states and 4,000 and more for large ones"),
    _P("us_share", "measures", "1", 0.2, 0.1, 0.35,
       "share of American capability that would reach a member",
       "assumption: about 80,000 to 100,000 of 1.3 million on active duty are in Europe, more would follow"),
    _P("credibility_slope", "measures", "1", 3.0, 1.5, 5.0,
       "how sharply credibility turns on expected response over required force", "assumption", 0),
    _P("deterrence_margin", "measures", "1", 1.5, 1.1, 2.5,
       "expected response over what Russia could bring, mean of the exposed flank at the start",
       "assumption: no member has been attacked, so the margin is above 1"),
    # M16
    _P("courting_china", "china", "log", 0.0, -0.3, 0.3,
       "Chinese support for Russia when Washington courts Moscow",
       "assumption: whether Russia can be drawn away is the question (wiiw and Bruegel put China at 30 % "
       "of Russian exports and 35 % of imports), so the range crosses zero", 0),
    # thresholds of the outcome, see cohesion.outcome
    _P("threshold_defection", "measures", "share of members", 0.15, 0.12, 0.20,
       "members that accommodate, obstruct or have withdrawn from which the alliance has splintered",
       "five of 32: more than the one or two that the EU and NATO have worked around since 2010", threshold=True),
    _P("threshold_loyalty", "measures", "share of GDP", 0.5, 0.4, 0.6,
       "share of allied GDP outside the US with committed or pillar members below which it has splintered",
       "a majority", threshold=True),
    _P("threshold_trust", "measures", "share of the start", 0.75, 0.6, 0.9,
       "trust in the US, relative to the start, from which the alliance holds",
       "a quarter lost: 0.45 at a start of 0.6, more often disbelieved than believed", threshold=True),
    _P("threshold_credibility", "measures", "probability", 0.5, 0.4, 0.6,
       "credibility on the exposed flank from which the alliance holds, or a pillar carries it without the US",
       "expected response equals what Russia could bring", threshold=True),
    _P("threshold_unity", "measures", "share of decisions", 0.5, 0.4, 0.6,
       "share of decisions put into effect from which the alliance holds", "a majority", threshold=True),
    _P("threshold_european_trust", "measures", "share of the start", 0.9, 0.8, 1.0,
       "trust among members other than the US, relative to the start, from which a pillar carries the alliance",
       "a pillar needs its members' trust nearly whole: nobody stands behind it", threshold=True),
    _P("threshold_edge", "measures", "probability", 0.4, 0.3, 0.5,
       "mutual trust from which two members are joined in the trust graph",
       "assumption: below the mean prior, above its lower bound less a shock", threshold=True),
]  # fmt: skip

BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}
DRAWN = [parameter for parameter in PARAMETERS if not parameter.threshold]
THRESHOLDS = tuple(parameter for parameter in PARAMETERS if parameter.threshold)


def neutral_values(mechanism: str) -> dict[str, float]:
    """Values that switch a mechanism off, by parameter name."""
    return {p.name: p.neutral for p in PARAMETERS if p.mechanism == mechanism and p.neutral is not None}


def parameter_set(values: dict[str, np.ndarray | float], runs: int) -> Parameters:
    """Parameters as the rules see them: defaults with ``values`` put in, each of shape ``[run, 1]``.

    Parameters
    ----------
    values
        By name: a number, or one number a run, ``[run]``.
    runs
        Length of the run axis.
    """
    full = {
        p.name: np.broadcast_to(np.asarray(values.get(p.name, p.default), float).reshape(-1, 1), (runs, 1))
        for p in PARAMETERS
    }
    return Parameters(**full)


def from_uniform(draws: np.ndarray) -> dict[str, np.ndarray | float]:
    """Values, uniform over the ranges, from draws on [0, 1), ``[run, parameter]`` in the order of `DRAWN`."""
    return {p.name: p.low + (p.high - p.low) * draws[:, k] for k, p in enumerate(DRAWN)}

"""Every policy lever: who holds it, unit, range, the neutral value at which it does nothing, and what it means.

Neutral is the conduct at the start of the scenario, not the absence of policy: levers are deviations from a status quo.
"""

from dataclasses import dataclass
from typing import Any

HOLDERS = ("United States", "Russia", "Europe and Canada", "Ukraine")


@dataclass(frozen=True, slots=True)
class Lever:
    """A policy lever.

    Attributes
    ----------
    name, holder, unit, meaning, basis
        Texts; ``holder`` is one of `HOLDERS`; ``basis`` says where the range comes from.
    neutral, low, high
        In the unit.
    by_member
        Whether it may differ between members; if not it is one value for the alliance.
    """

    name: str
    holder: str
    unit: str
    neutral: float
    low: float
    high: float
    by_member: bool
    meaning: str
    basis: str


_L = Lever
#: `cohesion.extend` puts those from outside at the end.
LEVERS: list[Lever] = [
    _L("us_tariff", "United States", "rate", 0, 0, 0.6, True,
       "Tariff on a member's goods beyond that of the start, ad valorem (0.25 is 25 %).",
       "highest rate threatened against a member in 2025: 50 %"),
    _L("us_claim", "United States", "0 to 1", 0, 0, 1, True,
       "Claim on a member's territory: 0.5 an offer to buy, 1 where force is not ruled out.",
       "by definition"),
    _L("us_commitment", "United States", "-1 to 1", 0, -1, 1, False,
       "Declared commitment to Article 5 relative to the start: -1 disowned, 1 reaffirmed at every turn.",
       "by definition"),
    _L("us_culture_war", "United States", "0 to 1", 0, 0, 1, True,
       "Rhetoric against a member's society and government: 1 as official doctrine.",
       "by definition; the National Security Strategy of December 2025 lies near 0.7"),
    _L("us_troops", "United States", "share", 0, -1, 1, True,
       "Change of US troops in Europe as a share of those at the start: -1 all gone.",
       "by definition"),
    _L("us_withdrawal", "United States", "share", 0, 0, 1, False,
       "Share of US forces no longer available to the alliance: 1 where the US has left it.",
       "by definition"),
    _L("us_concession_territory", "United States", "0 to 1", 0, 0, 1, False,
       "Territory conceded to Russia up front, over the heads of allies: 1 recognition of all that is occupied.",
       "by definition"),
    _L("us_concession_nato", "United States", "0 to 1", 0, 0, 1, False,
       "Limits on the alliance conceded up front: 1 no membership for Ukraine and no allied forces in the east.",
       "by definition"),
    _L("us_concession_sanctions", "United States", "0 to 1", 0, 0, 1, False,
       "American sanctions lifted up front: 1 all of them.",
       "by definition"),
    _L("us_aid", "United States", "share", 0, -1, 1, False,
       "Change of American aid to Ukraine as a share of that at the start: -1 stopped.",
       "by definition"),
    _L("us_deal_seeking", "United States", "0 to 1", 0, 0, 1, False,
       "Effort to bring about a cease-fire: 1 a standing negotiation.",
       "by definition"),
    _L("us_burden_demand", "United States", "0 to 1", 0, 0, 1, False,
       "Public demand that allies step up beyond that of the start: 1 with shaming by the president.",
       "by definition"),
    _L("us_reward", "United States", "0 to 1", 0, 0, 1, False,
       "How far American commitment recovers with allied spending.",
       "by definition"),
    _L("us_courting", "United States", "0 to 1", 0, 0, 1, False,
       "Courting of Russia: summits, business, talk of partnership.",
       "by definition"),
    _L("russia_pressure", "Russia", "log", 0, -1.5, 1.5, False,
       "Military and hybrid pressure on members, log deviation from the start (0.7 doubles it).",
       "battle deaths in Ukraine 2014 to 2024 against the thousand a year of a war, in logs, scaled to 1.2"),
    _L("russia_wedge", "Russia", "0 to 1", 0, 0, 1, False,
       "Effort to split off the weakest member, beyond that of the start.",
       "by definition"),
    _L("russia_bargaining", "Russia", "0 to 1", 0, 0, 1, False,
       "Creating problems to demand a price: strikes on energy, mobilisation near a border, gas, cables.",
       "by definition"),
    _L("russia_offensive", "Russia", "0 or 1", 0, 0, 1, False,
       "Russia opens or resumes the war in this month, whatever deters it, where it is not at war already.",
       "by definition"),
    _L("pledge", "Europe and Canada", "% of GDP", 2, 1, 5, True,
       "Spending to which members are pledged, within ten years; 2 is the pledge of 2014.",
       "pledges of 2014 (2 %) and 2025 (3.5 % core, 5 % with related spending)"),
    _L("budget_speed", "Europe and Canada", "multiple", 1, 0.5, 3, True,
       "Speed at which budgets rise to plans relative to the start: joint borrowing, escape clauses.",
       "assumption: half to three times"),
    _L("joint_retaliation", "Europe and Canada", "share", 0, 0, 1, False,
       "Share of American tariffs that is answered in kind, by the EU as one and by others each for itself.",
       "by definition; the EU's countermeasures of 2025 were suspended"),
    _L("europe_aid", "Europe and Canada", "share", 0, -0.9, 3, True,
       "Change of aid to Ukraine as a share of that at the start.",
       "assumption: nearly stopped to fourfold"),
    _L("assurance_force", "Europe and Canada", "thousand soldiers", 0, 0, 100, False,
       "Foreign soldiers who guard a cease-fire in Ukraine.",
       "sizes discussed in 2025: 10,000 to 30,000, and more than 100,000 to hold a line"),
    _L("sanctions", "Europe and Canada", "share", 0, -1, 1, False,
       "Change of sanctions on Russia as a share of those at the start: -1 lifted, 1 doubled.",
       "by definition"),
    _L("oil_squeeze", "Europe and Canada", "share", 0, 0, 1, False,
       "Share of Russian oil receipts that is squeezed: price cap enforced, shadow fleet stopped.",
       "by definition"),
    _L("pillar", "Europe and Canada", "0 to 1", 0, 0, 1, True,
       "Common effort to build enablers of one's own in place of American ones.",
       "by definition"),
    _L("ukraine_rearmament", "Ukraine", "share", 1, 0, 1, False,
       "Rearmament allowed to Ukraine in a cease-fire: 0 denied, 1 free.",
       "by definition"),
    _L("territory_ceded", "Ukraine", "0 to 1", 0, 0, 1, False,
       "Territory ceded in a settlement beyond the line of contact: 1 all that Russia claims.",
       "by definition"),
]  # fmt: skip

BY_NAME = {lever.name: lever for lever in LEVERS}


def in_words(value: Any) -> str:
    """A lever's value of `Scenario.to_dict` in words."""
    if isinstance(value, list):
        return "; ".join(f"from {step['from']}: {in_words(step['value'])}" for step in value)
    if isinstance(value, dict):
        return ", ".join(f"{member} {number:g}" for member, number in value.items())
    return f"{value:g}"

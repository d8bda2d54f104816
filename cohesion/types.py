"""What the rules see: arrays, parameters, levers, shocks, the fixed inputs and the state.

Rule files import nothing of the project but this module. Every array has the run axis first and the
member axis next; a third axis is the ally that is observed. A single Mesa model has a run axis of one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

#: Postures in the order in which they are coded.
POSTURES = ("committed", "pillar", "hedging", "accommodating", "obstructing", "withdrawn")
COMMITTED, PILLAR, HEDGING, ACCOMMODATING, OBSTRUCTING, WITHDRAWN = range(6)
#: Phases of the war in the order in which they are coded.
PHASES = ("war", "moratorium", "cease-fire", "guarded peace", "renewed war")
WAR, MORATORIUM, CEASEFIRE, GUARDED, RENEWED = range(5)
#: Decisions that come up each quarter, in the order in which they are coded.
DECISIONS = ("sanctions renewal", "aid package", "force posture", "joint statement")
SANCTIONS, AID, FORCE, STATEMENT = range(4)
#: What the ledger of trust books to, in order: conduct of the US, the conduct of any ally, and what arises in the
#: update itself. `cohesion.extend` puts mechanisms from outside before the last three.
TOWARD_US = (
    "tariffs", "territorial claims", "commitment", "troops", "US aid to Ukraine", "concessions", "culture war",
    "courting Russia", "burden demand", "withdrawal", "noise",
)  # fmt: skip
CONDUCT = ("pledges", "breaking ranks", "reputation noise", "joint retaliation")
DRIVERS = [*TOWARD_US, *CONDUCT, "social learning", "anchoring", "clipping"]


class Parameters(SimpleNamespace):
    """One value a run for every uncertain quantity, as attributes of shape ``[run, 1]``."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Array: ...


class Levers(SimpleNamespace):
    """The value of every lever in one month, as attributes of shape ``[run or 1, member or 1]``.

    ``pledge_before`` and ``pledge_due`` follow from the path of ``pledge``, see `cohesion.rules.burden.phase_in`.
    """

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Array: ...


@dataclass(frozen=True, slots=True)
class Shocks:
    """The random numbers of one month; each decision has its own slot (common random numbers).

    Attributes
    ----------
    common_normal, common_uniform
        Numbered slots for draws common to all members, ``[run, slot]``: pressure and trust in the US; the war and the
        four decisions.
    observer, reputation, budget
        Standard normal, ``[run, member]``.
    incident, choice, early_election, ballot
        Uniform on [0, 1), ``[run, member]``.
    """

    common_normal: Array
    observer: Array
    reputation: Array
    budget: Array
    common_uniform: Array
    incident: Array
    choice: Array
    early_election: Array
    ballot: Array


@dataclass(frozen=True, slots=True)
class Inputs:
    """What does not change in the course of a run: facts, and start values derived from them and the parameters."""

    usa: int
    first_month: int  # calendar month of the start, 1 to 12
    war_at_start: bool
    eu: Array  # [member] 1 for EU members
    europe: Array  # [member] 1 for all members but the United States (Canada counts with Europe)
    exposure: Array  # [run, member] exposure to Russia, 0 to 1
    exports: Array  # [member] goods exports to the US as a share of GDP
    export_weights: Array  # [member, member] whose exposure counts in the tariff that i answers
    us_imports: Array  # [member] US goods imports from i as a share of US GDP
    smallness: Array  # [member] 0 (largest economy) to 1
    hosting: Array  # [member] US troops hosted, 0 to 1
    troops: Array  # [member] share of all US troops in member countries
    gas: Array  # [member] Russian share of gas imports, 0 to 1
    gdp: Array  # [member] billion USD at the start
    growth: Array  # [member] trend growth a month, as a fraction
    spending: Array  # [member] % of GDP at the start
    spending_total: float  # the sum over members other than the US
    aid: Array  # [member] aid to Ukraine at the start, % of GDP a year
    election_due: IntArray  # [member] months from the start to the first scheduled election
    election_term: IntArray  # [member] months between scheduled elections
    alignment: Array  # [member] hard line on Russia, -1 to 1, of the government at the start
    ties: Array  # [run, member, ally] weight of each ally in i's judgement, rows sum to 1
    european_ties: Array  # [run, member, ally] the same among members other than the US
    projection: Array  # [run, member, ally] share of the ally's capability that reaches i
    update: Array  # [run, member, ally] one month of anchoring and learning, a linear map of trust
    update_about_us: Array  # [run, member, ally] the same for trust in the US, learnt among the others
    prior: Array  # [run, member, ally] log-odds of trust at the start
    prior_in_us: Array  # [run, member] those of trust in the US, laid together
    trust_in_us: Array  # [run, member] trust in the US at the start
    european_trust: Array  # [run, member] tie-weighted trust in members other than the US at the start
    goodwill: Array  # [member] log-odds of goodwill at the start
    liking: Array  # [member] the same as a probability
    threat: Array  # [run, member] at the start
    threat_odds: Array  # [run, member] the same as odds
    incidents: Array  # [run, member] incidents a month at the pressure of the start
    incident_share: Array  # [run, member] share of months with one or more
    tariff_stake: Array  # [run, member] what a tariff means to a member, 1 on average
    credibility: Array  # [run, member] at the start
    spill_in: Array  # [run, member] spill-in at the start
    required: Array  # [run, member] force that would have to be met at the start, billion USD of stock
    delivery: Array  # [run, decision] expected share of each decision put into effect at the start
    posture: IntArray  # [run, member] at the start
    pledge_gap: Array  # [member] of spending at the start, logs
    support: float  # total aid to Ukraine at the start, billion USD a year
    us_aid_share: float  # American aid at the start as a share of all others' aid


@dataclass(slots=True)  # not frozen: one is made every month, and to set its fields so took longer than most rules
class State:
    """The state of a run at the start of a month. Deviations are from the start of the run."""

    month: int
    deviation: Array  # [run, member, ally] log-odds of trust less the prior
    trust_in_us: Array  # [run, member] 0 to 1
    european_trust: Array  # [run, member] 0 to 1, taken quarterly
    goodwill: Array  # [run, member] deviation of log-odds
    liking: Array  # [run, member] goodwill as a probability
    threat: Array  # [run, member] 0 to 1
    spending: Array  # [run, member] % of GDP
    plan: Array  # [run, member] % of GDP in the next budget
    preference: Array  # [run, member] what past budgets have revealed beyond the rules, logs
    gdp: Array  # [run, member] billion USD
    loss: Array  # [run, member] GDP lost to trade war and energy, as a fraction
    retaliation: Array  # [run, member] rate on US goods, 0 to 1
    tariff: Array  # [run, member] rate the member faces from the US beyond the start, 0 to 1
    capability: Array  # [run, member] billion USD
    pipeline: Array  # [run, member] ordered and not delivered, billion USD
    enablers: Array  # [run, member] own enablers built since the start, billion USD
    enabler_pipeline: Array  # [run, member] billion USD
    autonomy: Array  # [run, member] 0 to 1
    aid: Array  # [run, member] log of aid to Ukraine relative to the start
    fatigue: Array  # [run, member] years of aid above the start, in log units
    alignment: Array  # [run, member] -1 to 1
    posture: IntArray  # [run, member] index into POSTURES
    credibility: Array  # [run, member] 0 to 1, taken quarterly
    credibility_without_us: Array  # [run, member] 0 to 1, taken quarterly
    flank: Array  # [run, 1] mean credibility of the exposed members, taken quarterly
    spill_in: Array  # [run, member] billion USD, taken quarterly
    unity: Array  # [run, 1] share of decisions put into effect, mean of about a year
    delivery: Array  # [run, decision] the same for each kind of decision
    blocked: Array  # [run, decision] 1 where the last decision of a kind was blocked
    pressure_noise: Array  # [run, 1] autocorrelated part of Russian pressure
    pressure: Array  # [run, 1] Russian pressure, log deviation
    confidence: Array  # [run, 1] of Russia, deviation
    pocketed: Array  # [run, 1] concessions Russia has pocketed and remembers
    problem: Array  # [run, 1] problem that Russia has created to bargain with, 0 and more
    capacity: Array  # [run, 1] Russian military capacity, log deviation
    china: Array  # [run, 1] Chinese support for Russia, deviation
    strength: Array  # [run, 1] of Ukraine, log deviation
    outlook: Array  # [run, 1] memory of Russia's prospects without a deal
    phase: IntArray  # [run, 1] index into PHASES
    cohesion_index: Array  # [run, 1] 0 to 1
    cohesion_with_burden: Array  # [run, 1] 0 to 1
    own: dict[str, Array] = field(default_factory=dict)  # what mechanisms from outside keep from month to month


class Book(Protocol):
    """What the order of a month tells a ledger: see `cohesion.ledger.Ledger`."""

    def book(
        self,
        before: Array,
        update: Array,
        about_us: Array,
        toward_us: dict[str, Array],
        conduct: dict[str, Array],
        after: Array,
    ) -> None:
        """Book one month's change of trust to its drivers; shapes and units are those of the ledger."""


#: A hook by which a subclassed Mesa agent amends what members do: (decision, proposed array) -> array; the decision is
#: "budget", "aid" or "posture".
Amend = Callable[[str, npt.NDArray[Any]], npt.NDArray[Any]]


@dataclass(frozen=True)
class Mechanism:
    """A mechanism from outside: what it does each month, beside the model's own; see `cohesion.extend`.

    Attributes
    ----------
    name, title
        ``name`` is what its parameters, ``without`` and the ledger know it by; ``title`` is for people.
    trust_in_us
        Called with the state at the start of the month, inputs, levers, shocks and parameters: its long-run effect on
        trust in the US, log-odds, ``[run, member]``. The effect of one month follows as for all conduct
        (`cohesion.rules.trust.monthly`), and the ledger books it under the name.
    after
        Called with the same but the state at the end of the month: the state that takes its place. What it has to
        remember it keeps in `State.own`. Trust changes by ``trust_in_us`` alone, so that the ledger adds up.
    """

    name: str
    title: str
    trust_in_us: Callable[[State, Inputs, Levers, Shocks, Parameters], Array] | None = None
    after: Callable[[State, Inputs, Levers, Shocks, Parameters], State] | None = None

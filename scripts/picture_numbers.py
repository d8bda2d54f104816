"""The numbers of the pictures in docs/explanation: of the rules themselves at default parameters, or of 128 runs.

Each function gives one tidy table; `pictures` draws it and writes it beside the picture, and a test makes it again.
"""

from functools import lru_cache

import numpy as np
import pandas as pd
import xarray as xr

import cohesion
from cohesion.attribution import attribute
from cohesion.facts import ISO3, NAMES
from cohesion.parameters import BY_NAME
from cohesion.rules import burden, claims, consensus, measures, posture, threat, trade, trust, war
from cohesion.scenario import load_scenario
from cohesion.simulation import Beginning, begin
from cohesion.types import COMMITTED, DECISIONS, GUARDED, POSTURES, RENEWED, Array, Parameters
from cohesion_viz.numbers import dates, fan, ledger, paired_difference, shares_over_time

RUNS = 128
SHOWN = ("EST", "POL", "DEU", "PRT")


@lru_cache(maxsize=1)
def start() -> Beginning:
    """The start of the status quo, one run at default parameters."""
    return begin(load_scenario("status-quo"), 0, range(1), "none")


@lru_cache(maxsize=8)
def ensemble(scenario: str, ledger: bool = False) -> xr.Dataset:
    """Runs of a shipped scenario."""
    return cohesion.simulate(scenario, RUNS, ledger=ledger)


def changed(**values: float) -> Parameters:
    """Default parameters but for those given."""
    return Parameters(**{**vars(start().parameters), **{name: np.array([[v]]) for name, v in values.items()}})


def at(code: str) -> int:
    """Position of a member on the member axis."""
    return ISO3.index(code)


def threat_by_pressure() -> pd.DataFrame:
    """Threat in the long run by Russian pressure, as a multiple of that of January 2025."""
    inputs, zero = start().inputs, np.zeros((1, 1))
    p = changed(threat_adjustment=1, incident_jump=0)  # all of the way at once, and no incidents
    rows = []
    for multiple in np.geomspace(0.25, 4, 33):
        pressure = np.full((1, 1), np.log(multiple))
        felt = threat.perceive(
            inputs.threat, inputs.threat_odds, inputs.exposure, pressure, zero, zero,
            inputs.incidents, inputs.incident_share, np.ones_like(inputs.threat), p,
        )  # fmt: skip
        rows.append({"pressure": multiple} | {NAMES[code]: felt[0, at(code)] for code in SHOWN})
    return pd.DataFrame(rows)


def trust_by_claim() -> pd.DataFrame:
    """Trust of Denmark in the US in the long run by the size of a claim on its territory, without learning."""
    inputs = start().inputs
    rows = []
    for size in np.linspace(0, 1, 41):
        claim = np.zeros((1, 32))
        claim[0, at("DNK")] = size
        row = {"claim": size}
        for convexity in (1.0, 1.5, 3.0):
            p = changed(claim_convexity=convexity)
            felt = trust.asymmetric(claims.signal(claim, inputs.ties, inputs.smallness, p), p)
            odds = inputs.prior[0, at("DNK"), inputs.usa] + p.trust_sensitivity * felt
            row[f"convexity {convexity:g}"] = measures.probability(odds)[0, at("DNK")]
        rows.append(row)
    return pd.DataFrame(rows)


def tariff_by_exports() -> pd.DataFrame:
    """What a tariff of 25 % on all does in the long run: trust and goodwill lost, and GDP lost, by exports."""
    inputs, p = start().inputs, start().parameters
    tariff = np.where(np.arange(32) == inputs.usa, 0, 0.25)[None]
    signal = trade.signal(tariff, inputs.tariff_stake, p)
    trusted = inputs.prior[0, :, inputs.usa]
    after = measures.probability(trusted + p.trust_sensitivity * trust.asymmetric(signal, p))[0]
    liked = measures.probability(inputs.goodwill + p.goodwill_sensitivity * signal)[0]
    lost = trade.level_loss(tariff, np.zeros((1, 32)), inputs.exports, inputs.us_imports, inputs.usa, p)[0]
    table = pd.DataFrame(
        {
            "member": list(NAMES.values()),
            "exports": 100 * inputs.exports,
            "trust": after - measures.probability(trusted),
            "goodwill": liked - inputs.liking,
            "gdp": -100 * lost,
        }
    )
    return table.drop(index=inputs.usa).reset_index(drop=True)


def desired_spending() -> pd.DataFrame:
    """What a member wishes to spend relative to the start: by threat, by allies' forces, over the range of each."""
    zero, held = np.zeros((1, 1)), np.full((1, 1), COMMITTED)
    rows = []
    for cause, name in (("threat", "threat_spending"), ("allies", "spill_in")):
        for weight in (BY_NAME[name].low, BY_NAME[name].default, BY_NAME[name].high):
            for step in np.linspace(0, 1, 11):
                x = 0.4 * step if cause == "threat" else step
                moved = [x * np.ones((1, 1)), zero] if cause == "threat" else [zero, np.log1p(x) * np.ones((1, 1))]
                wished = burden.desired(
                    np.ones((1, 1)), moved[0], zero, moved[1], zero, zero, zero, zero, zero, held, zero,
                    changed(**{name: weight}),
                )  # fmt: skip
                rows.append({"cause": cause, "weight": weight, "x": x, "spending": wished[0, 0] - 1})
    return pd.DataFrame(rows)


def posture_by_trust() -> pd.DataFrame:
    """What a committed government that reviews its posture chooses, by how far its trust in the US has fallen."""
    p, draws = start().parameters, 4000
    share = (np.arange(draws) + 0.5) / draws
    rows = []
    for alignment in (0.4, -0.6):
        for lost in np.linspace(0, 0.6, 25):
            value = {name: np.zeros((1, 1)) for name in ("threat", "autonomy", "wedge", "pillar")}
            utility = posture.utilities(
                np.full((1, 1), -lost), np.zeros((1, 1)), value["threat"], np.full((1, 1), -0.5 * lost),
                value["autonomy"], np.full((1, 1), 0.5 * lost), np.full((1, 1), alignment), value["wedge"],
                value["pillar"], p,
            )  # fmt: skip
            chosen = posture.choose(
                np.broadcast_to(utility, (1, draws, 6)), np.full((1, draws), COMMITTED),
                share[None] * p.posture_review, p,
            )  # fmt: skip
            counts = np.bincount(chosen[0], minlength=6) / draws
            rows.append({"alignment": alignment, "lost": lost} | dict(zip(POSTURES, counts, strict=True)))
    return pd.DataFrame(rows)


def veto_by_alignment() -> pd.DataFrame:
    """Chance that a decision is blocked by the line on Russia of the member that objects most."""
    p = start().parameters
    rows = []
    for alignment in np.linspace(-1, 1, 41):
        for obstructs in (False, True):
            held = np.full((1, 1), POSTURES.index("obstructing") if obstructs else COMMITTED)
            felt = consensus.objection(np.full((1, 1), alignment), np.full((1, 1), 0.3), np.zeros((1, 1)), held, p)
            blocked = consensus.blocking(felt, held, p)[0]
            rows.append({"alignment": alignment, "obstructs": obstructs} | dict(zip(DECISIONS, blocked, strict=True)))
    return pd.DataFrame(rows)


def breach_by_force() -> pd.DataFrame:
    """Chance that a peace breaks within five years by the soldiers that guard it and how credibly they are backed."""
    p, draws, one = start().parameters, 200_000, np.ones((1, 1))
    draw = (np.arange(draws)[:, None] + 0.5) / draws
    rows = []
    for soldiers in np.linspace(0, 100, 41):
        row: dict[str, float] = {"soldiers": soldiers}
        for backing in (0.2, 0.5, 0.8):
            worth = war.assurance(soldiers * one)
            deters = war.deterrence(0 * one, worth, backing * one, p)
            after = war.next_phase(
                np.full((draws, 1), GUARDED), draw, 0 * one, 0 * one, 0 * one, 0 * one, 0 * one, 0 * one, deters, worth,
                0 * one, p,
            )  # fmt: skip
            monthly = float((after == RENEWED).mean())
            row[f"backing {backing:g}"] = 1 - (1 - monthly) ** 60
        rows.append(row)
    return pd.DataFrame(rows)


def response_of_four() -> pd.DataFrame:
    """The response that four members may expect at the start, by who gives it, over what deterrence requires."""
    inputs, state = start().inputs, start().state
    trusted = measures.probability(inputs.prior)
    present = np.ones((1, 32))

    def expected(capability: Array, us: float) -> Array:
        believed = trusted.copy()
        believed[..., inputs.usa] *= us
        found, *_ = measures.response(believed, inputs.projection, capability, state.autonomy, present, inputs.usa)
        return found[0]

    rows = []
    whole, without = expected(state.capability, 1.0), expected(state.capability, 0.0)
    for code in SHOWN:
        own = np.where(np.arange(32) == at(code), state.capability, 0)
        alone = expected(own, 0.0)[at(code)]
        required = inputs.required[0, at(code)]
        rows.append(
            {
                "member": NAMES[code],
                "own forces": alone / required,
                "other allies": (without[at(code)] - alone) / required,
                "United States": (whole[at(code)] - without[at(code)]) / required,
                "credibility": inputs.credibility[0, at(code)],
            }
        )
    return pd.DataFrame(rows)


def claim_over_time() -> pd.DataFrame:
    """Trust of Denmark in the US: bands of two scenarios, and of their difference run by run."""
    calm, claimed = ensemble("status-quo"), ensemble("greenland-claim")
    parts = {
        "status quo": fan(calm, "trust_in_us", "DNK"),
        "claim": fan(claimed, "trust_in_us", "DNK"),
        "difference": paired_difference(calm, claimed, "trust_in_us", "DNK"),
    }
    return pd.concat(parts, names=["of"]).reset_index()


def difference_of_index() -> pd.DataFrame:
    """Cohesion index under a trade war and at the status quo, and the difference run by run."""
    calm, torn = ensemble("status-quo"), ensemble("trade-war")
    parts = {"status quo": fan(calm), "trade war": fan(torn), "difference": paired_difference(calm, torn)}
    return pd.concat(parts, names=["of"]).reset_index()


def ledgers_of_norway() -> pd.DataFrame:
    """What changed Norway's trust in the US under the claim on Greenland, by the direct and the traced ledger."""
    data = ensemble("greenland-claim", ledger=True)
    traced = ledger(data, "NOR", 3)
    direct = ledger(data.assign(ledger_traced=data["ledger_direct"]), "NOR", 3)
    rows = [
        {"ledger": name, "driver": driver, "change": change, "first": found.first, "last": found.last}
        for name, found in (("direct", direct), ("traced", traced))
        for driver, change in found.drivers["change"].items()
    ]
    return pd.DataFrame(rows)


def window_of_weakness() -> pd.DataFrame:
    """Credibility on the exposed flank, medians: with and without the US, with and without a European pillar."""
    rows = {}
    for name in ("us-withdrawal", "european-pillar"):
        data = ensemble(name)
        for variable in ("credibility", "credibility_without_us"):
            weight = start().inputs.exposure[0]
            flank = (data[variable].values * weight).sum(axis=-1) / weight.sum()
            rows[f"{name} {variable}"] = np.median(flank, axis=0)
    return pd.DataFrame(rows, index=pd.Index(dates(ensemble("us-withdrawal")), name="date")).reset_index()


def outcomes_over_time() -> pd.DataFrame:
    """Share of runs with each outcome when coercion splits the alliance."""
    return shares_over_time(ensemble("splitting-the-alliance")).reset_index()


def shapley_shares() -> pd.DataFrame:
    """The difference in the share that holds between the status quo and coercion, divided among drivers."""
    first, second = load_scenario("status-quo"), load_scenario("splitting-the-alliance")
    return attribute(first, second, 32, 0, "holds", "posterior", ()).reset_index()

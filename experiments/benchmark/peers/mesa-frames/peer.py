"""The yardstick in mesa-frames: members are rows of a Polars frame, and so are their beliefs about each other.

Every step is an expression on whole columns. A frame has no product of matrices but a join of 32,768 rows a run, so
what members hear from friends goes through NumPy. A frame may hold one run or many: all sums are by run.
"""

import numpy as np
import polars as pl
from mesa_frames import AgentSetPolars, ModelDF

from experiments.benchmark.inputs import Inputs
from experiments.benchmark.peers.serve import serve

COLLECTED = (
    "row", "threat", "trust_in_us", "european_trust", "goodwill", "spending", "capability", "autonomy", "credibility",
    "credibility_without_us", "tariff", "retaliation", "loss",
)  # fmt: skip
COHESION = ("cohesion_index", "cohesion_with_burden")
PAIRS = ("prior", "ties", "european_ties", "projection")
c = pl.col


def logistic(odds: pl.Expr) -> pl.Expr:
    """Probability from log-odds."""
    return 1 / (1 + (-odds).exp())


def monthly(signal: pl.Expr) -> pl.Expr:
    """Turn a long-run effect on trust into that of a month; a negative one weighs ``asymmetry`` as much."""
    weighted = pl.when(signal > 0).then(signal).otherwise(c("asymmetry") * signal)
    return c("anchor") * c("trust_sensitivity") * weighted


def short(spending: pl.Expr) -> pl.Expr:
    """M6: how far spending falls short of what is due of the pledge, in logs."""
    spending, due = spending.clip(0.3), (c("pledge_months") / 120).clip(0, 1)
    missing_of_new = (c("pledge") / spending).log().clip(0)
    missing_of_old = pl.when(c("pledge_before") > spending).then((c("pledge_before") / spending).log()).otherwise(0)
    return due * missing_of_new + (1 - due) * missing_of_old


class Members(AgentSetPolars):
    """All members of all runs, ordered by run and position.

    Parameters
    ----------
    model
        The model.
    inputs
        Of all runs.
    runs
        Those of the frame, positions among the inputs.
    """

    def __init__(self, model: "Alliance", inputs: Inputs, runs: range) -> None:
        super().__init__(model)
        count, members = len(runs), len(inputs.iso3)
        which = slice(runs.start, runs.stop)
        row, run = np.tile(np.arange(members), count), np.repeat(np.arange(count), members)
        single = {name: v[which] for name, v in inputs.start.items() if v.ndim == 2}
        facts = {name: v.ravel() for name, v in single.items()}
        by_run = {name: np.repeat(v[which], members) for name, v in inputs.parameters.items()}
        by_run["pull_of_spill_in"] = by_run.pop("spill_in")  # the parameter, not the spill-in of a member
        self += pl.DataFrame({"unique_id": np.arange(count * members), "run": run, "row": row} | facts | by_run)
        exports = single["eu"] * single["exports"] * single["gdp"]
        zeros = ("image", "tariff", "retaliation", "loss", "felt", "preference", "enablers", "enabler_pipeline",
                 "pledge_before", "judged")  # fmt: skip
        self.agents = self.agents.with_columns(
            is_us=c("row") == inputs.usa,
            us_index=c("run") * members + inputs.usa,
            us_reach=pl.Series(inputs.start["projection"][which, :, inputs.usa].ravel()),
            us_prior=pl.Series(inputs.start["prior"][which, :, inputs.usa].ravel()),
            eu_weight=pl.Series((exports / exports.sum(axis=1, keepdims=True)).ravel()),
            threat_start=c("threat"), gdp_start=c("gdp"), spending_start=c("spending"), plan=c("spending"),
            trust_start=c("trust_in_us"), spill_start=c("spill_in"), image_start=c("goodwill"),
            goodwill=logistic(c("goodwill")),
            pledge=pl.lit(2.0),  # promised at the Wales summit
            pledge_months=pl.lit(float(inputs.pledge_months)),
            **{name: pl.lit(0.0) for name in zeros},
        ).with_columns(short_at_start=short(c("spending_start")))  # fmt: skip

    def step(self) -> None:
        """One month, in the order of the ensemble."""
        for action in ("promise", "perceive", "trade", "behave", "judge"):
            self.do(action)
        self.model.beliefs.step()
        self.do("adopt")
        calendar = (self.model.first_month + self.model.month - 1) % 12 + 1
        if calendar == 7:
            self.do("plan_budget")
        elif calendar == 1:
            self.do("pass_budget")
        self.do("procure")
        if self.model.month % 3 == 2:
            self.do("assess")

    def promise(self) -> None:
        """M6: a pledge ages; a new one takes the place of what was due of the old."""
        due = (c("pledge_months") / 120).clip(0, 1)
        new = c("lever_pledge") != c("pledge")
        reached = c("pledge_before") + due * (c("pledge") - c("pledge_before"))
        self.agents = self.agents.with_columns(
            pledge_before=pl.when(new).then(reached).otherwise(c("pledge_before")),
            pledge_months=pl.when(new).then(0.0).otherwise(c("pledge_months")),
            pledge=c("lever_pledge"),
        )

    def perceive(self) -> None:
        """M1: threat follows Russian pressure with exposure, and jumps with incidents."""
        pressure = c("lever_russia_pressure").clip(-2, 2)
        at_odds = c("threat_start") / (1 - c("threat_start"))
        odds = at_odds * (c("threat_response") * c("exposure") * pressure).exp()
        usual = c("incident_rate") * c("exposure")
        happened = (c("shock_incident") < 1 - (-usual * pressure.exp()).exp()).cast(pl.Float64)
        surprise = happened - (1 - (-usual).exp())
        jump = c("incident_jump") * c("threat") * (1 - c("threat")) * surprise
        drawn = c("threat_adjustment") * (odds / (1 + odds) - c("threat"))
        self.agents = self.agents.with_columns(threat=c("threat") + drawn + jump)

    def trade(self) -> None:
        """M3: tariffs, tit for tat with the EU as one, and GDP lost to both over a year."""
        answer = pl.when(c("lever_us_tariff") > 0).then(c("tariff_response") * c("retaliation")).otherwise(0)
        self.agents = self.agents.with_columns(tariff=(c("lever_us_tariff") + answer).clip(0, 1))
        of_eu = (c("eu_weight") * c("tariff")).sum().over("run")
        faced = pl.when(c("eu") > 0).then(of_eu).otherwise(c("tariff"))
        moved = c("retaliation_speed") * (c("lever_joint_retaliation") * faced - c("retaliation"))
        retaliation = c("retaliation") + pl.when("is_us").then(0).otherwise(moved)
        of_us = c("tariff_loss_us") * (c("us_imports") * c("tariff")).sum().over("run")
        of_others = c("exports") * (c("tariff_loss") * c("tariff") + c("retaliation_loss") * retaliation)
        loss = c("loss") + (pl.when("is_us").then(of_us).otherwise(of_others) - c("loss")) / 12
        gdp = c("gdp_start") * (1 + c("growth")).pow(self.model.month + 1) * (1 - loss)
        self.agents = self.agents.with_columns(retaliation=retaliation, loss=loss, gdp=gdp)

    def behave(self) -> None:
        """What others judge: the tariff suffered, pledges kept (M6) and standing up to the US (M3)."""
        stake = c("tariff_affront") + (1 - c("tariff_affront")) * c("exports") / 0.03
        missed = short(c("spending")) - c("short_at_start")
        noise = c("trust_noise") * c("anchor").sqrt() * c("shock_reputation")
        kept = monthly(-c("pledge_trust") * missed) + noise
        self.agents = self.agents.with_columns(
            coerced=-c("tariff_trust") * c("tariff") * stake,
            claimed=c("lever_us_claim").pow(c("claim_convexity")),
            conduct=pl.when("is_us").then(0).otherwise(kept),
            solidarity=monthly(c("solidarity_trust") * c("retaliation")),
        )

    def judge(self) -> None:
        """M2, M4, M13: change of log-odds trust in the US by its conduct in this month."""
        weigh = self.model.beliefs.weigh
        tariffs = c("coerced") + c("witness") * weigh(self.agents["coerced"])
        spread = weigh(self.agents["claimed"]) + 0.1 * c("smallness") * c("claimed").max().over("run")
        claims = -c("claim_trust") * (c("claimed") + c("claim_spread") * spread * (1 - c("claimed")))
        commitment = c("commitment_trust") * c("lever_us_commitment").clip(-1, 1)
        rhetoric = -c("culture_war_trust") * c("lever_us_culture_war")
        conceded = sum(c(f"lever_us_concession_{kind}") for kind in ("territory", "nato", "sanctions"))
        signals = (
            tariffs,
            claims,
            commitment,
            rhetoric,
            c("troops_trust") * c("lever_us_troops") * (0.5 + 0.5 * c("hosting")),
            c("us_aid_trust") * c("lever_us_aid") * c("exposure"),
            -c("concession_trust") * conceded * c("exposure"),
            -c("courting_trust") * c("lever_us_courting") * c("exposure"),
            -c("demand_trust") * c("lever_us_burden_demand"),
            -c("withdrawal_trust") * c("lever_us_withdrawal"),
        )
        noise = c("trust_noise") * c("anchor").sqrt() * (c("shock_common") + c("shock_observer"))
        judged = sum(monthly(signal) for signal in signals) + noise
        felt = tariffs + claims + rhetoric + commitment
        self.agents = self.agents.with_columns(
            judged=pl.when("is_us").then(0).otherwise(judged), felt=pl.when("is_us").then(0).otherwise(felt)
        )

    def adopt(self) -> None:
        """Trust in the US and goodwill of the new month, once beliefs are revised."""
        image = c("image") + c("goodwill_recovery") * (c("goodwill_sensitivity") * c("felt") - c("image"))
        about_us = pl.Series(self.model.beliefs.array("belief")[..., self.model.usa].ravel())
        goodwill = logistic(c("image_start") + image)
        self.agents = self.agents.with_columns(
            image=image,
            goodwill=goodwill,
            goodwill_lost=logistic(c("image_start")) - goodwill,
            trust_in_us=logistic(c("us_prior") + about_us),
        )

    def plan_budget(self) -> None:
        """M6: what a member would spend, in July, with a supplement where that is far above."""
        fear = c("threat") * (1 - c("trust_in_us")) - c("threat_start") * (1 - c("trust_start"))
        gap = short(c("spending_start") * c("preference").exp()) - c("short_at_start")
        left = pl.max_horizontal(c("spill_in"), 1e-3 * c("spill_start")) / c("spill_start")
        change = (
            c("threat_spending") * (c("threat") - c("threat_start"))
            + c("fear_spending") * fear
            + c("pull_of_spill_in") * left.log()
            - c("fiscal_squeeze") * c("loss")
            + c("pledge_pull") * gap
            + c("shaming") * c("lever_us_burden_demand")
            + c("claim_rally") * c("claimed")
            + c("autonomy_spending") * c("goodwill_lost")
            + c("preference")
        )
        plan = c("spending_start") * change.clip(-1.5, 1.5).exp()
        supplement = c("supplement") * (c("plan") - c("spending"))
        self.agents = self.agents.with_columns(plan=pl.when("is_us").then(c("plan")).otherwise(plan)).with_columns(
            spending=c("spending")
            + pl.when(~c("is_us") & (c("plan") > 1.1 * c("spending"))).then(supplement).otherwise(0)
        )

    def pass_budget(self) -> None:
        """M6: the new year's budget closes part of the gap to the plan, cuts slower than rises, and a surprise."""
        rise = (c("budget_rise") * c("lever_budget_speed")).clip(upper_bound=1)
        rate = pl.when(c("plan") > c("spending")).then(rise).otherwise(c("budget_cut"))
        surprise = pl.when("is_us").then(0).otherwise(c("budget_noise") * c("shock_budget"))
        self.agents = self.agents.with_columns(
            spending=(c("spending") + rate * (c("plan") - c("spending"))) * surprise.exp(),
            preference=c("preference") + c("preference_shift") * surprise,
        )

    def procure(self) -> None:
        """M7: money becomes forces, late; distrust and a common effort turn orders to own enablers."""
        toward = (c("pillar_orders") * c("lever_pillar") + c("autonomy_push") * c("goodwill_lost")).clip(0, 0.6)
        share = pl.when("is_us").then(0).otherwise(toward)
        usual, now = c("spending_start") / 1200 * c("gdp"), c("spending") / 1200 * c("gdp")
        bought = usual + c("absorption") * (now - usual)
        orders = bought * c("equipment_share")
        delivered, enabled = c("pipeline") / c("delivery_months"), c("enabler_pipeline") / c("enabler_months")
        kept = 1 - c("depreciation") / 12
        capability, enablers = c("capability") * kept + bought - orders + delivered, c("enablers") * kept + enabled
        own = c("autonomy_start") + enablers / (c("enabler_cost") * capability.clip(1e-9))
        self.agents = self.agents.with_columns(
            capability=capability,
            pipeline=c("pipeline") + orders * (1 - share) - delivered,
            enablers=enablers,
            enabler_pipeline=c("enabler_pipeline") + orders * share - enabled,
            autonomy=pl.when("is_us").then(1.0).otherwise(own.clip(upper_bound=1)),
            pledge_months=c("pledge_months") + 1,
        )

    def assess(self) -> None:
        """M15: expected response if attacked, its credibility, and trust among Europeans."""
        forces = self.model.beliefs.response()
        in_place = 1 + 0.5 * (c("troops") * c("lever_us_troops")).sum().over("run")
        american = c("capability").gather(c("us_index")) * (1 - c("lever_us_withdrawal")) * in_place
        growth = (1 + c("russia_growth")).pow((self.model.month + 1) / 12)
        others = pl.when("is_us").then(0.0).otherwise(c("capability"))
        reach = pl.when("is_us").then(1.0).otherwise(c("trust_in_us") * c("us_reach"))
        trusted = pl.when("is_us").then(1.0).otherwise(c("trust_in_us"))
        alone = c("free") + others * c("autonomy")
        leans = c("leaning") + others * (1 - c("autonomy"))
        required, slope = c("required") * growth, c("credibility_slope")
        with_us = ((alone + leans * trusted + american * reach) / required).pow(slope)
        without = (alone / required).pow(slope)
        self.agents = self.agents.with_columns(forces).with_columns(
            spill_in=c("free") + c("leaning"),
            credibility=with_us / (1 + with_us),
            credibility_without_us=without / (1 + without),
        )


class Beliefs(AgentSetPolars):
    """What each member believes of each ally: one row a pair, ordered by run, member and ally.

    Parameters are those of `Members`; ``members`` are the observers.
    """

    def __init__(self, model: "Alliance", members: Members, inputs: Inputs, runs: range) -> None:
        super().__init__(model)
        size = len(inputs.iso3)
        self._shape = (len(runs), size, size)
        observer = np.repeat(np.arange(len(members)), size)
        ally = np.repeat(np.arange(len(runs)), size * size) * size + np.tile(np.arange(size), len(members))
        pairs = {name: inputs.start[name][runs.start : runs.stop].ravel() for name in PAIRS}
        # Numbers of agents are unique in a model, so the pairs count on from the members.
        frame = {"unique_id": np.arange(observer.size) + len(members), "observer": observer, "ally": ally} | pairs
        self += pl.DataFrame(frame)
        by_us, about_us = observer % size == inputs.usa, ally % size == inputs.usa
        keep = 1 - members["anchor"] - members["learning"]
        self.agents = self.agents.with_columns(
            belief=pl.lit(0.0),
            keep=keep.gather(observer),
            learning=members["learning"].gather(observer),
            side=pl.Series(np.where(by_us, -1.0, 1.0)),  # how the observer reads joint retaliation
            about_us=pl.Series(about_us.astype(float)),
            projection=c("projection") * pl.Series(~about_us & (observer != ally)).cast(pl.Float64),
        )
        self._ties, self._european_ties = self.array("ties"), self.array("european_ties")

    def array(self, column: str) -> np.ndarray:
        """A column as ``[run, member, ally]``."""
        return self.agents[column].to_numpy().reshape(self._shape)

    def weigh(self, values: pl.Series) -> pl.Series:
        """Mean of a member's value over its friends, by tie."""
        of_allies = values.to_numpy().reshape(self._shape[0], -1, 1)
        return pl.Series(np.matmul(self._ties, of_allies).ravel())

    def step(self) -> None:
        """M2, M5: anchoring, what friends believe, and conduct."""
        usa, members, believed = self.model.usa, self.model.members.agents, self.array("belief")
        heard = np.matmul(self._ties, believed)
        # not learnt from the US itself
        heard[..., usa] = np.matmul(self._european_ties, believed[..., usa, None])[..., 0]
        ally, observer = self.agents["ally"], self.agents["observer"]
        conduct, solidarity = members["conduct"].gather(ally), members["solidarity"].gather(ally)
        judged = members["judged"].gather(observer)
        changed = (
            c("keep") * c("belief")
            + c("learning") * pl.Series(heard.ravel())
            + conduct
            + c("side") * solidarity
            + c("about_us") * judged
        )
        self.agents = self.agents.with_columns(belief=changed.clip(-6, 6))

    def response(self) -> list[pl.Series]:
        """M15: forces of allies that a member trusts to come, and trust among Europeans, by member."""
        members, ally = self.model.members.agents, self.agents["ally"]
        capability, autonomy = members["capability"].gather(ally), members["autonomy"].gather(ally)
        trust = logistic(c("prior") + c("belief"))
        arrives = trust * c("projection") * capability
        by_pair = self.agents.select(
            "observer",
            free=arrives * autonomy,
            leaning=arrives * (1 - autonomy),
            european_trust=trust * c("european_ties"),
        )
        return by_pair.group_by("observer", maintain_order=True).sum().drop("observer").get_columns()


class Alliance(ModelDF):
    """One or more runs of a scenario in one frame.

    Parameters
    ----------
    inputs
        Of all runs.
    runs
        Those of this model, positions among the inputs.
    """

    def __init__(self, inputs: Inputs, runs: range) -> None:
        super().__init__(seed=0)
        self.month, self.months, self.usa = 0, inputs.months, inputs.usa
        self.first_month, self._inputs, self._runs = inputs.first_month, inputs, runs
        self.members = Members(self, inputs, runs)
        self.beliefs = Beliefs(self, self.members, inputs, runs)
        self.agents += self.members
        self.agents += self.beliefs
        start = {name: inputs.start[name][runs.start : runs.stop] for name in COHESION}
        self.collected, self.cohesion = [self.members.agents.select(COLLECTED)], [pl.DataFrame(start)]

    def step(self) -> None:
        """One month."""
        self._open()
        self.members.step()
        self.month += 1
        self.collected.append(self.members.agents.select(COLLECTED))
        self.cohesion.append(self._cohesion() if self.month % 3 == 0 else self.cohesion[-1])
        self.running = self.month < self.months

    def _open(self) -> None:
        """Levers and random numbers of the month as columns."""
        which, count = slice(self._runs.start, self._runs.stop), len(self.members) // len(self._runs)
        levers = {
            f"lever_{name}": np.tile(np.broadcast_to(path[self.month], count), len(self._runs))
            for name, path in self._inputs.levers.items()
        }
        shocks = {f"shock_{name}": v[which, self.month] for name, v in self._inputs.shocks.items()}
        shocks["shock_common"] = np.repeat(shocks["shock_common"], count)
        columns = levers | {name: v.ravel() for name, v in shocks.items()}
        self.members.agents = self.members.agents.with_columns(pl.DataFrame(columns).get_columns())

    def _cohesion(self) -> pl.DataFrame:
        """M15: trust, credibility on the flank and burden as two indices, by run."""
        europe = ~c("is_us")
        trust = (0.5 * c("trust_in_us") + 0.5 * c("european_trust")).filter(europe).mean()
        flank = (c("credibility") * c("exposure")).sum() / c("exposure").sum()
        burden = (c("spending").filter(europe).mean() / 2).clip(upper_bound=1)
        indices = {"cohesion_index": (trust * flank).cbrt(), "cohesion_with_burden": (trust * flank * burden).pow(0.25)}
        return self.members.agents.group_by("run", maintain_order=True).agg(**indices).drop("run")

    def results(self) -> pl.DataFrame:
        """What was collected of members, month by month."""
        return pl.concat(self.collected)


def one_by_one(inputs: Inputs, runs: int) -> None:
    """A model a run, one after the other."""
    for run in range(runs):
        model = Alliance(inputs, range(run, run + 1))
        model.run_model()
        model.results()


def together(inputs: Inputs, runs: int) -> None:
    """All runs in one frame."""
    model = Alliance(inputs, range(runs))
    model.run_model()
    model.results()


def record(inputs: Inputs) -> dict[str, np.ndarray]:
    """What was collected in all runs, once with a model a run and once in one frame, and beliefs at the end."""
    models = [Alliance(inputs, range(run, run + 1)) for run in range(inputs.runs)]
    whole = Alliance(inputs, range(inputs.runs))
    for model in (*models, whole):
        model.run_model()
    found = {}
    for name in (*COLLECTED[1:], *COHESION, "beliefs"):
        apart = np.concatenate([_recorded(model, name) for model in models])
        found[name], found[f"{name}.together"] = apart, _recorded(whole, name)
    return found


def _recorded(model: Alliance, name: str) -> np.ndarray:
    if name == "beliefs":
        return model.beliefs.array("belief")
    if name in COHESION:
        return np.stack([month[name].to_numpy() for month in model.cohesion], axis=1)
    shape = (model.months + 1, len(model._runs), -1)
    return np.swapaxes(model.results()[name].to_numpy().reshape(shape), 0, 1)


if __name__ == "__main__":
    serve({"one-by-one": one_by_one, "together": together}, record)

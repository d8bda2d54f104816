"""Pages of the propositions: a Markdown page on each, and one table of all verdicts.

Numbers come from `cohesion.propositions.findings`, texts from the propositions themselves, so that running again
refreshes every number and loses no word.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cohesion.outcome import OUTCOMES
from cohesion.propositions.findings import Finding
from cohesion.propositions.table import IDS, REPETITIONS, Proposition
from cohesion.studies.discovery import limit_in_words

#: Tables that stand beside the pages.
TABLES = ("verdicts", "contrasts", "arms", "checks", "regions", "ranks")


@dataclass(frozen=True)
class About:
    """What was run, for pages and manifest."""

    runs: int
    seed: int
    uncertainty: str
    variants: int
    command: str
    seconds: float

    def in_words(self) -> str:
        """One sentence."""
        return (
            f"{self.runs:,} parameter sets ({self.uncertainty}), {REPETITIONS} runs of each in every arm, "
            f"seed {self.seed}."
        )


def overview(found: Sequence[Finding], about: About) -> str:
    """The page with one table of all verdicts."""
    rows = [
        (
            f"[{f.proposition.id}]({f.proposition.id}.md)", f.proposition.claim, f"**{f.verdict}**",
            f"{100 * f.holds:.0f} %", f"{100 * getattr(f.proposition.prior, f.verdict):.0f} %", _survival(f),
            f"{100 * f.agreement:.0f} %",
        )
        for f in found
    ]  # fmt: skip
    head = ("", "claim", "verdict", "holds in", "expected with", "other thresholds", "resampled")
    lines = [
        "# The propositions, tested", "",
        "What the model says of the essay's claims, by a rule that was fixed before the first run. How to read it: "
        "`docs/propositions.md`. Read on each page first what is structural.", "",
        *_table(head, rows), "",
        "*Holds in*: share of parameter sets in which every part of the claim comes out as claimed and large enough. "
        "*Expected with*: the probability that the verdict was given before the first run. *Resampled*: how often the "
        "verdict is the same when parameter sets are drawn again from those there are.", "",
        f"{about.in_words()} Tables: {', '.join(f'[{name}]({name}.csv)' for name in TABLES)}. Run again:", "",
        *_again(found, about),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def page(f: Finding, about: About) -> str:
    """The page of one proposition."""
    p = f.proposition
    sections = [
        f"# {p.id} {p.title}",
        f"> {p.claim}",
        f"**{f.verdict.capitalize()}.** {_sum_up(f)}",
        f"![Contrasts of {p.id}, in smallest meaningful differences]({p.id}.png)",
        "## What is compared",
        p.reading.strip(),
        "\n".join(_table(("arm", "scenario", "levers set", *map(_name, OUTCOMES)), _arms(f))),
        "## What came out",
        "\n".join(_table(_HEAD, _contrasts(f))),
        "Contrasts in bold decide; the weakest gives the verdict. *Median*: with its 95 % interval. *Sign*: its "
        "probability as claimed, in the parameter sets and *in a run*. *Holds*, *against*: share of sets with a "
        "meaningful difference as claimed, and of one the other way.",
        "## Where it fails" if f.of_failing else "## Where it holds",
        _where(f),
        "## Other thresholds",
        _thresholds(f),
        "## With the mechanism switched off",
        _ablation(f),
        "## What is structural",
        p.structural.strip(),
        "## What is open",
        p.open.strip(),
        "## The other side",
        p.other_side.strip(),
        *(("## What this test cannot show", _ill_posed(p)) if p.ill_posed else ()),
        "## What was expected",
        f"Before the first run: supported {p.prior.supported:.0%}, mixed {p.prior.mixed:.0%}, refuted "
        f"{p.prior.refuted:.0%}. {p.prior.why.strip()}".replace("%", " %"),
        "## Run it again",
        "\n".join(_again([f], about)),
        f"{about.in_words()} Mechanisms: {', '.join(p.mechanisms)}. [All propositions](README.md), "
        "how to read this: `docs/propositions.md`.",
    ]
    return "\n\n".join(sections) + "\n"


_HEAD = ("contrast", "measure", "claimed", "median", "nine tenths", "sign", "in a run", "holds", "against", "verdict")


def _contrasts(f: Finding) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for row in f.contrasts.to_dict("records"):
        unit = str(row["unit"])
        bold = "**" if row["decides"] else ""
        rows.append(
            (
                f"{bold}{row['contrast']}{bold}", f"`{row['measure']}`",
                f"{row['claim']} by {number(row['smallest'], unit).lstrip('+')}",
                f"{number(row['median'], unit)} ({between(row['median_low'], row['median_high'], unit)})",
                between(row["low"], row["high"], unit), f"{100 * row['probability']:.0f} %",
                f"{100 * row['in_a_run']:.0f} %", f"{100 * row['holds']:.0f} %", f"{100 * row['against']:.0f} %",
                f"{bold}{row['verdict']}{bold}",
            )
        )  # fmt: skip
    return rows


def _arms(f: Finding) -> list[tuple[str, ...]]:
    levers = {name: ", ".join(f"`{lever}`" for lever in arm.levers) for name, arm in f.proposition.arms.items()}
    return [
        (
            str(row["says"]), f"`{row['scenario']}`", levers[str(row["arm"])] or "as they are",
            *(f"{100 * row[name]:.0f} %" for name in OUTCOMES),
        )
        for row in f.arms.to_dict("records")
    ]  # fmt: skip


def _sum_up(f: Finding) -> str:
    deciding = f.contrasts[f.contrasts["decides"]]
    said = "; ".join(
        f"that {row['contrast']} is {row['verdict']} ({number(row['median'], str(row['unit']))} in the median, sign as "
        f"claimed in {100 * row['probability']:.0f} % of parameter sets)"
        for row in deciding.to_dict("records")
    )
    return (
        f"{said[:1].upper()}{said[1:]}. All of it holds in {100 * f.holds:.0f} % of parameter sets. Drawn again from "
        f"the same sets, the verdict is the same in {100 * f.agreement:.0f} %."
    )


def _where(f: Finding) -> str:
    what = "fails" if f.of_failing else "holds"
    region, share = f.region, f"{100 * f.region.base:.0f} %"
    if region.why_not:
        why_not = region.why_not.replace(" runs", " sets")
        text = f"It {what} in {share} of parameter sets. No box of parameters describes where: {why_not}."
    else:
        limits = "; ".join(limit_in_words(row) for row in region.box.to_dict("records"))
        coverage, density, mass = (100 * score for score in region.held_out)
        text = (
            f"It {what} in {share} of parameter sets, and in {density:.0f} % of those where {limits}. On sets that did "
            f"not find this box it covers {coverage:.0f} % of the cases and holds {mass:.0f} % of all sets."
        )
    if f.ranks.empty:
        return f"{text} No single parameter goes with the effect clearly."
    named = [
        f"- {contrast}: {', '.join(f'`{r.parameter}` ({r.correlation:+.2f})' for r in part.itertuples())}"
        for contrast, part in f.ranks.groupby("contrast", sort=False)
    ]
    return f"{text}\n\nParameters whose rank goes with the effect as claimed (Spearman):\n\n" + "\n".join(named)


def _thresholds(f: Finding) -> str:
    if f.checks.empty:
        return "No part that decides rests on thresholds of the outcome or on the index: they cannot move this verdict."
    changed = f.checks[f.checks["verdict"] != f.verdict]
    if changed.empty:
        return (
            f"The verdict is the same under all {len(f.checks)} changes of thresholds by a tenth, down and up, and of "
            "the index."
        )
    moved = ", ".join(f"{row['verdict']} with {row['change']}" for row in changed.to_dict("records"))
    return f"The verdict changes under {len(changed)} of {len(f.checks)} changes: {moved}."


def _survival(f: Finding) -> str:
    changed = int((f.checks["verdict"] != f.verdict).sum())
    if f.checks.empty:
        return "do not enter"
    return f"{changed} of {len(f.checks)} change it" if changed else "survives"


_REMAINS = {
    "gone": "the effect goes with it",
    "smaller": "the effect is smaller without it, but not gone: it has other causes too",
    "stays": "**the effect stays, so this mechanism is not its cause**",
    "turned": "the effect turns",
    "too small": "there was no meaningful difference to take away",
    "level": "a level of one arm and no effect, so nothing need go",
}


def _ablation(f: Finding) -> str:
    a = f.proposition.ablation
    off = [f"without `{name}`" for name in a.without]
    off += [f"`{name}` = {value:g}" for name, value in a.parameters.items()]
    lines = [f"{a.says[:1].upper()}{a.says[1:]} ({', '.join(off)}):", ""]
    for row in f.contrasts[f.contrasts["decides"]].to_dict("records"):
        before, after = (number(row[key], str(row["unit"])) for key in ("median", "ablated"))
        lines.append(f"- {row['contrast']}: {before} becomes {after}; {_REMAINS[row['remains']]}.")
    return "\n".join(lines)


def _ill_posed(p: Proposition) -> str:
    return f"Seen after the first run; nothing was changed for it. {p.ill_posed.strip()}"


def _again(found: Sequence[Finding], about: About) -> list[str]:
    ids = [f.proposition.id for f in found]
    which = "" if tuple(ids) == IDS else f" {' '.join(ids)}"
    seed = f" --seed {about.seed}" if about.seed else ""
    return ["```", f"cohesion propositions{which} --runs {about.runs} --uncertainty {about.uncertainty}{seed}", "```"]


def number(value: float, unit: str) -> str:
    """A difference with its sign and unit."""
    if unit.startswith("share"):
        return f"{_bare(value, unit)} points"
    return f"{_bare(value, unit)} {unit}" if unit.startswith("%") else _bare(value, unit)


def between(low: float, high: float, unit: str) -> str:
    """A range, without its unit."""
    return f"{_bare(low, unit)} to {_bare(high, unit)}"


def _bare(value: float, unit: str) -> str:
    if unit.startswith("share"):
        return f"{100 * value:+.0f}"
    return f"{value:+.2f}" if unit.startswith("%") else f"{value:+.3f}"


def _name(outcome: str) -> str:
    return outcome.replace("_", " ")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]

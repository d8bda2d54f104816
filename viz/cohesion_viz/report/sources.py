"""Where a report's numbers come from: method, assumptions, provenance, how to make them again, how to cite them."""

import shlex
from collections.abc import Mapping

from cohesion import posterior
from cohesion.facts import ELSEWHERE, FOLDER, ISO3
from cohesion.levers import LEVERS, in_words
from cohesion.parameters import BY_NAME, DRAWN, MECHANISMS
from cohesion.scenario import Scenario, load_scenario, scenario_names
from cohesion.uncertainty import DEFAULT, Uncertainty
from cohesion_viz.documents import file_text
from cohesion_viz.echarts.parts import rows_of
from cohesion_viz.numbers import events
from cohesion_viz.report.material import Made
from cohesion_viz.report.parts import Block, Listing, Paragraph, Section, table

INTERVALS = (
    "Intervals are 95 % and say how closely this number of runs pins a number down. They do not say how right the "
    "model is: what it leaves out stands in docs/limits.md, every equation with its source in docs/odd.md."
)
MODEL = (
    (f"The members and their figures are those of the folder {FOLDER.name}, not NATO's. " if ELSEWHERE else "")
    + f"cohesion is an agent-based model: {len(ISO3)} members, Russia and Ukraine act month by month under explicit "
    "rules for "
    "threat, trust, trade, claims, burden sharing, capability, posture, decisions and the war. A run ends with the "
    "alliance that holds, a European pillar that carries it, an alliance that is hollow, or one that splinters, judged "
    "on the two years before against fixed thresholds."
)


def how_drawn(uncertainty: Uncertainty) -> str:
    """Where the parameters of a run come from, as a sentence."""
    if uncertainty == "none":
        return "Every run has the default parameters; only chance differs."
    if uncertainty == "prior":
        return f"Each run draws its own {len(DRAWN)} parameters, uniformly from their ranges."
    fitted = posterior.sets()
    count = next(iter(fitted.values())).size
    return (
        f"Each run draws one of {count:,} sets of {len(fitted)} parameters that history up to {posterior.ORIGIN} "
        f"supports, and the other {len(DRAWN) - len(fitted)} parameters uniformly from their ranges."
    )


def scenario_blocks(scenario: Scenario) -> tuple[Block, ...]:
    """What a scenario says: its story, the levers that are not neutral, its dated changes, its sources."""
    about = scenario.to_dict()
    blocks: list[Block] = [Paragraph(" ".join(scenario.story.split()))]
    found = {lever.name: lever for lever in LEVERS}
    rows = [
        (name, found[name].holder, in_words(value), f"{found[name].neutral:g}", found[name].meaning)
        for name, value in about["levers"].items()
    ]
    if rows:
        columns = ("lever", "held by", "value", ">neutral", "meaning")
        blocks.append(table("Levers that the scenario sets; all others stay as they were at the start.", columns, rows))
    dated = [
        (f"{row.date:%B %Y}" + (f" to {row.until:%B %Y}" if row.until else ""), row.text, row.levers, row.source)
        for row in rows_of(events(scenario))
        if row.kind == "event"
    ]
    if dated:
        blocks.append(table("Dated events.", ("date", "event", "levers", "source"), dated))
    blocks += [Paragraph(f"Source: {source}") for source in scenario.sources]
    return tuple(blocks)


def assumptions(fixed: Mapping[str, float], without: tuple[str, ...], uncertainty: Uncertainty) -> Section:
    """What differs from the model's defaults: parameters fixed, mechanisms off, and how the rest is drawn.

    Parameters
    ----------
    fixed
        Parameters by name.
    without, uncertainty
        As in `cohesion.simulate`.
    """
    blocks: list[Block] = []
    if fixed:
        rows = [
            (name, f"{value:g}", f"{p.default:g}", f"{p.low:g} to {p.high:g}", p.meaning, p.source)
            for name, value in fixed.items()
            for p in (BY_NAME[name],)
        ]
        columns = ("parameter", ">fixed at", ">default", "range", "meaning", "source")
        blocks.append(table("Parameters that are the same in every run.", columns, rows))
    if without:
        rows_off = [(name, MECHANISMS[name]) for name in without]
        blocks.append(table("Mechanisms that are switched off.", ("mechanism", "title"), rows_off))
    if not blocks:
        blocks.append(Paragraph("None is fixed, and no mechanism is switched off."))
    usual = "as by default" if uncertainty == DEFAULT else f"{uncertainty!r} instead of {DEFAULT!r}"
    blocks.append(Paragraph(f"Uncertainty is {usual}. {how_drawn(uncertainty)}"))
    return Section("assumptions", "Assumptions that differ from the default", tuple(blocks))


def provenance(rows: Mapping[str, str]) -> Section:
    """Versions, commit, seed, runs, digests."""
    return Section(
        "provenance", "Where the numbers come from",
        (table("What made these numbers.", ("what", "value"), [(k, v) for k, v in rows.items() if v]),),
    )  # fmt: skip


def named(scenario: Scenario, months: int) -> bool:
    """Whether a scenario is just the shipped one of its name, perhaps with another horizon."""
    if scenario.name not in scenario_names():
        return False
    shipped = load_scenario(scenario.name)
    return scenario.to_toml() in (shipped.to_toml(), shipped.with_changes(months=months).to_toml())


def command(scenario: Scenario, baseline: Scenario | None, made: Made) -> tuple[str, dict[str, str]]:
    """The command that makes an ensemble again, and the files that it needs: their content by name.

    A shipped scenario goes by its name; any other is a file, with all its changes in it.
    """
    files: dict[str, str] = {}

    def word(one: Scenario, months: int) -> str:
        if named(one, months):
            return one.name
        name = f"{one.name}.toml"
        if name in files:  # two that differ under one name
            name = f"{one.name}-baseline.toml"
        files[name] = one.to_toml()
        return name

    shipped = named(scenario, scenario.months)
    other_horizon = shipped and load_scenario(scenario.name).months != scenario.months
    words = ["cohesion", "ensemble", word(scenario, scenario.months)]
    words += ["--baseline", word(baseline, scenario.months)] if baseline else []
    words += ["--runs", str(made.runs), "--seed", str(made.seed), "--uncertainty", made.uncertainty]
    words += ["--months", str(scenario.months)] if other_horizon else []
    words += [part for name in made.without for part in ("--without", name)]
    return shlex.join([*words, "--json"]), files


def citing(entry: str) -> Section:
    """How to cite the result and the software."""
    return Section(
        "cite", "How to cite",
        (Listing("This result, in BibTeX", entry), Listing("The software (CITATION.cff)", file_text("CITATION.cff"))),
    )  # fmt: skip


def digests(rows: Mapping[str, str]) -> Listing:
    """SHA-256 of contents."""
    return Listing("SHA-256 of what came out", "\n".join(f"{digest}  {name}" for name, digest in rows.items()))

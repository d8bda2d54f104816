"""The report on an ensemble: its numbers in words, figures and tables."""

from cohesion.attribution import RUNS
from cohesion.facts import NAMES
from cohesion.outcome import OUTCOMES
from cohesion.printing import CAVEAT
from cohesion.summary import OUTCOME_PHRASES, difference_in_words, percent, verdict
from cohesion_viz import cause_charts, charts
from cohesion_viz.charts import index_finding, trust_finding
from cohesion_viz.echarts.differences import describe_attribution
from cohesion_viz.echarts.over_time import describe_difference, describe_fan, describe_shares
from cohesion_viz.echarts.parts import interval_in_words, listed
from cohesion_viz.echarts.waterfall import describe_waterfall
from cohesion_viz.numbers import EVERYTHING_ELSE, first_capital, points, signed
from cohesion_viz.report import sensitivity, sources
from cohesion_viz.report.drawing import drawn, svg
from cohesion_viz.report.material import RUNS_OF_LEDGER, Material
from cohesion_viz.report.parts import Block, Listing, Paragraph, Picture, Report, Section, Slide, Table, Tile, table
from cohesion_viz.style import OUTCOME_NAMES

#: Members on the slide of trust.
ON_A_SLIDE = 10


def report(m: Material) -> Report:
    """The whole report."""
    outcomes, index, members, why = _outcomes(m), _index(m), _members(m), _why(m)
    depends = sensitivity.section(m.said, m.scenario)
    sections = (
        _method(m), Section("scenario", "The scenario", sources.scenario_blocks(m.scenario)), outcomes, index, members,
        why, depends, sources.assumptions(m.scenario.parameters, m.made.without, m.made.uncertainty),
        _provenance(m), _reproduce(m), sources.citing(m.cite),
    )  # fmt: skip
    title = m.scenario.title if m.baseline is None else f"{m.scenario.title}, against {m.baseline.title.lower()}"
    source = f"{m.origin['Versions']}; scenario {m.scenario.name}, {m.made.runs:,} runs, seed {m.made.seed}"
    found = verdict(m.said, m.scenario.title)
    return Report(title, found, _tiles(m), sections, _slides(m, sections), f"{source}. {CAVEAT}")


def _tiles(m: Material) -> tuple[Tile, ...]:
    before = m.said.get("baseline")
    return tuple(
        Tile(
            name, OUTCOME_NAMES[name], f"{percent(m.said['outcome_shares'][name])} %",
            _between(m.said["outcome_intervals"][name]),
            f"baseline {percent(before['outcome_shares'][name])} %" if before else "",
        )
        for name in OUTCOMES
    )  # fmt: skip


def _between(ends: list[float]) -> str:
    return f"{percent(ends[0])} to {percent(ends[1])} %"


def _method(m: Material) -> Section:
    s, made = m.scenario, m.made
    runs = f"{made.runs:,} run{'s' * (made.runs > 1)}"
    text = (
        f"{sources.MODEL} This scenario was run over {s.months} months from {s.month_label(0)} in {runs} of seed "
        f"{made.seed}. {sources.how_drawn(made.uncertainty)}"
    )
    if m.baseline is not None:
        text += (
            f" The baseline, {m.baseline.title.lower()}, was run with the same random numbers and parameters run by "
            "run, so that differences come from the scenarios and not from chance."
        )
    return Section("method", "Method", (Paragraph(f"{text} {sources.INTERVALS}"),))


def _outcomes(m: Material) -> Section:
    picture = Picture(
        "outcomes", "Outcome by month, judged on the two years before it, as a share of runs.",
        describe_shares(m.shares), svg(drawn(lambda a: charts.draw_shares(a, m.shares), 3.7), "outcomes",
                                       describe_shares(m.shares)),
    )  # fmt: skip
    columns = ["outcome", ">share of runs", ">95 % interval"]
    columns += [f">{m.said['baseline']['scenario']}", ">difference", ">95 % interval"] if m.baseline else []
    rows = []
    for name in OUTCOMES:
        row = [OUTCOME_NAMES[name], f"{percent(m.said['outcome_shares'][name])} %",
               _between(m.said["outcome_intervals"][name])]  # fmt: skip
        if m.baseline:
            moved, low, high = m.said["difference"]["outcome_shares"][name]
            before = m.said["baseline"]["outcome_shares"][name]
            row += [f"{percent(before)} %", points(moved), interval_in_words(low, high)]
        rows.append(row)
    return Section("outcomes", _outcome_finding(m), (picture, table("Outcomes at the end.", columns, rows)))


def _outcome_finding(m: Material) -> str:
    top = max(OUTCOMES, key=lambda name: m.said["outcome_shares"][name])
    share = f"{percent(m.said['outcome_shares'][top])} %"
    return f"{first_capital(OUTCOME_PHRASES[top])} in {share} of {m.made.runs:,} run{'s' * (m.made.runs > 1)}"


def _index(m: Material) -> Section:
    name = "" if m.baseline is None else m.baseline.title.lower()
    text = describe_fan(m.fan, m.ghost, name)
    drawing = drawn(lambda a: charts.draw_fan(a, m.fan, m.ghost, "baseline"), 3.7)
    dashed = f" Dashed, with its 90 % band in grey: {name}." if m.ghost is not None else ""
    caption = f"Cohesion index by month: median over runs, with the bands of half and of nine tenths of them.{dashed}"
    blocks: list[Block] = [Picture("index", caption, text, svg(drawing, "index", text))]
    if m.difference is not None:
        bands = m.difference
        text = describe_difference(bands)
        drawing = drawn(lambda a: cause_charts.draw_difference(a, bands, "Difference of the index"), 3.2)
        caption = "Difference of the cohesion index to the baseline, run by run under the same random numbers."
        blocks.append(Picture("difference", caption, text, svg(drawing, "difference", text)))
    each = [m.said, *([m.said["baseline"]] if m.baseline else [])]
    rows = [
        (one["scenario"], when, *(f"{one['cohesion_index'][at][q]:.2f}" for q in ("p05", "p50", "p95")))
        for one in each
        for at, when in (("first", m.scenario.month_label(0)), ("last", m.scenario.month_label(m.scenario.months)))
    ]
    blocks.append(table("Cohesion index, 0 to 1.", ("scenario", "month", ">5 %", ">median", ">95 %"), rows))
    return Section("index", index_finding(m.fan), tuple(blocks))


def _trust_picture(m: Material, most: int, key: str) -> Picture:
    shown = m.trust
    if len(shown) > most:
        kept = shown["change"].abs().sort_values(ascending=False, kind="stable").index[:most]
        shown = shown[shown.index.isin(kept)]
    ends = (m.scenario.month_label(0), m.scenario.month_label(m.scenario.months))
    told = [f"{row['name']} from {row['first']:.2f} to {row['last']:.2f}" for row in shown.head(5).to_dict("records")]
    text = f"Median trust in the United States, the largest losses first: {listed(told)}."
    drawing = drawn(lambda a: charts.draw_trust(a, shown, ends), 1.3 + 0.235 * len(shown))
    which = "every member" if most >= len(m.trust) else f"the {len(shown)} members that change most"
    caption = f"Trust in the United States of {which}, {ends[0]} to {ends[1]}: medians over runs, with their change."
    return Picture(key, caption, text, svg(drawing, key, text))


def _members(m: Material) -> Section:
    rows = []
    for code, values in m.said["members"].items():
        cells = [
            "not part of the model" if values[key][0] is None else f"{values[key][0]:.2f} → {values[key][1]:.2f}"
            for key in ("trust_in_us", "threat", "spending_pct_gdp", "credibility")
        ]
        rows.append((NAMES[code], *cells))
    columns = ("member", ">trust in the US", ">threat", ">spending, % of GDP", ">credibility")
    members = table("Members at the start and at the end: medians over runs.", columns, rows)
    return Section("members", trust_finding(m.trust), (_trust_picture(m, len(m.trust), "trust"), members))


# --- why --------------------------------------------------------------------------------------------------------------


def _why(m: Material) -> Section:
    if not m.again:
        text = (
            "Not shown: the first runs of the folder, made again with this version, differ from those it holds. "
            "Its own version, named below, would give causes and ledgers."
        )
        return Section("why", "Why", (Paragraph(text),))
    blocks: list[Block] = []
    title = "Why"
    if m.causes is not None and not m.causes.empty:
        title = _cause_finding(m)
        blocks += _causes(m)
    elif m.baseline is None:
        blocks.append(Paragraph("There is no baseline, so there is no difference to divide among drivers."))
    elif m.causes is None:
        blocks.append(Paragraph("Start or horizon of the baseline differ, so the difference cannot be divided."))
    else:
        blocks.append(Paragraph("Nothing sets the scenario apart from its baseline."))
    blocks.append(
        Paragraph(
            f"The ledgers below are of the members whose trust in the United States moves most: what each cause added "
            f"to it, in log-odds, mean over the first {min(m.made.runs, RUNS_OF_LEDGER)} runs, traced through social "
            "learning and anchoring to where it began. They add up exactly."
        )
    )
    blocks += [_waterfall(m, code, f"ledger-{code}") for code in m.ledgers]
    return Section("why", title, (*blocks, _ledger_table(m)))


def _cause_finding(m: Material) -> str:
    assert m.causes is not None
    row = m.causes.iloc[0]
    if abs(row["change"]) < 0.005:
        return f"Why: {m.causes['cohesion'].abs().idxmax()} moves the cohesion index most"
    way = "lowers" if row["change"] < 0 else "raises"
    return f"Why: {m.causes.index[0]} {way} the share that holds by {points(abs(float(row['change']))).lstrip('+')}"


def _causes(m: Material) -> tuple[Block, ...]:
    causes = m.causes
    assert causes is not None
    assert m.baseline is not None
    rows = [
        (str(name), points(row["change"]), interval_in_words(row["low"], row["high"]), signed(row["cohesion"], 3),
         f"{signed(row['cohesion_low'], 3)} to {signed(row['cohesion_high'], 3)}")
        for name, row in causes.to_dict("index").items()
    ]  # fmt: skip
    total = causes[["change", "cohesion"]].sum()
    rows.append(("sum", points(float(total["change"])), "", signed(float(total["cohesion"]), 3), ""))
    columns = ("driver", ">holds", ">95 % interval", ">mean cohesion index", ">95 % interval")
    text = (
        f"The difference to {m.baseline.title.lower()} divided among what sets the two apart: Shapley values over "
        f"{2 ** len(causes):,} combinations of drivers, {RUNS} runs each, as the command cohesion explain gives them. "
        "Shares add up to the difference in those runs; the share of learning is what social learning adds to the rest."
    )
    caption = "What each driver accounts for, with 95 % intervals, in points of the share of runs in which it holds."
    return Paragraph(text), _cause_picture(m, "causes", caption), table("The same in numbers.", columns, rows)


def _cause_picture(m: Material, key: str, caption: str) -> Picture:
    causes = m.causes
    assert causes is not None
    text = describe_attribution(causes)
    of_index = bool((causes["change"].abs() < 0.005).all())
    if of_index:
        caption = "What each driver accounts for of the mean final cohesion index, with 95 % intervals."
        told = [f"{name} {signed(float(v))}" for name, v in causes["cohesion"].items()]
        text = f"Change of the mean final cohesion index, divided among drivers: {listed(told)}."
    drawing = drawn(lambda a: cause_charts.draw_attribution(a, causes, of_index), 0.9 + 0.42 * len(causes))
    return Picture(key, caption, text, svg(drawing, key, text))


def _waterfall(m: Material, code: str, key: str) -> Picture:
    drivers, first, last = m.ledgers[code]
    text = describe_waterfall(drivers, first, last, code)
    drawing = drawn(lambda a: cause_charts.draw_waterfall(a, drivers, first, last), 0.7 + 0.33 * (len(drivers) + 2))
    caption = (
        f"{NAMES[code]}: from trust at the start to trust at the end. Steps are in log-odds, the scale in per cent."
    )
    return Picture(key, caption, text, svg(drawing, key, text))


def _ledger_table(m: Material) -> Table:
    named = list(dict.fromkeys(str(name) for each in m.ledgers.values() for name in each.drivers.index))
    named = [name for name in named if name != EVERYTHING_ELSE] + [EVERYTHING_ELSE]
    rows = []
    for code, each in m.ledgers.items():
        change = each.drivers["change"]
        cells = [signed(float(change[name])) if name in change.index else "–" for name in named]
        rows.append((NAMES[code], *cells, signed(each.last - each.first)))
    columns = ("member", *(f">{name}" for name in named), ">sum")
    caption = "Ledgers in log-odds; a dash stands where a cause is small: it is in everything else."
    return table(caption, columns, rows)


# --- where it comes from ----------------------------------------------------------------------------------------------


def _provenance(m: Material) -> Section:
    checked = "its digests agree, and its first runs, made again for this report, too"
    if not m.again:
        checked = "its digests agree; runs made again with this version do not"
    rows = {
        "Scenario": m.scenario.name,
        "Baseline": m.baseline.name if m.baseline else "none",
        "Runs": f"{m.made.runs:,}",
        "Seed": f"{m.made.seed}",
        "Uncertainty": m.made.uncertainty,
        "Folder": f"{m.folder}: {checked}" if m.folder else "",
        **m.origin,
    }
    return sources.provenance(rows)


def _reproduce(m: Material) -> Section:
    command, files = sources.command(m.scenario, m.baseline, m.made)
    first = f"Save {listed(list(files))} from below, then run this command" if files else "Run this command"
    rows = {m.scenario.name: m.said["digest"]}
    if m.baseline:
        rows[f"{m.baseline.name} (baseline)"] = m.said["baseline"]["digest"]
    text = (
        f"{first} with the versions above. It prints the numbers of this report as JSON, and as digest and "
        "baseline.digest the SHA-256 below: the same runs to the last bit."
    )
    listings = [Listing(f"The file {name}", content, name) for name, content in files.items()]
    blocks: tuple[Block, ...] = (Paragraph(text), Listing("The command", command), sources.digests(rows), *listings)
    return Section("reproduce", "How to make it again", blocks)


def _slides(m: Material, sections: tuple[Section, ...]) -> tuple[Slide, ...]:
    by_key = {section.key: section for section in sections}
    pictures = {b.key: b for section in sections for b in section.blocks if isinstance(b, Picture)}
    found = [
        Slide(by_key["outcomes"].title, pictures["outcomes"], pictures["outcomes"].text),
        Slide(by_key["index"].title, pictures["index"], pictures["index"].text),
    ]
    if m.baseline and "difference" in pictures:
        moved = difference_in_words(m.said["difference"]["median"])
        found.append(Slide(first_capital(moved), pictures["difference"], pictures["difference"].text))
    few = _trust_picture(m, ON_A_SLIDE, "trust")
    found.append(Slide(by_key["members"].title, few, few.caption))
    if "causes" in pictures:
        found.append(Slide(by_key["why"].title, pictures["causes"], pictures["causes"].caption))
    for code in m.ledgers:
        each = pictures[f"ledger-{code}"]
        drivers, first, last = m.ledgers[code]
        named, title = drivers["change"].drop(EVERYTHING_ELSE), NAMES[code]
        if last != first and not named.empty:
            cause = str(named.abs().idxmax())
            title += f": most trust is {'lost to' if named[cause] < 0 else 'gained from'} {cause}"
        found.append(Slide(title, each, each.text))
    study = [block for block in by_key["depends"].blocks if isinstance(block, Paragraph)]
    found.append(Slide("What the outcome depends on", study[0], study[-1].text))
    command = next(b for b in by_key["reproduce"].blocks if isinstance(b, Listing))
    found.append(Slide("How to make it again", command, sources.INTERVALS))
    return tuple(found)

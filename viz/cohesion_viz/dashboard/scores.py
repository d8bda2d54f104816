"""What the page of history says beneath its charts of spending: scores, views of the US, and parameters."""

import pandas as pd
import solara

from cohesion.studies.backtest import HEADLINE, Backtest
from cohesion_viz import echarts
from cohesion_viz.dashboard.components import EChart, Fields, PlainTable
from cohesion_viz.echarts.parts import listed
from cohesion_viz.numbers import history, signed
from cohesion_viz.style import METHOD_NAMES


@solara.component
def Scores(found: Backtest, origin: int, dark: bool) -> None:
    """Errors by years ahead beside those of the baselines, of some origins."""
    groups = {
        "all": tuple(year for year in found.origins if year in set(found.scored["origin"])),
        "headline": HEADLINE,
        "one": (origin,),
    }
    titles = {
        "all": f"All origins, {groups['all'][0]} to {groups['all'][-1]}",
        "headline": f"Origins {HEADLINE[0]} to {HEADLINE[-1]}",
        "one": f"Origin {origin} alone",
    }
    chosen, choose = solara.use_state("all")
    table = solara.use_memo(lambda: history.score_table(found, groups[chosen]), [found, chosen, origin])
    option = solara.use_memo(lambda: {} if table.empty else echarts.scores_option(table, dark), [table, dark])
    options = [{"value": key, "title": title} for key, title in titles.items()]
    with solara.Div(classes=["co-head"]):
        solara.v.Html(tag="h2", children=["Scores: the model against forecasts that know no mechanism"])
        Fields([{"name": "scores", "label": "Scores of", "value": chosen, "options": options, "inline": True}],
               lambda event: choose(event["value"]) if event["value"] in groups else None)  # fmt: skip
    if table.empty:
        solara.v.Html(tag="p", class_="co-sub", children=[echarts.describe_scores(table)])
        return
    with solara.Div(classes=["co-pair"]):
        with solara.Div():
            solara.v.Html(tag="h3", children=["Root mean squared error, points of GDP"])
            EChart(
                option=option,
                label=f"Root mean squared error by years ahead, points of GDP: {titles[chosen]}",
                text=echarts.describe_scores(table),
                height="clamp(260px, 20vw, 400px)",
                name="scores",
                table=lambda: table,
            )
        with solara.Div():
            _ScoreTables(found, groups[chosen], table)


@solara.component
def _ScoreTables(found: Backtest, origins: tuple[int, ...], table: pd.DataFrame) -> None:
    scores = found.scores(origins)
    heads = ["Years ahead", *METHOD_NAMES.values(), "In 90 % band", "Figures"]
    rows = [
        [str(h), *(f"{row[key]:.2f}" for key in METHOD_NAMES), f"{100 * row['coverage']:.0f} %", f"{row['cells']:.0f}"]
        for h, row in table.iterrows()
    ]
    pooled = scores["horizons_2_and_3"]
    rows.append(["2 and 3", *(f"{pooled[key]:.2f}" for key in METHOD_NAMES), "", ""])
    solara.v.Html(tag="h3", children=[
        f"{scores['ratio_to_best']:.2f} of the best baseline ({METHOD_NAMES[scores['best_baseline']].lower()}) two and "
        f"three years ahead; {100 * scores['coverage']:.0f} % in the 90 % band"
    ])  # fmt: skip
    PlainTable("Root mean squared error", heads, rows)
    rises = history.rises(found)
    shown = [
        [f"{origin} to {row['year']:.0f}", signed(row["rank_correlation"]), signed(row["mean_forecast"]),
         signed(row["mean_actual"]), f"{row['members']:.0f}"]
        for origin, row in rises[rises.index.isin(origins)].iterrows()
    ]  # fmt: skip
    solara.v.Html(tag="h3", children=["Rises of spending: does the model know who rises more?"])
    PlainTable("Rises", ["Years", "Rank correlation", "Mean forecast", "Mean in fact", "Members"], shown)


@solara.component
def Views(found: Backtest, dark: bool) -> None:
    """Moves of views of the US: signs and ranks, with the number of pairs."""
    moves = solara.use_memo(lambda: history.moves(found), [found])
    table = solara.use_memo(lambda: history.move_table(found), [found])
    solara.v.Html(tag="h2", children=["Views of the United States: moves in the year after an origin"])
    with solara.Div(classes=["co-pair"]):
        with solara.Div():
            solara.v.Html(tag="h3", children=["2017 and 2021, each a President's first year; shaded: the same sign"])
            EChart(
                option=solara.use_memo(lambda: echarts.moves_option(moves, dark), [moves, dark]),
                label="Observed and simulated moves of favourable views of the US, log-odds, 2017 and 2021",
                text=echarts.describe_moves(table),
                height="clamp(300px, 22vw, 440px)",
                name="views",
                table=lambda: moves,
            )
        with solara.Div():
            rows = [
                [str(year), f"{row['right']:.0f} of {row['pairs']:.0f}", signed(row["rank_correlation"]),
                 f"{row['observed']:.2f}", f"{row['simulated']:.2f}"]
                for year, row in table.iterrows()
            ]  # fmt: skip
            heads = ["Year", "Sign right", "Rank correlation", "Spread observed", "Spread simulated"]
            solara.v.Html(tag="h3", children=["Members surveyed in the year and before"])
            PlainTable("Moves of views", heads, rows)
            said = "Spread: standard deviation over members, log-odds. "
            if history.alike(found):
                said += ("Within a year the model moves members almost alike: its ranks tell the years apart, not the "
                         "members, whatever the correlation of the years together.")  # fmt: skip
            solara.v.Html(tag="p", class_="co-sub", children=[said])


@solara.component
def Parameters(origin: int, dark: bool) -> None:
    """The sets kept against the prior, and what history says nothing of."""
    fitted = solara.use_memo(lambda: history.fitted(origin), [origin])
    recipe = history.recipe(origin)
    silent = [str(name) for name in fitted.index[fitted["silent"]]]
    solara.v.Html(tag="h2", children=[f"What history to {origin} says of the parameters"])
    nothing = f"History moves all {len(fitted)} parameters that were fitted."
    if silent:
        nothing = f"History says nothing of {len(silent)} of the {len(fitted)} fitted parameters: {listed(silent)}."
    solara.v.Html(tag="p", class_="co-history-silent", children=[
        f"{nothing} Of all others of the model it was not asked: they keep their ranges."
    ])  # fmt: skip
    with solara.Div(classes=["co-pair"]):
        with solara.Div():
            solara.v.Html(tag="h3", children=["Sets kept against the range they were drawn from"])
            EChart(
                option=solara.use_memo(lambda: echarts.fitted_option(fitted, dark), [fitted, dark]),
                label=f"Parameter sets that history to {origin} supports, within the range of each parameter",
                text=echarts.describe_fitted(fitted),
                height=f"{echarts.ROW * len(fitted) + 40}px",
                name="parameters",
                table=lambda: fitted,
            )
            solara.v.Html(tag="p", class_="co-sub", children=[
                f"Mark: median; bands: 50 % and 90 % of {recipe['sets']} sets out of {recipe['candidates']:,} "
                "candidates; pale: 90 % of the prior. On top where the two differ most (Kolmogorov-Smirnov); grey: as "
                "many draws of the prior would differ as much by chance, at the 1 % level. The fit itself moves sets "
                "somewhat, so a short distance is weak evidence."
            ])  # fmt: skip
        with solara.Div():
            _Statistics(origin, dark)


@solara.component
def _Statistics(origin: int, dark: bool) -> None:
    table = solara.use_memo(lambda: history.statistics(origin), [origin])
    titles = {
        "spending": "Spending: mean log change from the known year before, by distance from Moscow",
        "goodwill": "Views of the United States: mean move since the last survey, log-odds",
    }
    for kind, title in titles.items():
        part = table[table["kind"] == kind]
        solara.v.Html(tag="h3", children=[title])
        EChart(
            option=echarts.statistics_option(part, dark),
            label=f"{title}: history to {origin}, candidates and kept sets",
            text=echarts.describe_statistics(part),
            height=f"{echarts.ROW * len(part) + 40}px",
            name=f"statistics-{kind}",
            table=lambda part=part: part,
        )
        solara.v.Html(tag="p", class_="co-sub", children=[echarts.describe_statistics(part)])
    solara.v.Html(tag="p", class_="co-sub", children=[
        "Diamond: history; blue: 90 % of the kept sets; pale: 90 % of all candidates."
    ])  # fmt: skip

"""The pictures of docs/explanation, and the numbers of each as CSV beside it: make pictures."""

from collections.abc import Callable
from pathlib import Path

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
import picture_numbers as numbers
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from picture_of_the_model import loop

from cohesion.types import DECISIONS, POSTURES
from cohesion_viz.cause_charts import draw_attribution, draw_difference, draw_waterfall
from cohesion_viz.charts import ACCENT, GHOST, GRID, INK, MUTED, STYLE, draw_shares, time_axis
from cohesion_viz.style import OUTCOME_COLOURS, POSTURE_COLOURS, POSTURE_NAMES

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images" / "explanation"
#: Each line has its colour and its dash, so that colour never stands alone.
LINES = (
    ("#0B4F7D", "-"), ("#C8500A", (0, (5, 2))), ("#009E73", (0, (1, 1.5))), ("#6A1B4D", (0, (6, 2, 1, 2))),
)  # fmt: skip
Draw = Callable[[Figure, pd.DataFrame], None]


def plain(axes: Axes, x: str, y: str) -> None:
    """Labels and a quiet grid."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def lines(axes: Axes, table: pd.DataFrame, x: str, names: dict[str, str]) -> None:
    """A line for each column, its name at the right end, moved apart where they would meet."""
    ends = sorted((float(table[column].iloc[-1]), k, label) for k, (column, label) in enumerate(names.items()))
    for k, column in enumerate(names):
        colour, dash = LINES[k]
        axes.plot(table[x], table[column], color=colour, linestyle=dash, linewidth=2.4)
    low, high = axes.get_ylim()
    before = -np.inf
    for end, k, label in ends:
        before = max(end, before + 0.075 * (high - low))
        axes.annotate(label, (1.015, before), xycoords=("axes fraction", "data"), color=LINES[k][0], va="center",
                      fontweight="bold", annotation_clip=False)  # fmt: skip


def percent(axes: Axes) -> None:
    """Shares as per cent on the upright axis."""
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))


def threat(figure: Figure, table: pd.DataFrame) -> None:
    """Threat by pressure, a line a member."""
    axes = figure.subplots()
    axes.set_xscale("log", base=2)
    axes.set_ylim(0, 1)
    lines(axes, table, "pressure", {name: name for name in table.columns[1:]})
    axes.axvline(1, color=MUTED, linewidth=1)
    axes.set_xticks([0.25, 0.5, 1, 2, 4], ["a quarter", "half", "January 2025", "twice", "four times"])
    axes.minorticks_off()
    plain(axes, "Russian pressure", "Perceived threat, 0 to 1")


def claim(figure: Figure, table: pd.DataFrame) -> None:
    """Trust by the size of a claim, a line a convexity."""
    axes = figure.subplots()
    axes.set_ylim(0, 0.7)
    labels = {"convexity 1": "in proportion (1)", "convexity 1.5": "default (1.5)", "convexity 3": "mostly force (3)"}
    for k, (column, label) in enumerate(labels.items()):
        axes.plot(table["claim"], table[column], color=LINES[k][0], linestyle=LINES[k][1], linewidth=2.4, label=label)
    axes.set_xticks([0, 0.5, 1], ["no claim", "offer to buy", "force not ruled out"])
    axes.legend(frameon=False, title="claim_convexity", loc="lower left")
    plain(axes, "Claim on Greenland", "Denmark's trust in the US")


def tariff(figure: Figure, table: pd.DataFrame) -> None:
    """Trust, goodwill and GDP by exports, a point a member."""
    left, right = figure.subplots(1, 2)
    named = ("Canada", "Slovakia")
    for axes, columns, label in (
        (left, {"trust": "trust", "goodwill": "goodwill"}, "Change, points"), (right, {"gdp": "GDP"}, "GDP, %"),
    ):  # fmt: skip
        for k, (column, name) in enumerate(columns.items()):
            scale = 100 if axes is left else 1
            axes.scatter(table["exports"], scale * table[column], s=26, marker="oD"[k], color=LINES[k][0], label=name,
                         facecolor=LINES[k][0] if k == 0 else "white")  # fmt: skip
        for row in table[table["member"].isin(named)].itertuples():
            axes.annotate(row.member, (row.exports, scale * getattr(row, next(iter(columns)))), (5, -3),
                          textcoords="offset points", fontsize=10, color=MUTED, va="top",
                          ha="right" if row.member == "Canada" else "left")  # fmt: skip
        axes.set_xscale("log")
        axes.set_xticks([0.2, 0.5, 1, 2, 5, 10, 20], ["0.2", "0.5", "1", "2", "5", "10", "20"])
        axes.minorticks_off()
        axes.axhline(0, color=INK, linewidth=1)
        plain(axes, "Exports to the US, % of GDP", label)
    left.legend(frameon=False, loc="lower left")


def budget(figure: Figure, table: pd.DataFrame) -> None:
    """Wished spending by threat and by allies' forces, a line a weight."""
    left, right = figure.subplots(1, 2, sharey=True)
    for axes, cause in ((left, "threat"), (right, "allies")):
        rows = table[table["cause"] == cause]
        for k, (weight, part) in enumerate(rows.groupby("weight", sort=False)):
            axes.plot(part["x"], part["spending"], color=LINES[k][0], linestyle=LINES[k][1], linewidth=2.4,
                      label=f"{('low', 'default', 'high')[k]}: {weight:g}".replace("-", "−"))  # fmt: skip
        axes.axhline(0, color=INK, linewidth=1)
        percent(axes)
    left.legend(frameon=False, title="threat_spending", loc="upper left")
    right.legend(frameon=False, title="spill_in", loc="upper left")
    right.xaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    plain(left, "Rise of perceived threat", "Wished spending, change")
    plain(right, "Rise of trusted allies' forces", "")


def postures(figure: Figure, table: pd.DataFrame) -> None:
    """Chances of postures, stacked, by trust lost."""
    for axes, (alignment, rows) in zip(
        figure.subplots(1, 2, sharey=True), table.groupby("alignment", sort=False), strict=True
    ):
        axes.stackplot(
            rows["lost"], [rows[name] for name in POSTURES], colors=[POSTURE_COLOURS[name] for name in POSTURES],
            labels=[POSTURE_NAMES[name] for name in POSTURES], edgecolor="white", linewidth=0.8,
        )  # fmt: skip
        kind = "hard line on Russia" if alignment > 0 else "mild line on Russia"
        axes.set_title(f"{kind} ({alignment:+g})".replace("-", "−"), fontsize=12)
        axes.set_xlim(0, 0.6)
        axes.set_ylim(0, 1)
        percent(axes)
        axes.set_xlabel("Trust in the US lost")
    figure.axes[0].set_ylabel("Chance of each posture")
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=11)


def veto(figure: Figure, table: pd.DataFrame) -> None:
    """Chance of a block by line on Russia, a line a decision."""
    axes = figure.subplots()
    rows = table[~table["obstructs"]]
    lines(axes, rows, "alignment", {name: name for name in DECISIONS})
    worst = table[table["obstructs"]]
    axes.plot(worst["alignment"], worst[DECISIONS[0]], color=LINES[0][0], linewidth=1.2)
    axes.annotate("sanctions renewal, if it obstructs", (-0.2, worst[DECISIONS[0]].iloc[16]), (4, 8),
                  textcoords="offset points", color=LINES[0][0])  # fmt: skip
    axes.set_xticks([-1, 0, 1], ["accommodating", "between", "hard"])
    axes.set_ylim(0, None)
    percent(axes)
    plain(axes, "Line on Russia of the member that objects most", "Chance that it is blocked")


def breach(figure: Figure, table: pd.DataFrame) -> None:
    """Chance that peace breaks, a line a backing."""
    axes = figure.subplots()
    axes.set_ylim(0, 0.8)
    lines(axes, table, "soldiers", {name: name.replace("backing", "backed at") for name in table.columns[1:]})
    percent(axes)
    plain(axes, "Foreign soldiers who guard the peace, thousand", "Breaks within five years")


def response(figure: Figure, table: pd.DataFrame) -> None:
    """Expected response by who gives it, a bar a member."""
    axes = figure.subplots()
    floor = np.zeros(len(table))
    y = np.arange(len(table))[::-1]
    parts = (("own forces", "#0072B2", ""), ("other allies", "#7CC7F2", "//"), ("United States", "#F0B429", ".."))
    for name, colour, hatch in parts:
        width = np.minimum(table[name], 3.5 - floor)
        axes.barh(y, width, 0.6, left=floor, color=colour, hatch=hatch, edgecolor="white", label=name)
        floor = floor + width
    axes.axvline(1, color=INK, linewidth=1.4)
    for at, row in zip(y, table.itertuples(), strict=True):
        end = floor[len(table) - 1 - at]
        more = ", bar cut off" if end >= 3.49 else ""
        axes.annotate(f"credibility {row.credibility:.2f}{more}", (end, at), (6 if not more else -6, 0),
                      textcoords="offset points", va="center", ha="right" if more else "left", fontweight="bold",
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})  # fmt: skip
    axes.set_yticks(y, table["member"], color=INK)
    axes.set_xlim(0, 3.5)
    axes.set_xlabel("Expected response, where 1 is what deterrence requires")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)


def pair(figure: Figure, table: pd.DataFrame, name: str, colours: str, label: str) -> None:
    """Bands of two scenarios, and beside them the band of their difference run by run."""
    left, right = figure.subplots(1, 2)
    parts = {key: part.set_index("date") for key, part in table.groupby("of")}
    x = mdates.date2num(parts[name].index)
    for key, colour, dash in (("status quo", GHOST, (0, (5, 2))), (name, colours, "-")):
        left.fill_between(x, parts[key]["p05"], parts[key]["p95"], color=colour, alpha=0.22, linewidth=0)
        left.plot(x, parts[key]["p50"], color=colour, linestyle=dash, linewidth=2.4, label=key)
    left.legend(frameon=False, loc="lower left")
    time_axis(left, x)
    plain(left, "", label)
    left.set_title("Each by itself: 90 % of runs", fontsize=12)
    draw_difference(right, parts["difference"], "Difference, run by run")
    for text in right.texts:
        text.remove()  # the label beside the axes; the page gives the number
    right.set_title("Paired: 50 % and 90 % of runs", fontsize=12)


def ledgers(figure: Figure, table: pd.DataFrame) -> None:
    """The two ledgers as waterfalls."""
    for axes, (name, rows) in zip(figure.subplots(1, 2), table.groupby("ledger", sort=False), strict=True):
        first, last = rows["first"].iloc[0], rows["last"].iloc[0]
        kept = rows[(rows["change"].abs() > 5e-4) | (rows["driver"] == "territorial claims")]
        draw_waterfall(axes, kept.set_index("driver")[["change"]], float(first), float(last))
        axes.set_title(f"{name.capitalize()} ledger", fontsize=12)
        axes.tick_params(axis="x", labelrotation=45)


def window(figure: Figure, table: pd.DataFrame) -> None:
    """Credibility with and without the US over time, two scenarios."""
    for axes, (name, title) in zip(
        figure.subplots(1, 2, sharey=True),
        {"us-withdrawal": "American withdrawal, no programme", "european-pillar": "European pillar"}.items(),
        strict=True,
    ):
        x = mdates.date2num(table["date"])
        axes.plot(x, table[f"{name} credibility"], color=ACCENT, linewidth=2.4, label="with what the US brings")
        axes.plot(x, table[f"{name} credibility_without_us"], color=OUTCOME_COLOURS["splinters"], linewidth=2.4,
                  linestyle=(0, (5, 2)), label="without the US")  # fmt: skip
        axes.axhline(0.5, color=MUTED, linewidth=1)
        axes.set_ylim(0, 1)
        time_axis(axes, x)
        plain(axes, "", "")
        axes.set_title(title, fontsize=12)
    figure.axes[0].set_ylabel("Credibility on the flank")
    figure.axes[0].legend(frameon=False, loc="upper right", fontsize=11)


def outcomes(figure: Figure, table: pd.DataFrame) -> None:
    """Shares of outcomes over time."""
    draw_shares(figure.subplots(), table.set_index("date"))


def shapley(figure: Figure, table: pd.DataFrame) -> None:
    """What each driver accounts for."""
    draw_attribution(figure.subplots(), table.set_index("driver"))


#: Name of each picture: its numbers, how it is drawn, its height in inches.
PICTURES: dict[str, tuple[Callable[[], pd.DataFrame], Draw, float]] = {
    "threat": (numbers.threat_by_pressure, threat, 3.6),
    "claim": (numbers.trust_by_claim, claim, 3.6),
    "claim-over-time": (
        numbers.claim_over_time, lambda f, t: pair(f, t, "claim", ACCENT, "Denmark's trust in the US"), 3.4,
    ),
    "tariff": (numbers.tariff_by_exports, tariff, 3.8),
    "budget": (numbers.desired_spending, budget, 3.6),
    "window": (numbers.window_of_weakness, window, 3.4),
    "postures": (numbers.posture_by_trust, postures, 4.2),
    "veto": (numbers.veto_by_alignment, veto, 3.6),
    "breach": (numbers.breach_by_force, breach, 3.4),
    "response": (numbers.response_of_four, response, 3.2),
    "paired": (numbers.difference_of_index, lambda f, t: pair(f, t, "trade war", ACCENT, "Cohesion index"), 3.4),
    "ledgers": (numbers.ledgers_of_norway, ledgers, 3.2),
    "outcomes": (numbers.outcomes_over_time, outcomes, 3.4),
    "shapley": (numbers.shapley_shares, shapley, 3.0),
}  # fmt: skip


def figure_of(draw: Draw, table: pd.DataFrame, height: float) -> Figure:
    """The picture of some numbers."""
    with rc_context(STYLE | {"axes.titleweight": "normal", "font.size": 11}):
        figure = Figure(figsize=(8.4, height), layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure, table)
    return figure


def save(figure: Figure, name: str) -> None:
    """Write a picture, the same bytes each time."""
    with rc_context(STYLE):
        figure.savefig(FOLDER / f"{name}.svg", facecolor="white", metadata={"Date": None, "Creator": None})
    print(FOLDER / f"{name}.svg")


def main() -> None:
    """Write all pictures and their numbers."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    save(figure_of(lambda figure, _: loop(figure.subplots()), pd.DataFrame(), 4.6), "loop")
    for name, (count, draw, height) in PICTURES.items():
        table = count()
        table.to_csv(FOLDER / f"{name}.csv", index=False, float_format="%.6g", lineterminator="\n")
        save(figure_of(draw, table, height), name)


if __name__ == "__main__":
    main()

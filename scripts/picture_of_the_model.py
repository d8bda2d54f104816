"""The one picture without numbers: which part of the model moves which, drawn by `pictures`."""

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from cohesion_viz.charts import ACCENT, INK, MUTED

#: Centre of each box, its name and the mechanisms in it; colours say what is given and what is the result.
BOXES = {
    "us": ((0.1, 0.78), "Washington", "M13, M3, M4"),
    "russia": ((0.1, 0.26), "Russia", "M11, M16"),
    "trust": ((0.37, 0.78), "Trust, goodwill", "M2, M5"),
    "threat": ((0.37, 0.26), "Threat", "M1"),
    "budgets": ((0.63, 0.5), "Budgets, forces", "M6, M7"),
    "posture": ((0.63, 0.92), "Postures", "M9, M14"),
    "decisions": ((0.9, 0.92), "Decisions", "M10"),
    "credibility": ((0.9, 0.5), "Credibility", "M15"),
    "war": ((0.63, 0.1), "Aid, Ukraine, war", "M8, M12"),
    "outcome": ((0.9, 0.1), "Outcome", "M15"),
}
GIVEN, RESULT = ("us", "russia"), ("outcome",)
#: From, to, bend of the arrow.
ARROWS = (
    ("us", "trust", 0), ("us", "russia", 0), ("russia", "threat", 0), ("trust", "posture", 0), ("trust", "budgets", 0),
    ("threat", "budgets", 0), ("threat", "war", 0), ("posture", "decisions", 0), ("budgets", "credibility", 0),
    ("decisions", "credibility", 0), ("credibility", "outcome", 0), ("posture", "trust", 0.4),
    ("decisions", "russia", 0), ("war", "russia", -0.25), ("trust", "credibility", 0), ("credibility", "war", 0),
)  # fmt: skip


def loop(axes: Axes) -> None:
    """Boxes and arrows."""
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.axis("off")
    drawn = {}
    for name, ((x, y), title, mechanisms) in BOXES.items():
        fill = "#DCEBF4" if name in GIVEN else ACCENT if name in RESULT else "white"
        ink = "white" if name in RESULT else INK
        drawn[name] = FancyBboxPatch(
            (x - 0.09, y - 0.065), 0.18, 0.13, boxstyle="round,pad=0.005,rounding_size=0.015", facecolor=fill,
            edgecolor=ACCENT, linewidth=1.3, mutation_aspect=2,
        )  # fmt: skip
        axes.add_patch(drawn[name])
        axes.text(x, y + 0.022, title, ha="center", va="center", color=ink, fontweight="bold", fontsize=10)
        axes.text(x, y - 0.034, mechanisms, ha="center", va="center", color=ink, fontsize=9)
    for first, second, bend in ARROWS:
        axes.annotate(
            "", BOXES[second][0], BOXES[first][0],
            arrowprops={"arrowstyle": "-|>", "color": MUTED, "linewidth": 1.3, "patchA": drawn[first],
                        "patchB": drawn[second], "shrinkA": 2, "shrinkB": 2,
                        "connectionstyle": f"arc3,rad={bend}"},
        )  # fmt: skip

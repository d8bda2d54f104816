"""What runs draw their parameters from: the words for it, and which is meant where nobody says.

It imports nothing, so that help answers at once.
"""

from typing import Literal, get_args

Uncertainty = Literal["none", "prior", "posterior"]
UNCERTAINTIES: tuple[Uncertainty, ...] = get_args(Uncertainty)
#: Of ensembles, the Mesa model, experiments, the command line and the dashboard where nothing else is asked for.
DEFAULT: Uncertainty = "posterior"
#: Below a figure.
DRAWN_FROM: dict[Uncertainty, str] = {
    "none": "default parameters",
    "prior": "parameters drawn from their ranges",
    "posterior": "parameters drawn from those that history supports",
}

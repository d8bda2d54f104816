"""What runs draw their parameters from: the words for it, and which is meant where nobody says.

It imports nothing of the project, so that help answers at once.
"""

import os
from typing import Literal, get_args

Uncertainty = Literal["none", "prior", "posterior"]
#: The posterior is what NATO's history supports: with the facts of another alliance there is none.
UNCERTAINTIES: tuple[Uncertainty, ...] = get_args(Uncertainty)[: 2 if os.environ.get("COHESION_FACTS") else 3]
#: Of ensembles, the Mesa model, experiments, the command line and the dashboard where nothing else is asked for.
DEFAULT: Uncertainty = UNCERTAINTIES[-1]
#: Below a figure.
DRAWN_FROM: dict[Uncertainty, str] = {
    "none": "default parameters",
    "prior": "parameters drawn from their ranges",
    "posterior": "parameters drawn from those that history supports",
}

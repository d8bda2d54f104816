"""The members by ISO 3166-1 alpha-3 code, as the table of members names them, and the error that a faulty table raises.

The tables are those of NATO beside this file, or another alliance's in the folder that the environment variable
``COHESION_FACTS`` names. It is read once, here: codes, indices and the length of the member axis follow from it.
"""

import csv
import os
import re
from pathlib import Path

SHIPPED = Path(__file__).parent
#: Where the tables are.
FOLDER = Path(os.environ.get("COHESION_FACTS") or SHIPPED).resolve()
#: Whether they are of another alliance than the one that the project's figures, posterior and map are of.
ELSEWHERE = SHIPPED.resolve() != FOLDER


class FactsError(ValueError):
    """A table of facts is damaged: says where, what stands there and what may stand there.

    Parameters
    ----------
    file, row, column, value
        The place: file name, row with its key (``row 12 (POL 2024)``), column, and the text found.
    allowed
        What the cell may hold.
    """

    def __init__(self, file: str, row: str, column: str, value: str, allowed: str) -> None:
        found = value if len(value) <= 200 else f"{value[:200]}…"
        super().__init__(f"{file}, {row}, column {column}: found {found!r}; allowed: {allowed}")
        self.file = file
        self.row = row
        self.column = column
        self.value = value
        self.allowed = allowed


def _names() -> dict[str, str]:
    """Name of each member by its code, in the order of the codes."""
    file, allowed = "members.csv", "a readable CSV file in UTF-8 with the columns iso3 and name"
    where = f"{FOLDER / file} (COHESION_FACTS)" if ELSEWHERE else file
    try:
        with open(FOLDER / file, encoding="utf-8-sig", newline="") as table:
            names = {row["iso3"]: row["name"] for row in csv.DictReader(table)}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise FactsError(where, "the whole file", "iso3 and name", str(error), allowed) from None
    for code in names:
        if not re.fullmatch("[A-Z]{3}", code):
            raise FactsError(where, f"row of {names[code]}", "iso3", code, "three capital letters")
    if "USA" not in names or len(names) < 3:
        allowed = "three members or more, one of them USA: the ally on whom the levers of the United States act"
        raise FactsError(where, "all rows", "iso3", ", ".join(names), allowed)
    return dict(sorted(names.items()))


NAMES: dict[str, str] = _names()
ISO3: tuple[str, ...] = tuple(NAMES)

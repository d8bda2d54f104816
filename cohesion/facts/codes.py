"""The 32 members by ISO 3166-1 alpha-3 code, and the error that a faulty table raises."""

NAMES: dict[str, str] = {
    "ALB": "Albania",
    "BEL": "Belgium",
    "BGR": "Bulgaria",
    "CAN": "Canada",
    "CZE": "Czechia",
    "DEU": "Germany",
    "DNK": "Denmark",
    "ESP": "Spain",
    "EST": "Estonia",
    "FIN": "Finland",
    "FRA": "France",
    "GBR": "United Kingdom",
    "GRC": "Greece",
    "HRV": "Croatia",
    "HUN": "Hungary",
    "ISL": "Iceland",
    "ITA": "Italy",
    "LTU": "Lithuania",
    "LUX": "Luxembourg",
    "LVA": "Latvia",
    "MKD": "North Macedonia",
    "MNE": "Montenegro",
    "NLD": "Netherlands",
    "NOR": "Norway",
    "POL": "Poland",
    "PRT": "Portugal",
    "ROU": "Romania",
    "SVK": "Slovakia",
    "SVN": "Slovenia",
    "SWE": "Sweden",
    "TUR": "Türkiye",
    "USA": "United States",
}

ISO3: tuple[str, ...] = tuple(NAMES)


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

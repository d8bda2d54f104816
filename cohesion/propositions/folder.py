"""A folder with pages on the propositions: written whole or not at all, with tables as CSV and a manifest."""

import hashlib
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from cohesion import posterior
from cohesion.ensemble import digest
from cohesion.propositions.findings import Finding
from cohesion.propositions.pages import TABLES, About, overview, page
from cohesion.propositions.table import REPETITIONS, Proposition
from cohesion.propositions.verdict import VERDICTS
from cohesion.results import check_target, citation, commit, fresh_folder, versions, write_json

FORMAT = "cohesion propositions 1"


def files(ids: Sequence[str]) -> tuple[str, ...]:
    """Every file of a folder with pages on some propositions."""
    pages = [f"{each}.{kind}" for each in ids for kind in ("md", "png")]
    return ("manifest.json", "README.md", *(f"{name}.csv" for name in TABLES), *pages)


def check(folder: Path, ids: Sequence[str]) -> None:
    """Refuse a folder that cannot be written to or holds anything else; see `cohesion.results.check_target`."""
    check_target(folder, FORMAT, files(ids))


def write(found: Sequence[Finding], folder: Path, about: About) -> None:
    """Write a folder, whole or not at all, in the place of an earlier one.

    Raises
    ------
    ResultsError
        Where it holds anything else or cannot be written.
    """
    from cohesion_viz.charts import save_png
    from cohesion_viz.proposition_charts import contrasts

    made = tables(found)
    with fresh_folder(folder, FORMAT, files([f.proposition.id for f in found])) as fresh:
        for f in found:
            _text(fresh / f"{f.proposition.id}.md", page(f, about))
            save_png(contrasts(f, about.in_words()), fresh / f.proposition.id)
        _text(fresh / "README.md", overview(found, about))
        for name, table in made.items():
            table.to_csv(fresh / f"{name}.csv", index=False, float_format="%.6g", lineterminator="\n")
        write_json(fresh / "manifest.json", _manifest(found, made, about))


def tables(found: Sequence[Finding]) -> dict[str, pd.DataFrame]:
    """All tables, by the name of their file."""
    regions = [
        f.region.box.assign(proposition=f.proposition.id, where="fails" if f.of_failing else "holds")
        for f in found
        if not f.region.box.empty
    ]
    joined = {
        name: pd.concat([getattr(f, name) for f in found], ignore_index=True)
        for name in ("contrasts", "arms", "checks", "ranks")
    }
    columns = ["proposition", "where", "factor", "low", "high", "least", "most", "p"]
    joined["regions"] = pd.concat(regions, ignore_index=True)[columns] if regions else pd.DataFrame(columns=columns)
    joined["verdicts"] = pd.DataFrame([_verdict_row(f) for f in found])
    return joined


def plain(found: Sequence[Finding], about: About) -> dict[str, Any]:
    """The findings, ready for JSON."""
    return {
        "runs": about.runs, "repetitions": REPETITIONS, "seed": about.seed, "uncertainty": about.uncertainty,
        "propositions": [
            {
                "id": f.proposition.id, "claim": f.proposition.claim, "verdict": f.verdict, "agreement": f.agreement,
                "holds": f.holds, "prior": f.proposition.prior.model_dump(exclude={"why"}),
                "contrasts": _records(f.contrasts.drop(columns="proposition")),
                "checks": _records(f.checks.drop(columns="proposition")),
                "region": {"of": "fails" if f.of_failing else "holds", "why_not": f.region.why_not,
                           "box": _records(f.region.box)},
                "ranks": _records(f.ranks.drop(columns="proposition")),
            }
            for f in found
        ],
    }  # fmt: skip


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(key): None if pd.isna(value) else value for key, value in row.items()} for row in table.to_dict("records")
    ]


def _verdict_row(f: Finding) -> dict[str, Any]:
    p, changed = f.proposition, f.checks[f.checks["verdict"] != f.verdict]
    return {
        "proposition": p.id, "title": p.title, "verdict": f.verdict, "agreement": f.agreement, "holds": f.holds,
        "expected": max(VERDICTS, key=lambda v: getattr(p.prior, v)), "prior_of_verdict": getattr(p.prior, f.verdict),
        "checks": len(f.checks), "checks_changed": len(changed),
    }  # fmt: skip


def _manifest(found: Sequence[Finding], made: dict[str, pd.DataFrame], about: About) -> dict[str, Any]:
    digests = {f"{name}.csv": digest(table.astype(object).fillna("").astype(str)) for name, table in made.items()}
    return {
        "format": FORMAT,
        "propositions": {f.proposition.id: f.verdict for f in found},
        "runs": about.runs,
        "repetitions": REPETITIONS,
        "variants": about.variants,
        "seed": about.seed,
        "uncertainty": about.uncertainty,
        "posterior": posterior.digest_under(about.uncertainty),
        "rules": rules_digest([f.proposition for f in found]),
        "command": about.command,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": about.seconds,
        "versions": versions(),
        "commit": commit(),
        "platform": platform.platform(),
        "digests": digests,
        "cite": citation("propositions", "The propositions, tested", about.seed, about.runs, digests["contrasts.csv"]),
    }


def rules_digest(propositions: Sequence[Proposition]) -> str:
    """SHA-256 of what was fixed before the first run: arms, contrasts, ablations, priors, measures, rule of verdict."""
    fixed = [p.model_dump_json(include={"id", "arms", "contrasts", "ablation", "prior"}) for p in propositions]
    code = [Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("measures.py", "verdict.py")]
    return hashlib.sha256("\0".join(fixed + code).encode()).hexdigest()


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")

"""The page that says what the model is and is not: the project's documents, and how to cite and reproduce."""

import re
import shlex
import traceback
from functools import lru_cache
from typing import Any

import solara

import cohesion
from cohesion.checks import LeverValue
from cohesion.results import commit
from cohesion_viz.dashboard.components import Handler, packed
from cohesion_viz.dashboard.session import Session, guarded
from cohesion_viz.documents import CITING, DOCUMENTS, Rendered, document, file_text, rendered
from cohesion_viz.view import View

TITLES = {**DOCUMENTS, CITING: "Cite and reproduce"}


@solara.component_vue("vue/about.vue")
def _About(packed: str, event_choose: Handler | None = None) -> None: ...


@solara.component
def Page(session: Session) -> None:
    """A list of documents, the chosen one, and its contents."""
    chosen, choose = solara.use_state(next(iter(TITLES)))
    view = session.view.value
    page = solara.use_memo(lambda: _shown(chosen, view), [chosen, view if chosen == CITING else None])
    about = {
        "documents": [{"key": key, "title": title} for key, title in TITLES.items()],
        "chosen": chosen,
        "html": page.html,
        "contents": [vars(heading) for heading in page.contents],
        "version": f"cohesion {cohesion.__version__}",
    }

    def put(event: dict[str, Any]) -> None:
        if event["document"] in TITLES:
            choose(event["document"])

    _About(packed=packed(about), event_choose=lambda event: guarded(session, lambda: put(event)))


def _shown(key: str, view: View) -> Rendered:
    """A document; where it cannot be read, a page that says so."""
    try:
        return rendered(citing(view)) if key == CITING else document(key)
    except Exception:
        traceback.print_exc()
        return rendered(f"# {TITLES[key]}\n\nThis document cannot be read here.")


def citing(view: View) -> str:
    """How to cite the model and to get the numbers of a view again, in Markdown."""
    line, from_file = command(view)
    first = "Save the scenario as a TOML file in the explorer, then:" if from_file else "With the package installed:"
    return "\n\n".join(
        [
            f"# {TITLES[CITING]}",
            f"This is cohesion {cohesion.__version__}{_at_commit()}. The same version, scenario, seed and number "
            "of runs give the same numbers.",
            "## Citation",
            _fenced("plain", citation(file_text("CITATION.cff"))),
            "For reference managers, the file `CITATION.cff`:",
            _fenced("yaml", file_text("CITATION.cff")),
            "## The view that is open, on the command line",
            first,
            _fenced("bash", line),
            "It prints the verdict and its table; `--out FOLDER` keeps figure, tables and a manifest as well. "
            "The [overview](README.md) has more commands.",
            "## Licence",
            "The code is under the licence below, the figures under the terms of [their sources](DATA-LICENSES.md).",
            _fenced("text", file_text("LICENSE")),
        ]
    )


def citation(cff: str) -> str:
    """One line to cite by, from the content of CITATION.cff."""
    said = dict(re.findall(r'^(?:  - )?([\w-]+): "?([^"\n]+)"?$', cff, re.MULTILINE))
    year = said["date-released"][:4]
    return f"{said['name']} ({year}). {said['title']}. Version {said['version']}."


def command(view: View) -> tuple[str, bool]:
    """The command that gives the numbers of a view, and whether it needs the scenario as a file.

    A file it must be where more is changed than the command's options can say.
    """
    dated = any(isinstance(value, tuple) or value == {} for value in view.levers.values())
    from_file = bool(view.text or view.dropped or view.added or dated)
    words = ["cohesion", "ensemble", f"{view.scenario}.toml" if from_file else view.scenario]
    words += ["--baseline", view.baseline] if view.baseline else []
    words += ["--runs", str(view.runs), "--seed", str(view.seed)]
    if not from_file:
        words += [word for name, value in view.levers.items() for word in ("--lever", f"{name}={_amount(value)}")]
    # Also with a file: the baseline is run under the same assumptions.
    words += [word for name, value in view.parameters.items() for word in ("--param", f"{name}={value!r}")]
    return shlex.join(words), from_file


def _amount(value: LeverValue) -> str:
    if isinstance(value, dict):
        return ",".join(f"{member}:{amount!r}" for member, amount in value.items())
    return repr(value)


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text.strip()}\n```"


@lru_cache(maxsize=1)
def _at_commit() -> str:
    found = commit()
    return f", commit {found}" if found else ""

"""Nothing that comes from outside is evaluated, unpickled or given to a shell."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(path for part in ("cohesion", "viz/cohesion_viz") for path in (ROOT / part).rglob("*.py"))
#: Calls as they are written, and by their last name, of whatever.
CALLS = {
    "eval", "exec", "__import__", "compile", "os.system", "os.popen", "os.execv", "os.execvp", "yaml.load",
    "yaml.unsafe_load", "joblib.load", "torch.load",
}  # fmt: skip
METHODS = {"read_pickle", "to_pickle", "literal_eval"}
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "yaml", "joblib", "pty"}
ARGUMENTS = {"shell": True, "allow_pickle": True}


def found(code, name="here"):
    """What must not be there, with its line."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            yield from (f"{name}:{node.lineno} import {n}" for n in names if n.partition(".")[0] in MODULES)
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in CALLS or called.rpartition(".")[2] in METHODS:
                yield f"{name}:{node.lineno} {called}"
            for keyword in node.keywords:
                given = ast.unparse(keyword.value)
                if keyword.arg in ARGUMENTS and given != "False":
                    yield f"{name}:{node.lineno} {keyword.arg}={given}"


def test_there_is_something_to_look_through():
    assert len(FILES) > 80


@pytest.mark.parametrize(
    "code",
    ["import pickle", "from pickle import loads", "eval(x)", "exec('x')", "os.system(x)", "run(x, shell=True)",
     "np.load(x, allow_pickle=True)", "pd.read_pickle(x)", "run(x, shell=flag)", "import yaml.x"],
)  # fmt: skip
def test_what_must_not_be_there_would_be_found(code):
    assert list(found(code))


def test_nothing_is_evaluated_unpickled_or_given_to_a_shell():
    assert [what for path in FILES for what in found(path.read_text(encoding="utf-8"), path.name)] == []

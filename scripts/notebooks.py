"""Run the notebooks in docs/notebooks and keep what they print and draw: ``python scripts/notebooks.py``.

They are kept with their outputs, for those who read them without running them; `tests/test_notebooks.py` fails when a
text that they print is no longer what the code gives.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "notebooks"


def main() -> None:
    """Run those that are named, or all, each in a folder of its own."""
    for path in [Path(name) for name in sys.argv[1:]] or sorted(FOLDER.glob("*.ipynb")):
        notebook = nbformat.read(path, 4)
        with TemporaryDirectory() as folder:
            client = NotebookClient(notebook, timeout=300, record_timing=False)
            client.execute(cwd=folder)
        notebook.metadata.language_info = {"name": "python"}  # without the version of whoever ran it last
        nbformat.write(notebook, path)
        print(path.name)


if __name__ == "__main__":
    main()

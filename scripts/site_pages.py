"""What the documentation site shows, for MkDocs: files at their places in the repository, not those of ``docs/`` alone.

So a link between two files is the same here, on a code host and in a checkout, and nothing is copied to be shown.
"""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
SHOWN = (
    "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "DATA-LICENSES.md", "LICENSE", "CITATION.cff",
    "cohesion/facts/SOURCES.md", "docs/**/*", "experiments/**/*",
)  # fmt: skip
#: Parts of pages, and what Python leaves behind.
HIDDEN = ("notes.md", "*.pyc")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Give each file the address that it has in the repository; the theme's own stay."""
    kept = [file for file in files if not (file.abs_src_path or "").startswith(config.docs_dir)]
    shown = sorted({path for pattern in SHOWN for path in ROOT.glob(pattern) if path.is_file()})
    for path in shown:
        if not any(path.match(pattern) for pattern in HIDDEN):
            address = path.relative_to(ROOT).as_posix()
            kept.append(File.generated(config, address, abs_src_path=str(path)))
    return Files(kept)

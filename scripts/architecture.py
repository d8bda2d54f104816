"""Draw docs/images/architecture.svg from the layers that pyproject.toml names, which import-linter holds to the code.

python scripts/architecture.py
"""

import ast
import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "architecture.svg"
ROW, GAP, LEFT, WIDTH = 30, 8, 20, 1120
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2933 }
.head { font-size: 17px; font-weight: 600 }
.note { font-size: 12px; fill: #52606d }
rect { fill: #e8eef4; stroke: #7b8794 }
.back { fill: #ffffff; stroke: none }
.rules { fill: #fde8c8; stroke: #b7791f }
.view { fill: #e3f1ea; stroke: #4b8b6b }
@media (prefers-color-scheme: dark) {
  text { fill: #e4e7eb } .note { fill: #9aa5b1 } .back { fill: #16202a }
  rect { fill: #263442; stroke: #7b8794 }
  .rules { fill: #4a3617; stroke: #d69e2e }
  .view { fill: #1f3b30; stroke: #68a98a }
}
"""


def layers():
    """Layers from above, each a list of modules, of ``cohesion_viz`` and of ``cohesion``."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    found = {c["containers"][0]: c["layers"] for c in contracts if c["type"] == "layers"}
    return {
        package: [[name.strip() for name in row.replace("|", ":").split(":")] for row in rows]
        for package, rows in found.items()
    }


def summary(package, module):
    """First line of a module's docstring."""
    folder = ROOT / ("viz/cohesion_viz" if package == "cohesion_viz" else "cohesion")
    file = folder / f"{module}.py"
    text = (file if file.exists() else folder / module / "__init__.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(text)) or "").split("\n")[0].replace("`", "")


def picture():
    """The picture as SVG: a row a layer; a module may import what is below it."""
    parts, y = [], 16
    both = layers()
    for package, head in (("cohesion_viz", "What shows it: cohesion_viz"), ("cohesion", "The simulation: cohesion")):
        y += 24
        parts.append(f'<text class="head" x="{LEFT}" y="{y}">{head}</text>')
        y += 12
        for row in both[package]:
            x, kind = LEFT, "view" if package == "cohesion_viz" else "rules" if row == ["rules"] else "box"
            for name in row:
                wide = 24 + 7.4 * len(name)
                if x + wide > WIDTH:
                    x, y = LEFT, y + ROW + 2
                parts.append(
                    f"<g><title>{escape(summary(package, name))}</title>"
                    f'<rect class="{kind}" x="{x:.0f}" y="{y}" width="{wide:.0f}" height="{ROW - 4}" rx="5"/>'
                    f'<text x="{x + 12:.0f}" y="{y + 18}">{name}</text></g>'
                )
                x += wide + GAP
            if len(row) == 1:
                parts.append(
                    f'<text class="note" x="{x + 6:.0f}" y="{y + 18}">{escape(summary(package, row[0]))}</text>'
                )
            y += ROW + 6
        if package == "cohesion_viz":
            parts.append(
                f'<text class="note" x="{LEFT}" y="{y + 8}">imports the simulation, which imports nothing here but for '
                f"the figures of result folders</text>"
            )
            y += 18
    parts.append(
        f'<text class="note" x="{LEFT}" y="{y + 10}">A row may import the rows below it, never one above.</text>'
    )
    height = y + 28
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + LEFT} {height}" role="img" '
        f'aria-label="Modules of cohesion in layers; each may import those below it">\n<style>{STYLE}</style>\n'
        f'<rect class="back" width="100%" height="100%"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8", newline="\n")

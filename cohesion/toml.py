"""Text in TOML to plain tables and back, within bounds that keep a hostile file from doing harm."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from cohesion.checks import MAX_NESTING, ConfigError, clean, nearest

MAX_BYTES = 256 * 1024
# A key of very many parts would take tomllib memory that grows with the square of their number.
_DOTTED = re.compile(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){17}""")


def parse(content: str | bytes, file: str, kind: str = "scenario") -> dict[str, Any]:
    """The tables of a file's content, within bounds of size and nesting; the kind is what messages call the file."""
    where, this = clean(file), _with_article(kind)
    try:
        data = content.encode() if isinstance(content, str) else content
        text = "" if len(data) > MAX_BYTES else data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = "a binary file" if b"\0" in data else f"line {data[: error.start].count(10) + 1} is not UTF-8"
        raise ConfigError(f"{where}: {found}; {this} is a text in TOML, saved as UTF-8") from None
    except UnicodeEncodeError:
        raise ConfigError(f"{where}: not UTF-8; {this} is a text in TOML, saved as UTF-8") from None
    if len(data) > MAX_BYTES:
        raise ConfigError(f"{where}: larger than {MAX_BYTES // 1024} KiB, the most that {this} may have")
    if "\0" in text:
        raise ConfigError(f"{where}: a binary file; {this} is a text in TOML, saved as UTF-8")
    if not text.strip():
        raise ConfigError(f"{where}: empty; {this} is a text in TOML with at least a title")
    deep = f"{where}: tables within tables more than {MAX_NESTING} deep; {this} needs five"
    if _DOTTED.search(text):
        raise ConfigError(deep)
    try:
        raw = tomllib.loads(text)
    except RecursionError:
        raise ConfigError(deep) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: not valid TOML: {clean(str(error))}") from None
    except ValueError:
        raise ConfigError(f"{where}: not valid TOML: a number of thousands of digits") from None
    level: list[Any] = [raw]
    for _ in range(MAX_NESTING + 1):
        values = [list(v.values()) if isinstance(v, dict) else v for v in level if isinstance(v, dict | list)]
        level = [inner for value in values for inner in value]
    if level:
        raise ConfigError(deep)
    return raw


def read_file(name_or_path: str | Path, kind: str, folder: Path, names: tuple[str, ...]) -> tuple[dict[str, Any], Path]:
    """The tables of a file, and its path.

    Parameters
    ----------
    name_or_path
        One of the names, or the path of a file.
    kind
        What the file is to be, as in ``"lesson"``.
    folder, names
        Where files go by their names, and which there are.

    Raises
    ------
    ConfigError
        Where there is no such file, or it cannot be read.
    """
    path = folder / f"{name_or_path}.toml" if name_or_path in names else Path(name_or_path)
    where = clean(str(path))
    try:
        return parse(content_of(path), str(path), kind), path
    except IsADirectoryError:
        raise ConfigError(f"{where}: a folder; {_with_article(kind)} is a TOML file") from None
    except FileNotFoundError:
        close = nearest(path.stem, names)
        hint = f"; did you mean {close}?" if close else ""
        raise ConfigError(f"no {kind} or file {where!r}; {kind}s: {', '.join(names)}{hint}") from None
    except ConfigError:
        raise
    except (OSError, ValueError) as error:
        raise ConfigError(f"{where}: cannot be read ({getattr(error, 'strerror', None) or error})") from None


def _with_article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def keys_of(path: str | Path) -> set[str]:
    """The keys at the top of a file, by which one tells what it is meant to be; none where it cannot be read."""
    try:
        return set(parse(content_of(Path(path)), str(path)))
    except (OSError, ValueError):
        return set()


def content_of(path: Path) -> bytes:
    """The bytes of a file, and one more than `parse` takes where it is larger than that."""
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def written(value: Any) -> str:
    """A value as it stands in a TOML file."""
    if isinstance(value, str):
        escaped = [json.dumps(line, ensure_ascii=False)[1:-1].replace("\x7f", "\\u007f") for line in value.split("\n")]
        return f'"{escaped[0]}"' if len(escaped) == 1 else '"""\n' + "\n".join(escaped) + '"""'
    if isinstance(value, list):
        return "[\n" + "".join(f"  {written(item)},\n" for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {written(item)}" for key, item in value.items()) + " }"
    return repr(value) if isinstance(value, float) else str(value)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else written(key)

"""Ways to spoil a file: each takes a random generator and bytes, and returns bytes."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from random import Random

Mutation = Callable[[Random, bytes], bytes]
SEPARATORS = (";", ",", "\t", "|")
ODD_CELLS = (
    "", " ", "-1", "-0", "0", "1e308", "1e400", "-1e400", "nan", "NaN", "inf", "-Infinity", "NA",
    "9" * 25, "9" * 400, "0.1.2", "1,5", "1 234", "1\u00a0234", "1\u202f234,5", "−5", "+3", "0x1F",
    "1_000", "٣", "½", "²", "TRUE", "null", "None", "#N/A", "#REF!", "s", "nd", "n.d.", "secret",
    "NS", "<11", "=1+1", '=cmd|" /C calc"!A0', "@SUM(A1)", "1E5", "01004.0", "1004", "2A004",
    "2a004", "99999", "75056", "13055", "abcde", "2023", "20230", "1899-12-31", "31/02/2023",
    "2023-01-01 00:00:00", "\ufeff", "\u202e", "\x00", "\x1b[31m", "é" * 300, "x" * 40_000, '"',
    '"a', 'a"b', "'", "«", "%", "ensemble", "FR", "999", "-", "--", "…", "1/0", "{}", "[]", "<b>",
)  # fmt: skip


# --------------------------------------------------------------------------- bytes


def truncate(random: Random, data: bytes) -> bytes:
    """Cut anywhere."""
    return data[: random.randrange(len(data) + 1)]


def flip(random: Random, data: bytes) -> bytes:
    """Change a few bytes."""
    spoiled = bytearray(data)
    for _ in range(random.choice((1, 1, 3, 20, 300))):
        spoiled[random.randrange(len(spoiled))] = random.randrange(256)
    return bytes(spoiled)


def insert(random: Random, data: bytes) -> bytes:
    """Insert bytes that do not belong."""
    place = random.choice((0, len(data), random.randrange(len(data) + 1)))
    odd = random.choice(
        (b"\x00", b"\x00" * 4096, b"\xff\xfe", b"\xef\xbb\xbf", b"\xfe\xff", b"\r", b"\n", b"\x1a",
         b"\x0c", b"\xc3", b"\xe2\x80\xa8", b"\xed\xa0\x80", b'"', b"\\", b"\x85", b"\x81\x8d",
         random.randbytes(random.randrange(1, 200)))
    )  # fmt: skip
    return data[:place] + odd + data[place:]


def remove_slice(random: Random, data: bytes) -> bytes:
    """Lose some bytes in the middle."""
    start = random.randrange(len(data))
    return data[:start] + data[start + random.randrange(1, 400) :]


def repeat_slice(random: Random, data: bytes) -> bytes:
    """Tell some bytes twice, or many times."""
    start = random.randrange(len(data))
    part = data[start : start + random.randrange(1, 2000)]
    return data[:start] + part * random.choice((2, 2, 3, 50)) + data[start + len(part) :]


def replace_whole(random: Random, data: bytes) -> bytes:
    """Something else altogether."""
    return random.choice(
        (
            b"",
            b"\n" * 10,
            b"\x00" * 100,
            random.randbytes(3000),
            gzip.compress(data),
            b"<!DOCTYPE html><html><body>403</body></html>",
            b"{" * 100_000,
            b"[" * 100_000,
            b'{"type":"FeatureCollection","features":[' + b'{"a":' * 50_000,
            b"PK\x03\x04" + random.randbytes(200),
            b"SQLite format 3\x00" + random.randbytes(4000),
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.randbytes(4000),
            data + data,
            data[: len(data) // 2] + random.randbytes(1000) + data[len(data) // 2 :],
        )
    )


# --------------------------------------------------------------------------- texts


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")


def _rows(text: str) -> tuple[list[list[str]], str]:
    """The cells of a text, cut without regard for quotes, and the separator."""
    lines = text.splitlines()
    mark = max(SEPARATORS, key=lambda mark: lines[0].count(mark) if lines else 0)
    return [line.split(mark) for line in lines], mark


def _written(rows: list[list[str]], mark: str) -> bytes:
    lines = "".join(mark.join(row) + "\n" for row in rows)
    return lines.encode("utf-8", errors="surrogatepass")


def recode(random: Random, data: bytes) -> bytes:
    """Another encoding, with or without its mark."""
    encoding = random.choice(
        ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1", "cp437", "utf-8-sig",
         "mac-roman", "utf-7", "cp500")
    )  # fmt: skip
    return _decoded(data).encode(encoding, errors="replace")


def end_lines(random: Random, data: bytes) -> bytes:
    """Other ends of lines, the same everywhere or mixed."""
    ends = ("\r", "\r\n", "\n", "\n\n", "\r\r\n", "\u2028", "\x85", "\x0b", " \n", "")
    chosen = [random.choice(ends)] if random.random() < 0.6 else list(ends)
    lines = _decoded(data).splitlines()
    return "".join(line + random.choice(chosen) for line in lines).encode()


def swap_separators(random: Random, data: bytes) -> bytes:
    """Another separator, everywhere or on some lines."""
    rows, mark = _rows(_decoded(data))
    other = random.choice([*SEPARATORS, ":", " ", "\x1f", mark * 2])
    share = random.choice((1.0, 0.5, 0.05))
    lines = [(other if random.random() < share else mark).join(row) for row in rows]
    return "\n".join(lines).encode()


def change_columns(random: Random, data: bytes) -> bytes:
    """Drop, repeat, move, rename columns, or add thousands."""
    rows, mark = _rows(_decoded(data))
    width = max((len(row) for row in rows), default=1)
    chosen, other = random.randrange(width), random.randrange(width)
    manner = random.choice(("drop", "repeat", "move", "rename", "empty", "add", "shuffle", "keep"))
    order = list(range(width))
    random.shuffle(order)
    for number, row in enumerate(rows):
        if len(row) <= max(chosen, other):
            continue
        if manner == "drop":
            del row[chosen]
        elif manner == "repeat":
            row.insert(other, row[chosen])
        elif manner == "move":
            row.insert(other, row.pop(chosen))
        elif manner == "rename" and number == 0:
            row[chosen] = random.choice((*ODD_CELLS, row[other]))
        elif manner == "empty":
            row[chosen] = row[chosen] if number == 0 else ""
        elif manner == "add":
            row += [f"c{rank}" if number == 0 else "1" for rank in range(3000)]
        elif manner == "shuffle" and len(row) == width:
            row[:] = [row[place] for place in order]
        elif manner == "keep":
            row[:] = [row[chosen]]
    return _written(rows, mark)


def change_lines(random: Random, data: bytes) -> bytes:
    """Drop, repeat, move, cut, empty lines."""
    lines = _decoded(data).splitlines()
    for _ in range(random.choice((1, 1, 2, 10))):
        if not lines:
            break
        chosen = random.randrange(len(lines))
        manner = random.choice(("drop", "repeat", "cut", "empty", "long", "header", "tail", "move"))
        if manner == "drop":
            del lines[chosen]
        elif manner == "repeat":
            lines[chosen:chosen] = [lines[chosen]] * random.choice((1, 1, 40))
        elif manner == "cut":
            lines[chosen] = lines[chosen][: random.randrange(len(lines[chosen]) + 1)]
        elif manner == "empty":
            lines.insert(chosen, random.choice(("", "   ", ";;;;;", ",,,", '""', "\t")))
        elif manner == "long":
            lines[chosen] += lines[chosen]
        elif manner == "header":
            lines.insert(chosen, lines[0])
        elif manner == "tail":
            lines[chosen] += random.choice((";", "|", ",", ";x", '"', " "))
        else:
            lines.insert(0, lines.pop(chosen))
    return "\n".join(lines).encode()


def change_cells(random: Random, data: bytes) -> bytes:
    """Odd values in some cells, or in a whole column."""
    rows, mark = _rows(_decoded(data))
    if not rows:
        return data
    if random.random() < 0.3:
        column = random.randrange(len(rows[-1]) or 1)
        value = random.choice((*ODD_CELLS, None))
        for row in rows[1:]:
            if len(row) > column:
                row[column] = random.choice(ODD_CELLS) if value is None else value
        return _written(rows, mark)
    for _ in range(random.choice((1, 1, 1, 4, 40))):
        row = rows[random.randrange(len(rows) if random.random() < 0.1 else max(1, len(rows)))]
        row[random.randrange(len(row))] = random.choice(ODD_CELLS)
    return _written(rows, mark)


def swap_cells(random: Random, data: bytes) -> bytes:
    """Cells in the place of others."""
    rows, mark = _rows(_decoded(data))
    for _ in range(random.choice((1, 3, 30))):
        one, two = random.choice(rows), random.choice(rows)
        first, second = random.randrange(len(one)), random.randrange(len(two))
        one[first], two[second] = two[second], one[first]
    return _written(rows, mark)


def quote(random: Random, data: bytes) -> bytes:
    """Quotes everywhere, or one that nothing closes."""
    rows, mark = _rows(_decoded(data))
    if random.random() < 0.4:
        return _written([[f'"{cell}"' for cell in row] for row in rows], mark)
    row = random.choice(rows)
    place = random.randrange(len(row))
    row[place] = random.choice(('"' + row[place], row[place] + '"', f'"{row[place]}"x', '""" '))
    return _written(rows, mark)


def swell(random: Random, data: bytes) -> bytes:
    """An enormous cell or line."""
    rows, mark = _rows(_decoded(data))
    row = random.choice(rows)
    row[random.randrange(len(row))] = "x" * random.choice((70_000, 140_000, 3_000_000))
    return _written(rows, mark)


# --------------------------------------------------------------------------- workbooks, archives


def _members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {item.filename: archive.read(item) for item in archive.infolist()}


def _zipped(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def change_members(random: Random, data: bytes) -> bytes:
    """Lose, empty, spoil or exchange members of an archive."""
    members = _members(data)
    name, other = random.choice(list(members)), random.choice(list(members))
    manner = random.choice(("lose", "empty", "flip", "cut", "exchange", "rename"))
    if manner == "lose":
        del members[name]
    elif manner == "exchange":
        members[name], members[other] = members[other], members[name]
    elif manner == "rename":
        members[name.upper()] = members.pop(name)
    elif members[name]:
        change = {"empty": lambda _, content: b"", "flip": flip, "cut": truncate}[manner]
        members[name] = change(random, members[name])
    return _zipped(members)


def change_sheets(random: Random, data: bytes) -> bytes:
    """Rename, move, hide sheets; odd cells; a cell at the other end of the sheet."""
    members = _members(data)
    sheets = [name for name in members if re.search(r"worksheets/\w+\.xml$", name)]
    if not sheets:
        return data
    name = random.choice(sheets)
    text = members[name].decode("utf-8", errors="replace")
    manner = random.choice(("far", "cells", "types", "rows", "names", "strings", "dimension"))
    if manner == "far":
        far = random.choice(("XFD1048576", "A1048576", "XFD1", "ZZZ99999999", "A0", "AAAA1"))
        text = text.replace("</sheetData>", f'<row><c r="{far}"><v>1</v></c></row></sheetData>')
    elif manner == "cells":
        values = ("-1", "1e308", "nan", "1e999", "99999999999", "", "abc", "-99999999", "0.5")
        text = re.sub(
            r"<v>[^<]*</v>",
            lambda hit: f"<v>{random.choice(values)}</v>" if random.random() < 0.1 else hit[0],
            text,
        )
    elif manner == "types":
        kinds = ("s", "b", "e", "str", "inlineStr", "d", "n", "zz")
        text = re.sub(r' t="\w+"', lambda _: f' t="{random.choice(kinds)}"', text)
    elif manner == "rows":
        text = re.sub(r"<row .*?</row>", lambda hit: hit[0] * random.choice((0, 1, 1, 2)), text)
    elif manner == "names" and "xl/workbook.xml" in members:
        book = members["xl/workbook.xml"].decode()
        labels = ("", "A" * 200, "Feuille & 1", "Paramètres", "../x", "sheet\x00")
        book = re.sub(r' name="[^"]*"', lambda _: f' name="{random.choice(labels)}"', book)
        members["xl/workbook.xml"] = book.encode()
    elif manner == "strings" and "xl/sharedStrings.xml" in members:
        shared = members["xl/sharedStrings.xml"].decode()
        odd = [cell.replace("&", "").replace("<", "") for cell in ODD_CELLS]
        members["xl/sharedStrings.xml"] = re.sub(
            r"(<t[^>]*>)[^<]*",
            lambda hit: hit[1] + random.choice(odd) if random.random() < 0.1 else hit[0],
            shared,
        ).encode()
    elif manner == "dimension":
        text = re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"', text)
    members[name] = text.encode()
    return _zipped(members)


def in_an_archive(random: Random, data: bytes) -> bytes:
    """The same in a zip archive, which readers do not open by themselves."""
    return _zipped({random.choice(("a.csv", "../a.csv", "a.xlsx", "xl/a", "mimetype")): data})


# --------------------------------------------------------------------------- layers


def change_features(random: Random, data: bytes) -> bytes:
    """Odd geometries, properties and systems of coordinates."""
    try:
        layer = json.loads(data)
        features = layer["features"]
        feature = random.choice(features)
    except (ValueError, KeyError, IndexError):
        return data
    manner = random.choice(("shape", "property", "drop", "repeat", "crs", "all", "features", "key"))
    if manner == "shape":
        feature["geometry"] = random.choice(ODD_SHAPES)
    elif manner == "property":
        names = list(feature["properties"]) or ["code"]
        feature["properties"][random.choice(names)] = random.choice((*ODD_CELLS, *ODD_VALUES))
    elif manner == "drop":
        feature["properties"].pop(random.choice(list(feature["properties"])), None)
    elif manner == "repeat":
        features += [feature] * random.choice((1, 5))
    elif manner == "crs":
        names = ("EPSG:2154", "urn:ogc:def:crs:EPSG::3857", "EPSG:0", "x", "EPSG:4978", "OGC:CRS84")
        layer["crs"] = {"type": "name", "properties": {"name": random.choice(names)}}
    elif manner == "all":
        odd, name = random.choice((*ODD_CELLS, *ODD_VALUES)), random.choice(list(features[0]))
        for each in features:
            each[name] = odd
    elif manner == "features":
        layer["features"] = random.choice(ODD_VALUES)
    else:
        layer[random.choice(list(layer))] = random.choice(ODD_VALUES)
    return json.dumps(layer).encode("utf-8", errors="surrogatepass")


ODD_VALUES: tuple[object, ...] = (
    None, True, 0, -1, 1.5, 1e308, float("nan"), float("inf"), [], {}, [[]], {"a": {"b": [1]}},
    10**30, "\ud800", [1, "a", None],
)  # fmt: skip
ODD_SHAPES: tuple[object, ...] = (
    None,
    {},
    {"type": "Polygon", "coordinates": []},
    {"type": "Polygon", "coordinates": [[]]},
    {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
    {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]},
    {"type": "Polygon", "coordinates": [[[5, 45], [5, 45], [5, 45], [5, 45]]]},
    {"type": "Polygon", "coordinates": [[[1e308, 0], [1, 1], [0, -1e308], [1e308, 0]]]},
    {"type": "Polygon", "coordinates": [[[float("nan"), 0], [1, 1], [0, 1], [0, 0]]]},
    {"type": "Polygon", "coordinates": [[["a", "b"], [1, 1], [0, 1], [0, 0]]]},
    {"type": "Polygon", "coordinates": [[[7e5, 66e5], [7e5, 67e5], [8e5, 66e5], [7e5, 66e5]]]},
    {"type": "MultiPolygon", "coordinates": [[[[0, 0], [0, 1], [1, 1], [0, 0]]]]},
    {"type": "Point", "coordinates": [2, 48]},
    {"type": "Point", "coordinates": []},
    {"type": "LineString", "coordinates": [[2, 48], [3, 49]]},
    {"type": "GeometryCollection", "geometries": []},
    {"type": "Zigzag", "coordinates": [1]},
    {"type": "Polygon", "coordinates": [[[-180, -90], [180, -90], [180, 90], [-180, -90]]]},
)  # fmt: skip

BYTES: tuple[Mutation, ...] = (truncate, flip, insert, remove_slice, repeat_slice, replace_whole)
TEXTS: tuple[Mutation, ...] = (
    recode, end_lines, swap_separators, change_columns, change_lines, change_cells, change_cells,
    change_cells, swap_cells, quote, swell,
)  # fmt: skip
ARCHIVES: tuple[Mutation, ...] = (change_members, change_sheets, change_sheets, in_an_archive)
LAYERS: tuple[Mutation, ...] = (change_features, change_features, change_features, recode)


def spoiled(random: Random, data: bytes, suffix: str) -> bytes:
    """A file spoiled once, or several times over."""
    ways = {".xlsx": ARCHIVES, ".geojson": LAYERS, ".gpkg": ()}.get(suffix.lower(), TEXTS)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        chosen: Mutation = random.choice(ways if ways and random.random() < 0.75 else BYTES)
        try:
            data = chosen(random, data)
        except Exception:
            continue  # what the last mutation left has nothing more to spoil that way
        if not data:
            return data
    return data

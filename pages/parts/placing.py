"""Names beside the dots of a chart, without one over another. Pure: pixels in, places out."""

from __future__ import annotations

from collections.abc import Sequence

Box = tuple[float, float, float, float]
_HEIGHT = 17.0
_LETTER = 7.1
_AWAY = 8.0


def text_width(text: str) -> float:
    """Width of a name in pixels, at the size of the charts; on the safe side."""
    return _LETTER * len(text) + 4


def shortened(text: str, most: int = 30) -> str:
    """A name that fits beside a dot: cut at a word, with « … »."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    kept = cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut
    return kept.rstrip(" ,;:-’'") + "…"


def places(
    points: Sequence[tuple[float, float]],
    labels: Sequence[str],
    order: Sequence[int],
    size: tuple[float, float],
) -> list[str]:
    """Where the name of each dot goes (Plotly's ``textposition``), empty when there is no room.

    ``points`` are in pixels, origin at the lower left of a plot of ``size``; ``order`` says which
    names matter most. No name covers another, a dot, or the edge.
    """
    dots = [_around(x, y, 5.0, 5.0) for x, y in points]
    taken: list[Box] = []
    found = [""] * len(points)
    for one in order:
        for position, box in _offers(points[one], labels[one]):
            inside = box[0] >= 0 and box[2] <= size[0] and box[1] >= 0 and box[3] <= size[1]
            free = not any(_meet(box, other) for other in taken)
            clear = not any(_meet(box, dot) for rank, dot in enumerate(dots) if rank != one)
            if inside and free and clear:
                found[one] = position
                taken.append(box)
                break
    return found


def spread(heights: Sequence[float], least: float) -> list[float]:
    """Heights of names in a column, moved apart until ``least`` pixels part them, order kept."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    groups: list[list[int]] = []
    centres: list[float] = []
    for one in order:
        groups.append([one])
        centres.append(heights[one])
        while len(groups) > 1 and _top(groups[-2], centres[-2], least) > (
            _bottom(groups[-1], centres[-1], least) - least
        ):
            merged = groups[-2] + groups[-1]
            centres[-2:] = [sum(heights[i] for i in merged) / len(merged)]
            groups[-2:] = [merged]
    found = [0.0] * len(heights)
    for group, centre in zip(groups, centres, strict=True):
        for rank, one in enumerate(group):
            found[one] = centre + (rank - (len(group) - 1) / 2) * least
    return found


def _top(group: Sequence[int], centre: float, least: float) -> float:
    return centre + (len(group) - 1) / 2 * least


def _bottom(group: Sequence[int], centre: float, least: float) -> float:
    return centre - (len(group) - 1) / 2 * least


def _offers(point: tuple[float, float], label: str) -> list[tuple[str, Box]]:
    x, y = point
    wide, high = text_width(label), _HEIGHT
    middle = (y - high / 2, y + high / 2)
    return [
        ("middle right", (x + _AWAY, middle[0], x + _AWAY + wide, middle[1])),
        ("middle left", (x - _AWAY - wide, middle[0], x - _AWAY, middle[1])),
        ("top center", (x - wide / 2, y + _AWAY, x + wide / 2, y + _AWAY + high)),
        ("bottom center", (x - wide / 2, y - _AWAY - high, x + wide / 2, y - _AWAY)),
    ]


def _around(x: float, y: float, half_wide: float, half_high: float) -> Box:
    return (x - half_wide, y - half_high, x + half_wide, y + half_high)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]

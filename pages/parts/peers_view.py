"""The CPTS that look like the reader's: who they are, why, and how one indicator does there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.analysis.compare import Kind, compare, medians
from cpts_data.analysis.neighbours import METHOD, Characteristic, Neighbours, nearest
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS, Indicator
from cpts_data.reading import side_by_side, verdicts
from cpts_data.reading.comparisons import Row
from cpts_data.territories import Level, Territory
from pages.parts import blocks, cards, figure_marks, frame, plots, present, selection
from pages.parts.frame import Frame

_RURAL = Characteristic("part_rurale", "Part de la population en commune rurale", "%", 0)
_LIKENESS = ("part_75_ans_et_plus", "densite_population", "taux_pauvrete", "fdep")
_RATIOS = ("densite_population",)
_RURAL_FROM = {3: 3, 7: 5}


def characteristics() -> list[Characteristic]:
    """What makes two territories alike: ages, density, poverty, deprivation, rural share."""
    entries = [INDICATORS[name] for name in _LIKENESS]
    told = [
        Characteristic(one.id, one.label, one.unit, one.digits, logarithm=one.id in _RATIOS)
        for one in entries
    ]
    return [*told, _RURAL]


def likeness(diagnostic: Diagnostic, own: Territory) -> pd.DataFrame:
    """The characteristics of every CPTS, one column each, then of a territory that is composed.

    Missing where the space has none.
    """
    table = _likeness(diagnostic, Level.CPTS)
    if own.level is Level.CPTS:
        return table
    return pd.concat([table, _likeness(diagnostic, own.level).loc[[own.id]]])


def _likeness(diagnostic: Diagnostic, level: Level) -> pd.DataFrame:
    ids = diagnostic.territories(level).table.index
    columns = {}
    for name in _LIKENESS:
        rows = diagnostic.values([name], level).set_index("territory")
        known = [verdicts.own_figure(row) for _, row in rows.iterrows()]
        columns[name] = rows["value"].astype(float).where(known).reindex(ids)
    columns[_RURAL.id] = rural_share(diagnostic, level).reindex(ids)
    return pd.DataFrame(columns, index=pd.Index([str(one) for one in ids], dtype="str"))


def rural_share(diagnostic: Diagnostic, level: Level = Level.CPTS) -> pd.Series:
    """Share (%) of each territory's residents in rural communes, by the density grid of Insee."""
    ids = diagnostic.territories(level).table.index
    if not diagnostic.space.has("grille_densite"):
        return pd.Series(np.nan, index=ids)
    grid = diagnostic.space.table("grille_densite")
    grid = grid[grid["niveaux"].isin(list(_RURAL_FROM))]
    if grid.empty:
        return pd.Series(np.nan, index=ids)
    finest = int(grid["niveaux"].max())
    grid = grid[grid["niveaux"].eq(finest)].drop_duplicates("code", keep="last").set_index("code")
    pairs = diagnostic.membership_pairs(level)
    people = pairs["unit"].map(diagnostic.unit_population()).astype(float) * pairs["weight"]
    degree = pairs["unit"].map(grid["densite"]).astype(float)
    rural = people.where(degree >= _RURAL_FROM[finest], 0.0).where(degree.notna())
    by_cpts = pairs["territory"]
    # One commune without a degree leaves the share unknown: no silent skip.
    known = degree.notna().groupby(by_cpts).all()
    share = rural.groupby(by_cpts).sum() / people.groupby(by_cpts).sum() * 100
    return share.where(known).reindex(ids)


def show(page: Frame, own: Territory) -> None:
    """The comparable CPTS, the explanation, then one indicator among them."""
    table = likeness(page.diagnostic, own)
    asked = characteristics()
    if len(table) < 3 or table.loc[own.id].notna().sum() == 0:
        blocks.nothing_here(
            "Il faut au moins trois CPTS, et une caractéristique connue de votre territoire.",
            "Ajoutez des données de population : âges, densité, pauvreté, défavorisation.",
        )
        return
    left, right = st.columns([1, 2])
    with left:
        sizes = [size for size in (3, 5, 10) if size < len(table)]
        options = {str(size): f"Les {size} plus proches" for size in sizes}
        usual = "5" if "5" in options else next(iter(options))
        number = int(frame.choose("Nombre", options, "nombre", default=usual))
    found = nearest(table, asked, own.id, k=len(table))
    with right:
        peers = _choose_peers(page, own, found, number)
    chosen = [one for one in found.ids if one in peers]
    chosen += [one for one in peers if one not in chosen]
    _explain(found, asked)
    if not chosen:
        blocks.note("Choisissez au moins une CPTS comparable.")
        return
    names = _names(page) | {own.id: french.typography(own.label)}
    blocks.section(f"{french.count_of(len(chosen), 'CPTS comparable', 'CPTS comparables')}")
    _table(found, Told(table, _rows(page.diagnostic, own)), own, chosen, names)
    st.html(_sources(page.diagnostic, found, own, chosen))
    _among(page, own, chosen)


def _names(page: Frame) -> dict[str, str]:
    territories = page.diagnostic.territories(Level.CPTS)
    return {
        str(name): french.typography(territories.territory(str(name)).label)
        for name in territories.table.index
    }


def _choose_peers(page: Frame, own: Territory, found: Neighbours, number: int) -> list[str]:
    names = _names(page)
    others = {name: label for name, label in names.items() if name != own.id}
    return frame.choose_several(
        "CPTS comparables (modifiables)",
        frame.unique_labels(others),
        "pairs",
        default=found.ids[:number],
        help_text="La liste proposée se corrige à la main : retirez, ajoutez. L’adresse la garde.",
    )


def _explain(found: Neighbours, asked: Sequence[Characteristic]) -> None:
    used = {one.id for one in found.used}
    kept = [one.label[0].lower() + one.label[1:] for one in asked if one.id in used]
    absent = [one.label[0].lower() + one.label[1:] for one in asked if one.id not in used]
    blocks.lead(f"Caractéristiques prises en compte : {french.enumeration(kept)}.")
    if absent:
        blocks.note(
            f"Sans effet ici : {', '.join(absent)} (donnée absente, sous secret statistique, ou la "
            "même partout)."
        )
    with st.expander("Comment les territoires comparables sont choisis"):
        blocks.note(METHOD)
        blocks.note(
            "La densité compte par son logarithme. Chaque caractéristique a le même poids. Deux "
            "CPTS qui n'ont pas en commun les deux tiers des caractéristiques ne sont pas "
            "comparées."
        )


@dataclass(frozen=True)
class Told:
    """The characteristics of every territory, and the ``Values`` rows of those that are figures."""

    table: pd.DataFrame
    rows: Mapping[tuple[str, str], Row]


def _rows(diagnostic: Diagnostic, own: Territory) -> dict[tuple[str, str], Row]:
    """The ``Values`` row of each characteristic of the catalogue, by territory and indicator."""
    found: dict[tuple[str, str], Row] = {}
    for level in dict.fromkeys((Level.CPTS, own.level)):
        for row in diagnostic.values(_LIKENESS, level).to_dict("records"):
            found[str(row["territory"]), str(row["indicator"])] = row
    return found


def _sources(
    diagnostic: Diagnostic, found: Neighbours, own: Territory, chosen: Sequence[str]
) -> str:
    used = {one.id for one in found.used}
    rows = _rows(diagnostic, own)
    told = [
        str(row["sources"])
        for (territory, name), row in rows.items()
        if name in used and territory in (own.id, *chosen)
    ]
    credit = [diagnostic.credits(one) for one in dict.fromkeys(told)]
    if _RURAL.id in used:
        credit.append(diagnostic.credits("grille_densite"))
    return f'<p class="cpts-source">{cards.source_line(credit)}</p>'


def _table(
    found: Neighbours,
    told: Told,
    own: Territory,
    chosen: Sequence[str],
    names: dict[str, str],
) -> None:
    """The explanation: every characteristic of every peer, and what parts them most."""
    head = "".join(
        f'<th scope="col">{escape(french.typography(_short(one)))} '
        f"<small>({escape(one.unit)})</small></th>"
        for one in found.used
    )
    table = told.table
    rows = [_line(names[own.id], own.id, told, found, "votre territoire", "", own=True)]
    exported = [{"territoire": names[own.id], **table.loc[own.id].to_dict()}]
    for name in chosen:
        near = found.table.loc[name] if name in found.table.index else None
        place = "hors classement" if near is None else f"{int(near['place'])}ᵉ"
        place = "1ʳᵉ" if place == "1ᵉ" else place
        distance = "" if near is None else french.number(float(near["distance"]), 2)
        rows.append(_line(names[name], name, told, found, place, distance))
        exported.append({"territoire": names[name], "place": place, **table.loc[name].to_dict()})
    st.html(
        '<div class="cpts-table-wrap" tabindex="0" role="region" aria-label="CPTS comparables">'
        '<table class="cpts-table"><thead><tr><th scope="col">CPTS</th>'
        '<th scope="col">Proximité</th>'
        f'<th scope="col">Distance</th>{head}<th scope="col">Ce qui les sépare le plus</th></tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table></div>"
    )
    present.download(pd.DataFrame(exported), "territoires_comparables.csv")


def _line(
    name: str,
    territory: str,
    told: Told,
    found: Neighbours,
    place: str,
    distance: str,
    *,
    own: bool = False,
) -> str:
    cells = "".join(
        f"<td{' class=cpts-own' if own else ''}>{_cell(told, territory, one)}</td>"
        for one in found.used
    )
    parted = "" if own else territory
    return (
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(place)}</td>'
        f'<td class="cpts-distance">{distance}</td>'
        f'{cells}<td class="cpts-distance">{escape(_widest(found, parted))}</td></tr>'
    )


def _cell(told: Told, territory: str, one: Characteristic) -> str:
    words = escape(french.number(float(told.table.loc[territory, one.id]), one.digits))
    row = told.rows.get((territory, one.id))
    known = row is not None and verdicts.own_figure(pd.Series(row))
    return figure_marks.figure(row, words) if row is not None and known else words


def _widest(found: Neighbours, name: str) -> str:
    """The characteristic that makes most of the distance."""
    rows = found.explanation[found.explanation["neighbour"].eq(name)]
    rows = rows[rows["contribution"].gt(0)]
    if rows.empty:
        return ""
    row = rows.loc[rows["contribution"].idxmax()]
    told = _short(next(one for one in found.used if one.id == row["characteristic"]))
    return f"{told} ({french.percent(float(row['contribution']), 0)} de la distance)"


def _short(one: Characteristic) -> str:
    return INDICATORS[one.id].short_label if one.id in INDICATORS else "Population rurale"


def _among(page: Frame, own: Territory, chosen: Sequence[str]) -> None:
    """One indicator for the reader's CPTS and its peers, beside the median of the peers."""
    blocks.section("Un indicateur parmi elles")
    indicator = selection.choose_indicator()
    rows = among(page.diagnostic, own, chosen, indicator)
    names = _names(page) | {own.id: french.typography(own.label)}
    rows = rows.assign(label=[names[str(name)] for name in rows["territory"]])
    drawn = rows[rows.apply(verdicts.own_figure, axis=1)].sort_values("value", ascending=False)
    if drawn.empty:
        present.nothing_known(indicator, rows)
        return
    present.lead(rows, own.id, indicator)
    middle = rows["reference_value"].dropna()
    marks = [("Médiane des comparables", float(middle.iloc[0]))] if len(middle) else []
    figure = plots.dots(drawn, indicator, french.typography(own.label), marks, row_height=42)
    present.chart(figure, "voisins", f"{indicator.label} parmi les CPTS comparables.")
    shown = present.figures(rows, indicator)
    present.table(shown, rows, f"comparables_{indicator.id}")
    present.source(page, indicator, str(rows["period"].iloc[0]))


def among(
    diagnostic: Diagnostic, own: Territory, chosen: Sequence[str], indicator: Indicator
) -> pd.DataFrame:
    """The reader's CPTS and its peers, each beside the median of the peers."""
    names = [own.id, *chosen]
    beside = [diagnostic.territory(Level.CPTS, name) for name in chosen]
    values = side_by_side.values_of(diagnostic, [indicator.id], [own, *beside])
    peers = values[values["territory"].isin(list(chosen))]
    middle = medians(
        peers,
        {name: list(chosen) for name in names},
        Kind.NEIGHBOURS,
        "médiane des territoires comparables",
    )
    return compare(values, [middle], peers=peers)

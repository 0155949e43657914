"""« Accueil » for the ARS: where the CPTS stand, what is due in their contracts, over the years.

What CPTS declared on the page « ACI » stands beside the official list, said to be declared; it
never replaces it. Saved contracts are read once a run, and their absence stops nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.aci.calendar import NEAR_DAYS, Alert
from cpts_data.aci.contract import Contract, from_json
from cpts_data.aci.entries import EntryError
from cpts_data.aci.overview import SIGNED, by_size, by_stage, ended, undated
from cpts_data.aci.stages import UNKNOWN, Stage, stages_of
from cpts_data.drawing import palettes
from cpts_data.reading.contracts import due, with_declared
from cpts_data.records import Kind, RecordsError
from cpts_data.reference.aci_tables import aci_tables
from cpts_data.sources.cpts_liste import STAGES
from cpts_data.spreadsheets import as_csv
from pages.parts import aci_state, blocks, frame, saved_session, store
from pages.parts.frame import Frame

_HORIZONS = {"60": "60 jours", "180": "180 jours"}
_SHOWN = 8
_ALERTS = {Alert.LATE.value: "dépassée", Alert.NEAR.value: "proche", Alert.TO_COME.value: "à venir"}


@dataclass(frozen=True)
class Contracts:
    """The CPTS of the space, and what was declared of them; ``trouble`` why that is not known."""

    table: pd.DataFrame
    declared: Mapping[str, Contract]
    trouble: str = ""


def declared_stages(page: Frame) -> dict[str, str]:
    """The stages that CPTS declared and that the list does not say, in words, by CPTS."""
    known = read(page)
    if known is None:
        return {}
    told = known.table[known.table["declared"] != ""]
    return {str(row["cpts_id"]): STAGES[row["declared"]] for row in told.to_dict("records")}


def read(page: Frame) -> Contracts | None:
    """The list of CPTS with what they declared; None without any CPTS."""
    table = store.contracts_table(page.diagnostic)
    if table.empty:
        return None
    declared, trouble = _declared(page)
    return Contracts(with_declared(table, declared), declared, trouble)


def _declared(page: Frame) -> tuple[dict[str, Contract], str]:
    """The saved contract of each CPTS that this session may find: the latest one."""
    try:
        found = saved_session.find_quietly(Kind.CONTRACT, page.space_id)
    except RecordsError as error:
        return {}, str(error)
    contracts: dict[str, Contract] = {}
    for work in found:
        try:
            contracts.setdefault(work.territory, from_json(work.content))
        except EntryError:
            continue
    return contracts, ""


def show(page: Frame) -> None:
    """The sections for the ARS; nothing without any CPTS."""
    known = read(page)
    if known is None:
        return
    stages = stages_of(aci_tables())
    _stages(page, known, stages)
    _deadlines(page, known)


# Where they stand


def _stages(page: Frame, known: Contracts, stages: Sequence[Stage]) -> None:
    table, told = known.table, by_stage(known.table, stages)
    blocks.section("Où en sont les CPTS")
    silent = int(told.loc[told["stage"] == UNKNOWN, "count"].iloc[0])
    if silent == len(table):
        blocks.note(
            "La liste reçue ne dit le stade d'aucune CPTS. Ajoutez une liste qui le dit (colonnes "
            "« statut », « date_statut », « date_signature ») dans la page « Données »."
        )
    else:
        st.html(_bars(told, len(table)))
    _declared_words(known)
    with st.expander("Par taille et par stade"):
        st.html(_sizes(by_size(table, stages), stages))
        blocks.note(
            "Une CPTS dont la taille n'est pas sûre (population à moins de 2 % d'une borne, "
            "commune partagée) a sa propre ligne : elle n'est comptée dans aucune taille qu'elle "
            "n'a peut-être pas.",
            about="population",
        )


def _bars(told: pd.DataFrame, everyone: int) -> str:
    """One line per stage: its colour on the map, how many CPTS, how many inhabitants."""
    most = max(int(told["count"].max()), 1)
    rows = []
    for row in told.to_dict("records"):
        count = int(row["count"])
        if row["stage"] == UNKNOWN and not count:
            continue
        colour = palettes.STAGES.get(str(row["stage"]), "#c4ccd4")
        words = french.count_of(count, "CPTS", "CPTS")
        if count and row["population"] > 0:
            words += f", {french.count_of(float(row['population']), 'habitant')}"
        if row["without_population"]:
            words += f" (population inconnue pour {row['without_population']})"
        bar = f'<i style="width:{45 * count / most:.1f}%;background:{colour}"></i>' if count else ""
        rows.append(
            f'<tr><th scope="row">{escape(french.typography(str(row["label"])))}</th>'
            f'<td><div class="cpts-bar">{bar}<span>{escape(words)}</span></div></td></tr>'
        )
    note = (
        f"{everyone} CPTS. Un habitant d'une commune que deux CPTS partagent est compté dans "
        "chacune."
    )
    return (
        '<table class="cpts-bars" data-indicateur="population">'
        f"<tbody>{''.join(rows)}</tbody></table>"
        f'<p class="cpts-note">{escape(french.typography(note))}</p>'
    )


def _declared_words(known: Contracts) -> None:
    """Stages declared on the page « ACI » that the list does not say."""
    if known.trouble:
        blocks.note(f"Stades déclarés non lus : {known.trouble}")
    told = known.table[known.table["declared"] != ""]
    if told.empty:
        return
    lines = [
        f"{row['name']} : « {STAGES[row['declared']]} » déclaré, "
        f"« {STAGES[row['statut']]} » dans la liste"
        for row in told.to_dict("records")
    ]
    blocks.note("Déclaré dans la page « ACI », à côté de la liste : " + " ; ".join(lines) + ".")


def _sizes(told: pd.DataFrame, stages: Sequence[Stage]) -> str:
    codes = [*(stage.code for stage in stages), UNKNOWN]
    codes = [code for code in codes if told[code].any()]
    heads = [STAGES[code] for code in codes]
    head = "".join(
        f'<th scope="col">{escape(french.typography(one))}</th>' for one in ("", *heads, "Ensemble")
    )
    rows = []
    for row in told.to_dict("records"):
        label = str(row["label"])
        cells = "".join(
            f'<td data-label="{escape(one)}"><span>{row[code] or "–"}</span></td>'
            for code, one in zip(codes, heads, strict=True)
        )
        rows.append(
            f'<tr><th scope="row">{escape(label[:1].upper() + label[1:])}</th>{cells}'
            f'<td data-label="Ensemble"><span>{row["total"]}</span></td></tr>'
        )
    return (
        '<div class="cpts-table-wrap"><table class="cpts-table cpts-stack">'
        f"<caption>Nombre de CPTS</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


# What is due


@st.fragment
def _deadlines(page: Frame, known: Contracts) -> None:
    blocks.section("Échéances des contrats")
    today = aci_state.today()
    signed = known.table[(known.table["statut"] == SIGNED) | known.table["entered"]]
    if signed.empty:
        blocks.note("Aucun contrat signé dans la liste reçue.")
        return
    horizon = frame.choose("Dans les", _HORIZONS, "echeances", horizontal=True)
    table, faults = due(known.table, aci_tables(), today, int(horizon), known.declared)
    ahead = table[table["days"] >= 0]
    followed, untold = (
        table[(table["days"] < 0) & (table["followed"] == told)] for told in (True, False)
    )
    over = ended(signed.assign(statut=SIGNED), today)
    blocks.lead(_sentence(signed, over, ahead, followed, untold, _HORIZONS[horizon]))
    for fault in faults:
        st.warning(blocks.plain(str(fault)))
    left, right = st.columns(2, gap="large")
    with left:
        st.html(_list("À venir", ahead, "next", "Aucune échéance dans ce délai."))
    with right:
        if len(followed):
            st.html(_list("Dépassé, dans les contrats suivis", followed, "late", ""))
        if len(untold):
            st.html(_untold(untold))
    _over(over)
    _whole(page, table)


def _sentence(
    signed: pd.DataFrame,
    over: pd.DataFrame,
    ahead: pd.DataFrame,
    followed: pd.DataFrame,
    untold: pd.DataFrame,
    horizon: str,
) -> str:
    without_date = len(undated(signed.assign(statut=SIGNED)))
    running = len(signed) - len(over) - without_date
    told = [french.count_of(running, "contrat en cours", "contrats en cours")]
    if len(over):
        told.append(french.count_of(len(over), "arrivé à son terme", "arrivés à leur terme"))
    if without_date:
        told.append(french.count_of(without_date, "sans date de signature"))
    first = french.enumeration(told) + "."
    many = french.count_of(len(ahead), "échéance", "échéances")
    second = f" {many} dans les {horizon}." if len(ahead) else ""
    late = len(followed)
    third = f" {french.count_of(late, 'échéance dépassée', 'échéances dépassées')}." if late else ""
    fourth = ""
    if len(untold):
        words = french.count_of(len(untold), "échéance passée", "échéances passées")
        fourth = f" {words}, dont personne n'a noté ici la réalisation."
    return f"{first}{second}{third}{fourth}"


_MARKS = {"late": "!", "next": "→", "untold": "?"}


def _list(title: str, table: pd.DataFrame, tone: str, nothing: str) -> str:
    items = []
    for row in table.head(_SHOWN).to_dict("records"):
        days = french.count_of(abs(int(row["days"])), "jour")
        when = f"dans {days}" if row["days"] > 0 else "aujourd'hui"
        when = f"depuis {days}" if row["days"] < 0 else when
        text = f"{row['name']} : {row['label']}, {french.date(row['due'])}, {when}"
        items.append(_item(text, tone))
    more = len(table) - _SHOWN
    if more > 0:
        items.append(_item(f"Et {french.count_of(more, 'autre')}, dans le tableau.", tone))
    if not items:
        return f'<div class="cpts-due"><h3>{title}</h3><p class="cpts-note">{nothing}</p></div>'
    return f'<div class="cpts-due"><h3>{escape(title)}</h3><ul>{"".join(items)}</ul></div>'


def _item(text: str, tone: str) -> str:
    return (
        f'<li class="cpts-due-{tone}"><b aria-hidden="true">{_MARKS[tone]}</b>'
        f"<span>{escape(french.typography(text))}</span></li>"
    )


def _untold(table: pd.DataFrame) -> str:
    """Deadlines that passed where nobody told what was done: counted by CPTS, never « late »."""
    counts = table.groupby("name", sort=False)["due"].agg(["size", "max"])
    items = [
        _item(
            f"{name} : "
            f"{french.count_of(int(row['size']), 'échéance passée', 'échéances passées')}, "
            f"la dernière le {french.date(row['max'])}",
            "untold",
        )
        for name, row in counts.head(_SHOWN).iterrows()
    ]
    if len(counts) > _SHOWN:
        items.append(_item(f"Et {len(counts) - _SHOWN} autres CPTS, dans le tableau.", "untold"))
    note = (
        "Passé ne veut pas dire en retard : la page « ACI » de chaque CPTS permet de noter ce qui "
        "est fait."
    )
    return (
        f'<div class="cpts-due"><h3>Passé, non renseigné</h3><ul>{"".join(items)}</ul>'
        f'<p class="cpts-note">{escape(french.typography(note))}</p></div>'
    )


def _over(over: pd.DataFrame) -> None:
    if over.empty:
        return
    told = [f"{row['name']} ({french.date(row['term'])})" for row in over.to_dict("records")]
    blocks.note(
        f"Cinq ans écoulés, suite non renseignée : {french.enumeration(told)}. Leurs échéances ne "
        "sont plus comptées."
    )


def _whole(page: Frame, table: pd.DataFrame) -> None:
    if table.empty:
        return
    shown = pd.DataFrame(
        {
            "CPTS": table["name"],
            "Échéance": table["label"],
            "Au plus tard": pd.to_datetime(table["due"]),
            "Jours": table["days"],
            "État": [_state(row) for row in table.to_dict("records")],
        }
    )
    with st.expander(f"Toutes ces échéances ({len(table)}), en tableau"):
        st.dataframe(
            shown,
            hide_index=True,
            width="stretch",
            column_config={"Au plus tard": st.column_config.DateColumn(format="DD/MM/YYYY")},
        )
        export = shown.assign(**{"Au plus tard": [day.isoformat() for day in table["due"]]})
        blocks.download("Échéances (CSV)", as_csv(export), "echeances_cpts.csv", "text/csv")
        frame.link("pages/aci.py", "Ouvrir la page « ACI » de la CPTS choisie")
    blocks.note(
        f"« Proche » : dans les {NEAR_DAYS} jours. Missions et délais de la version de l'accord en "
        "vigueur à la signature ; un dialogue de gestion par an est placé à l'anniversaire, date "
        "indicative."
    )


def _state(row: Mapping[object, object]) -> str:
    if row["alert"] == Alert.LATE.value and not row["followed"]:
        return "passée, non renseignée"
    return _ALERTS[str(row["alert"])]

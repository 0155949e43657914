"""The page « Annuaire »: one list at a time, with its filters, its map and its download."""

from __future__ import annotations

import datetime as dt
from html import escape

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.diagnostic import Diagnostic
from cpts_data.layouts.labels import plain
from cpts_data.layouts.templates import template_csv, template_workbook
from cpts_data.reading import directory
from cpts_data.reading.directory import ALL, Directory
from cpts_data.territories import Territory
from pages.parts import blocks, directory_map, frame, present, store
from pages.parts.data_views import today
from pages.parts.frame import Frame

RESOURCES, STRUCTURES, PEOPLE = "ressources", "etablissements", "professionnels"
LISTS = {
    RESOURCES: "Ressources de la CPTS",
    STRUCTURES: "Établissements",
    PEOPLE: "Professionnels",
}
_SOURCES = {RESOURCES: "ressources_locales", STRUCTURES: "finess", PEOPLE: "rpps"}
_EVERYTHING, _EVERYWHERE = "tous", "toutes"
_MOST_CARDS = 60
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ADD = {
    STRUCTURES: "Ajoutez l'extraction FINESS des établissements sur la page « Données ».",
    PEOPLE: "Ajoutez l'extraction de l'Annuaire santé (RPPS) sur la page « Données ».",
    RESOURCES: "Remplissez le modèle ci-dessous (une ligne par structure, jamais une personne), "
    "puis déposez-le sur la page « Données ».",
}
_MISSING = {
    STRUCTURES: "Cet espace ne contient pas le répertoire des établissements (FINESS).",
    PEOPLE: "Cet espace ne contient pas l'annuaire des professionnels (RPPS).",
    RESOURCES: "Cet espace ne contient aucune ressource locale.",
}


@st.fragment
def show(page: Frame, cpts: Territory) -> None:
    """Choices, then the chosen list."""
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with right:
        where = {"cpts": "Ce territoire", _EVERYWHERE: "Toutes les CPTS de l’espace"}
        everywhere = frame.choose("Périmètre", where, "perimetre") == _EVERYWHERE
    own = None if everywhere else cpts
    found = store.directory_of(page.diagnostic, own)
    with left:
        first = next((one for one, name in _SOURCES.items() if name in found.has), RESOURCES)
        listed = frame.choose(
            "Liste", LISTS, "liste", default=first, horizontal=True, clears=("type",)
        )
    _figures(found, own)
    if _SOURCES[listed] not in found.has:
        blocks.nothing_here(_MISSING[listed], _ADD[listed])
        if listed == RESOURCES:
            _templates()
        else:
            frame.link("pages/donnees.py", "Ouvrir la page Données")
        return
    views = {RESOURCES: _resources, STRUCTURES: _structures, PEOPLE: _people}
    views[listed](page, own, found)
    blocks.note(f"Source : {_credit(page.diagnostic, _SOURCES[listed])}.")


def _credit(diagnostic: Diagnostic, source: str) -> str:
    return diagnostic.credits(f"{source} ({diagnostic.vintage_text(source)})")


def _figures(found: Directory, own: Territory | None) -> None:
    told = []
    if "ressources_locales" in found.has:
        late = int(directory.outdated(found.resources, today()).sum())
        told.append((french.number(len(found.resources)), "ressources locales"))
        noun = "fiche à revoir" if late < 2 else "fiches à revoir"
        told.append((french.number(late), f"{noun}, date dépassée"))
    if "finess" in found.has:
        told.append((french.number(len(found.structures)), "établissements (FINESS)"))
    if "rpps" in found.has:
        doctors = _count(found, "medecin", "medecine_generale")
        told.append((french.number(doctors), "médecins généralistes libéraux"))
        told.append((french.number(_count(found, "infirmier")), "infirmiers libéraux"))
    if told:
        blocks.figures(told)
    if own is None:
        blocks.note("Ce qui sert plusieurs CPTS est compté une seule fois.")


def _count(found: Directory, profession: str, discipline: str = ALL) -> float:
    rows = found.professionals
    chosen = rows["profession"].eq(profession) & rows["discipline"].eq(discipline)
    return float(rows.loc[chosen, "liberaux"].sum())


def _filters(table: pd.DataFrame, found: Directory, label: str) -> pd.DataFrame:
    """The rows that the reader asks: type, commune, words."""
    first, second, third = st.columns(3)
    with first:
        kinds = sorted(table["type"].unique(), key=plain)
        options = {_EVERYTHING: "Tous"} | {kind: str(kind) for kind in kinds}
        kind = frame.choose(label, options, "type")
    with second:
        commune = _commune(found)
    with third:
        asked = frame.ask("Chercher un mot", "q", "nom, compétence, adresse…")
    kept = table
    if kind != _EVERYTHING:
        kept = kept[kept["type"].eq(kind)]
    if commune:
        kept = kept[kept["code"].eq(commune)]
    return matching(kept, asked)


def _commune(found: Directory) -> str | None:
    labels = {str(code): f"{name} ({str(code)[:2]})" for code, name in found.communes.items()}
    return frame.search("Commune", frame.unique_labels(labels), "commune", "Toutes les communes")


def matching(table: pd.DataFrame, asked: str) -> pd.DataFrame:
    """The rows where every word asked is found, whatever the accents and capitals."""
    wanted = plain(asked).split()
    if not wanted or table.empty:
        return table
    texts = table.astype(str).agg(" ".join, axis=1).map(plain)
    return table[[all(word in text for word in wanted) for text in texts]]


def _resources(page: Frame, own: Territory | None, found: Directory) -> None:
    kept = _filters(found.resources, found, "Type de ressource")
    late = directory.outdated(kept, today())
    counts = kept[kept["code"].ne("")].groupby("code").size()
    _heading(len(kept), len(found.resources), ("ressource", "ressources"))
    directory_map.counts_map(
        page, own, counts, list(found.communes.index), ("ressource", "ressources"), "Ressources"
    )
    cards = [
        _card(row, outdated=bool(old))
        for (_, row), old in zip(kept.head(_MOST_CARDS).iterrows(), late, strict=False)
    ]
    st.html(f'<div class="cpts-cards">{"".join(cards)}</div>')
    if len(kept) > _MOST_CARDS:
        blocks.note(
            f"Les {_MOST_CARDS} premières fiches sont montrées ; le tableau les donne toutes."
        )
    shown = pd.DataFrame(
        {
            "Nom": kept["nom"],
            "Type": kept["type"],
            "Compétence": kept["competence"],
            "Adresse": kept["adresse"],
            "Commune": kept["commune"],
            "Horaires": kept["horaires"],
            "Contact de la structure": kept["contact"],
            "CPTS": kept["cpts"],
            "À revoir le": kept["valide"],
            "État": ["date dépassée" if old else "" for old in late],
            "Remarque": kept["remarque"],
        }
    )
    present.table(shown, shown, "ressources_locales")
    with st.expander("Ajouter ou corriger des ressources"):
        blocks.note(_ADD[RESOURCES])
        _templates()


def _heading(shown: int, total: int, noun: tuple[str, str]) -> None:
    told = french.count_of(shown, *noun)
    blocks.section(told if shown == total else f"{told} sur {french.number(total)}")


def _card(row: pd.Series, *, outdated: bool) -> str:
    """One resource; every text comes from a file and is escaped."""
    lines = [row["competence"], ", ".join(t for t in (row["adresse"], row["commune"]) if t)]
    lines += [row["horaires"], row["contact"], row["remarque"]]
    body = "".join(f"<div>{escape(str(line))}</div>" for line in lines if line)
    served = ""
    if row["several"]:
        served = f'<div class="cpts-note">Sert {escape(row["cpts"])} : comptée une fois.</div>'
    state = ""
    if row["valide"]:
        day = french.date(dt.date.fromisoformat(row["valide"]))
        words = (
            f"À vérifier : fiche à revoir depuis le {day}"
            if outdated
            else f"Valable jusqu’au {day}"
        )
        mark = (
            f'<b style="color:#8a3b00;font-size:.86rem">⚠ {escape(words)}</b>'
            if outdated
            else escape(words)
        )
        state = f'<div class="cpts-source">{mark}</div>'
    return (
        f'<section class="cpts-card"><div class="cpts-note">{escape(row["type"])}</div>'
        f"<h3>{escape(french.typography(row['nom']))}</h3>"
        f'<div style="font-size:.92rem;line-height:1.45">{body}</div>{served}{state}</section>'
    )


def _templates() -> None:
    left, right = st.columns(2)
    with left:
        content = template_csv("ressources_locales").encode("utf-8")
        blocks.download("Modèle CSV", content, "ressources_locales.csv", "text/csv")
    with right:
        workbook = template_workbook("ressources_locales")
        blocks.download("Modèle Excel", workbook, "ressources_locales.xlsx", _XLSX)


def _structures(page: Frame, own: Territory | None, found: Directory) -> None:
    kept = _filters(found.structures, found, "Type d’établissement")
    _heading(len(kept), len(found.structures), ("établissement", "établissements"))
    counts = kept.groupby("code").size()
    noun = ("établissement", "établissements")
    directory_map.counts_map(page, own, counts, list(found.communes.index), noun, "Établissements")
    shown = pd.DataFrame(
        {
            "Nom": kept["nom"],
            "Type": kept["type"],
            "Commune": kept["commune"],
            "Catégorie du FINESS": kept["precision"],
            "CPTS": kept["cpts"],
        }
    )
    st.dataframe(shown, hide_index=True, width="stretch", height=420)
    several = int(kept["several"].sum())
    if several:
        told = french.count_of(several, "établissement est", "établissements sont")
        blocks.note(f"{told} dans une commune de plusieurs CPTS : chacun est compté une fois.")
    present.download(shown, "etablissements.csv", "Télécharger la liste en CSV")
    frame.link("pages/carte.py", "Voir les points sur la carte complète")


def _people(page: Frame, own: Territory | None, found: Directory) -> None:
    st.info(
        "Aucune personne n’est nommée : l’annuaire compte les professionnels par profession, "
        "discipline et commune."
    )
    table = found.professionals
    labels = {
        f"{profession}:{discipline}": _calling(profession, discipline)
        for profession, discipline in zip(table["profession"], table["discipline"], strict=True)
    }
    labels = dict(sorted(labels.items(), key=lambda item: plain(item[1])))
    if not labels:
        blocks.nothing_here("Aucun professionnel n'est connu dans ces communes.", _ADD[PEOPLE])
        return
    left, right = st.columns(2)
    with left:
        usual = "medecin:medecine_generale"
        chosen = frame.choose("Profession", labels, "type", default=usual)
    with right:
        commune = _commune(found)
    profession, _, discipline = chosen.partition(":")
    rows = found.by_commune
    rows = rows[rows["profession"].eq(profession) & rows["discipline"].eq(discipline)]
    counts = rows.set_index("code")["liberaux"]
    whole = table[table["profession"].eq(profession) & table["discipline"].eq(discipline)].iloc[0]
    blocks.section(
        f"{labels[chosen]} : {french.number(whole['liberaux'])} en libéral, "
        f"{french.number(whole['total'])} en tout"
    )
    directory_map.counts_map(
        page, own, counts, list(found.communes.index), ("en libéral", "en libéral"), labels[chosen]
    )
    one, other = st.columns(2)
    with one:
        blocks.section("Par commune")
        shown = rows[rows["code"].eq(commune)] if commune else rows
        by_commune = _by_commune(shown)
        st.dataframe(by_commune, hide_index=True, width="stretch", height=420)
        present.download(by_commune, f"{profession}_par_commune.csv")
    with other:
        blocks.section("Toutes les professions")
        everyone = _by_profession(table)
        st.dataframe(everyone, hide_index=True, width="stretch", height=420)
        present.download(
            everyone, "professionnels.csv", "Télécharger toutes les professions en CSV"
        )
    blocks.note(
        "Une personne qui exerce dans deux communes compte dans chacune, et une seule fois dans le "
        "territoire : la somme des communes peut dépasser le total. Retraités actifs, remplaçants "
        "et salariés des hôpitaux figurent dans l'annuaire."
    )


def _calling(profession: str, discipline: str) -> str:
    label = directory.profession_label(profession)
    if discipline == ALL:
        return label
    told = directory.DISCIPLINES.get(discipline, discipline)
    return f"{label}, {told[0].lower()}{told[1:]}"


def _by_commune(rows: pd.DataFrame) -> pd.DataFrame:
    ordered = rows.sort_values(["liberaux", "total", "commune"], ascending=[False, False, True])
    return pd.DataFrame(
        {
            "Commune": ordered["commune"],
            "Libéraux": ordered["liberaux"],
            "En tout": ordered["total"],
        }
    )


def _by_profession(table: pd.DataFrame) -> pd.DataFrame:
    names = [
        _calling(profession, discipline)
        for profession, discipline in zip(table["profession"], table["discipline"], strict=True)
    ]
    shown = pd.DataFrame(
        {
            "Profession": names,
            "Libéraux": table["liberaux"].round(),
            "Autres modes": table["autres"].round(),
            "En tout": table["total"].round(),
        }
    )
    return shown.sort_values("Profession", key=lambda column: column.map(plain), ignore_index=True)

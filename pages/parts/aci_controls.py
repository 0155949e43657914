"""What may be tried out of the money of a contract: population, missions, rates; in the address."""

from __future__ import annotations

import streamlit as st

from cpts_data import french
from cpts_data.aci.calendar import TERM_YEARS
from cpts_data.aci.contract import taken_on
from cpts_data.aci.scale import CRISIS, RAISED_RUNNING, UNSCHEDULED, versions_of
from pages.parts import aci_tried, blocks, frame
from pages.parts.aci_state import AciPage
from pages.parts.aci_tried import POPULATION, RATES

_STEP = 1_000


def show(aci: AciPage) -> None:
    """Version, optional missions and population side by side, then the rates."""
    first, second, third = st.columns([3, 4, 3])
    with first:
        frame.choose(
            "Version de l'accord",
            versions_of(aci.tables),
            aci_tried.VERSION,
            default=aci.contract.version,
            help_text="Les totaux par taille de l'accord de 2019 sont publiés ; ceux de l'avenant "
            "2 sont à vérifier dans le texte.",
        )
    with second:
        optional = {code: one.label for code, one in aci.scale.missions.items() if not one.core}
        frame.choose_several(
            "Missions optionnelles",
            optional,
            aci_tried.OPTIONAL,
            default=aci.contract.optional,
            placeholder="Aucune : choisir…",
            help_text="Les missions socles sont toujours comptées.",
        )
    with third:
        _population(aci)
    _rates(aci)
    _less_usual(aci)


def _population(aci: AciPage) -> None:
    known = round(aci.size.people) if aci.size.people > 0 else 0
    key = f"aci_population_{aci.slot}"
    frame.preset(key, round(aci_tried.population() or known))

    def write() -> None:
        told = int(frame.component_state(key) or 0)
        frame.remember(**{POPULATION: str(told) if told and told != known else None})

    st.number_input(
        "Si la population était de",
        min_value=0,
        max_value=aci_tried.MOST_PEOPLE,
        step=_STEP,
        key=key,
        on_change=write,
        help="Ce que changerait une commune de plus ou de moins : la taille, donc les montants.",
    )


def _rates(aci: AciPage) -> None:
    """The rate reached of each variable volet, typed by the user; none is proposed."""
    codes = [
        code for code in taken_on(aci.contract, aci.scale.missions) if _has_variable(aci, code)
    ]
    st.markdown("**Taux d'atteinte des volets variables**, en %")
    columns = st.columns(max(len(codes), 1))
    for code, column in zip(codes, columns, strict=False):
        with column:
            _rate(aci, code)
    blocks.note(
        "Laissez vide ce que vous ne savez pas : le montant va alors de rien à tout le volet. Le "
        "logiciel ne propose aucun taux ; il ressort du dialogue de gestion."
    )


def _has_variable(aci: AciPage, code: str) -> bool:
    return any(key.mission == code and key.volet == "variable" for key, _ in aci.scale.lines)


def _rate(aci: AciPage, code: str) -> None:
    key = f"aci_taux_{code}_{aci.slot}"
    rate = aci.contract.rates.get(code)
    frame.preset(key, None if rate is None else round(100 * rate))

    def write() -> None:
        told = frame.component_state(key)
        rates = {name: one for name, one in aci.contract.rates.items() if name != code}
        if told is not None:
            rates[code] = int(told) / 100
        frame.remember(**{RATES: aci_tried.write_rates(rates)})

    st.number_input(
        aci.scale.missions[code].label,
        value=None,
        min_value=0,
        max_value=100,
        step=5,
        key=key,
        on_change=write,
        placeholder="non saisi",
    )


def _less_usual(aci: AciPage) -> None:
    """Unscheduled care, raised running costs, crises: what not every contract has."""
    st.markdown(f"**{_title(aci)}**")
    left, middle, right = st.columns(3)
    with left:
        if aci.scale.has(UNSCHEDULED):
            _unscheduled(aci)
    with middle:
        if aci.scale.has(RAISED_RUNNING):
            _raised(aci)
    with right:
        if aci.scale.has(CRISIS):
            known = {str(year): f"Année {year}" for year in range(1, TERM_YEARS + 1)}
            frame.choose_several(
                "Années où une crise survient",
                known,
                aci_tried.CRISES,
                default=[str(year) for year in aci.contract.crisis_years],
                placeholder="Aucune",
            )


def _title(aci: AciPage) -> str:
    told = "Soins non programmés"
    told += ", majoration, crises" if aci.scale.has(CRISIS) else ""
    share = aci.contract.unscheduled_share
    if share is not None:
        told += f" (supplément compté à {french.percent(share, 0)})"
    return french.typography(told)


def _unscheduled(aci: AciPage) -> None:
    key = f"aci_snp_{aci.slot}"
    share = aci.contract.unscheduled_share
    frame.preset(key, None if share is None else round(100 * share))

    def write() -> None:
        told = frame.component_state(key)
        frame.remember(
            **{aci_tried.UNSCHEDULED: aci_tried.NONE if told is None else str(int(told))}
        )

    st.number_input(
        "Supplément soins non programmés, en % du maximum",
        value=None,
        min_value=0,
        max_value=100,
        step=10,
        key=key,
        on_change=write,
        placeholder="non compté",
        help="100 : le maximum publié. Vide : le supplément n'est pas compté.",
    )


def _raised(aci: AciPage) -> None:
    key = f"aci_majoration_{aci.slot}"
    frame.preset(key, aci.contract.raised_running)

    def write() -> None:
        on = bool(frame.component_state(key))
        frame.remember(**{aci_tried.RAISED: aci_tried.YES if on else aci_tried.NO})

    st.checkbox(
        "Fonctionnement majoré la première année",
        key=key,
        on_change=write,
        help="Montant de presse, pour les contrats signés avant le 31 décembre 2021 : à vérifier.",
    )

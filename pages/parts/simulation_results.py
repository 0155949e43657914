"""What a scenario does, in sentences, by CPTS, beside the others, and to take away."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.analysis import simulation_sentences as told
from cpts_data.indicators import INDICATORS
from cpts_data.reading.comparisons import Row
from cpts_data.simulation import Effect
from cpts_data.simulation.effects import AROUND, INSIDE, WHOLE
from cpts_data.spreadsheets import as_csv
from pages.parts import blocks
from pages.parts.simulation_setup import Setup
from pages.parts.simulation_state import SLOTS

_SHOWN = 12
_OLDER = "apl_mg_65_ans_ou_moins"


def scenario_line(setup: Setup, effect: Effect) -> str:
    """The scenario in words."""
    scenario, names = effect.scenario, setup.model.names
    moves = [(names[one.unit], one.practitioners, one.people) for one in scenario.changes]
    return told.scenario_words(moves, setup.who, scenario.retire_above, scenario.replaced)


def key_figures(setup: Setup, effect: Effect) -> None:
    """The effect in three or four figures, above the map."""
    indicator, cpts = setup.model.profession.indicator, setup.page.cpts
    row = effect.summary.loc[INSIDE if cpts is not None else WHOLE]
    digits = indicator.digits
    place = cpts.name if cpts is not None else "tout l'espace"
    before, after = (french.number(float(row[when]), digits) for when in ("before", "after"))
    if effect.scenario.empty:
        pairs = [(before, f"APL {setup.model.year} publiée, {place}")]
        if setup.present.has_supply:
            heads = float(setup.present.practitioners.reindex(setup.inside or []).sum())
            if cpts is not None:
                pairs.append(
                    (french.number(heads, 1, fixed=False), f"{setup.who.many} en exercice")
                )
        if setup.model.parameters.threshold is not None:
            pairs.append((french.number(float(row["people_under_before"])), _under(setup)))
        blocks.figures(pairs, _published(setup))
        return
    gap = french.signed(float(row["gap"]), digits)
    whole = effect.summary.loc[WHOLE]
    pairs = [(f"{before} → {after}", f"APL, {place} ({gap})")]
    if setup.model.parameters.threshold is not None:
        moved = float(whole["people_lifted"] - whole["people_lowered"])
        mark = french.number(setup.model.parameters.threshold, 1)
        pairs.append((french.signed(moved), f"habitants au-dessus de {mark} (solde)"))
    pairs.append((french.number(float(whole["people_better"])), "habitants y gagnent"))
    pairs.append((french.number(float(whole["people_worse"])), "habitants y perdent"))
    blocks.figures(pairs)


def _published(setup: Setup) -> dict[int, Row]:
    """The catalogue's row of the published figure, when it is that of the reader's territory."""
    cpts = setup.page.cpts
    if cpts is None:
        return {}
    name = setup.model.profession.indicator.id
    rows = setup.page.diagnostic.values([name], cpts.level, [cpts.id], str(setup.model.year))
    return {0: rows.iloc[0].to_dict()}


def _under(setup: Setup) -> str:
    mark = french.number(setup.model.parameters.threshold, 1)
    return f"habitants sous {mark} consultations par an"


def sentences(setup: Setup, effect: Effect) -> None:
    """The effect in plain sentences, the territory of the reader first."""
    if effect.scenario.empty:
        return
    indicator, cpts = setup.model.profession.indicator, setup.page.cpts
    inside = effect.summary.loc[INSIDE] if INSIDE in effect.summary.index else None
    lines = []
    if inside is not None and cpts is not None:
        lines.append(told.change_sentence(inside, indicator, cpts.level, cpts.name))
    threshold = setup.model.parameters.threshold
    if threshold is not None:
        whole = effect.summary.loc[WHOLE]
        lines.append(told.threshold_sentence(whole, threshold, inside))
    lines.append(told.extreme_sentence(effect.changed, indicator))
    if inside is not None:
        lines.append(told.neighbours_sentence(effect.summary.loc[AROUND]))
    if setup.model.estimated:
        lines.append("Temps de trajet estimés : lisez ces chiffres comme un ordre de grandeur.")
    items = "".join(f"<li>{escape(french.typography(line))}</li>" for line in lines if line)
    st.html(
        f'<section aria-live="polite"><h3>Effet du scénario</h3>'
        f'<p class="cpts-note">{escape(scenario_line(setup, effect))}</p>'
        f'<ul class="cpts-facts">{items}</ul></section>'
    )


def by_cpts(setup: Setup, effect: Effect) -> None:
    """The CPTS whose accessibility changes, the most touched first."""
    blocks.section(
        "Effet par CPTS",
        "Moyennes pondérées par la population standardisée ; les communes hors CPTS n'y sont pas.",
    )
    table = _cpts_rows(setup, effect)
    if table.empty:
        blocks.note("Aucune CPTS de l'espace n'est touchée par ce scénario.")
        return
    digits = setup.model.profession.indicator.digits
    threshold = setup.model.parameters.threshold
    heads = ["CPTS", "APL publiée", "APL simulée", "Écart"]
    if threshold is not None:
        mark = french.number(threshold, 1)
        heads += [f"Habitants sous {mark}, avant", "après"]
    heads += ["Habitants qui y gagnent", "Habitants qui y perdent"]
    body = []
    own = setup.page.cpts.id if setup.page.cpts else ""
    for identifier, row in table.head(_SHOWN).iterrows():
        cells = [
            french.number(row["before"], digits),
            french.number(row["after"], digits),
            french.signed(row["gap"], digits + (0 < abs(row["gap"]) < 0.5 * 10**-digits)),
        ]
        if threshold is not None:
            cells += [french.number(row[f"people_under_{when}"]) for when in ("before", "after")]
        cells += [french.number(row["people_better"]), french.number(row["people_worse"])]
        body.append((str(row["name"]), cells, identifier == own))
    st.html(_table(heads, body, "CPTS touchées par le scénario"))
    if len(table) > _SHOWN:
        rest = french.count_of(len(table) - _SHOWN, "autre")
        blocks.note(f"Et {rest} : voyez le téléchargement.")


def _cpts_rows(setup: Setup, effect: Effect) -> pd.DataFrame:
    table = effect.cpts
    own = table.index == (setup.page.cpts.id if setup.page.cpts else "")
    touched = (table["units_better"] + table["units_worse"] > 0) | own
    kept = table[touched & table["before"].notna()]
    return kept.reindex(kept["gap"].abs().sort_values(ascending=False, kind="stable").index)


def side_by_side(setup: Setup, effects: dict[str, Effect]) -> None:
    """Up to three scenarios in columns."""
    blocks.section("Scénarios côte à côte")
    indicator, cpts = setup.model.profession.indicator, setup.page.cpts
    digits, threshold = indicator.digits, setup.model.parameters.threshold
    where = INSIDE if cpts is not None else WHOLE
    rows: list[tuple[str, list[str], bool]] = []

    def add(label: str, cells: list[str]) -> None:
        rows.append((label, cells, False))

    every = list(effects.values())
    add("Ce qui change", [scenario_line(setup, one) for one in every])
    place = f" ({cpts.name})" if cpts is not None else ""
    add(
        f"APL moyenne après{place}",
        [french.number(one.summary.loc[where, "after"], digits) for one in every],
    )
    add(
        f"Écart de l'APL moyenne{place}",
        [french.signed(one.summary.loc[where, "gap"], digits) for one in every],
    )
    if threshold is not None:
        mark = french.number(threshold, 1)
        for column, label in (
            ("people_lifted", f"Habitants qui passent au-dessus de {mark}"),
            ("people_lowered", f"Habitants qui passent au-dessous de {mark}"),
        ):
            add(label, [french.number(one.summary.loc[WHOLE, column]) for one in every])
    for column, label in (
        ("people_better", "Habitants qui y gagnent"),
        ("people_worse", "Habitants qui y perdent"),
    ):
        add(label, [french.number(one.summary.loc[WHOLE, column]) for one in every])
    if cpts is not None:
        add(
            "dont hors du territoire, qui y gagnent",
            [french.number(one.summary.loc[AROUND, "people_better"]) for one in every],
        )
    heads = ["", *(SLOTS[slot] for slot in effects)]
    st.html(_table(heads, rows, "Comparaison des scénarios"))


def _table(heads: list[str], body: list[tuple[str, list[str], bool]], caption: str) -> str:
    head = "".join(f'<th scope="col">{escape(french.typography(name))}</th>' for name in heads)
    lines = []
    for name, cells, own in body:
        shown = "".join(
            f'<td data-label="{escape(french.typography(label))}"'
            f"{' class=cpts-own' if own else ''}><span>{escape(cell)}</span></td>"
            for label, cell in zip(heads[1:], cells, strict=True)
        )
        lines.append(f'<tr><th scope="row">{escape(french.typography(name))}</th>{shown}</tr>')
    return (
        '<div class="cpts-table-wrap" tabindex="0"><table class="cpts-table cpts-stack">'
        f"<caption>{escape(french.typography(caption))}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def downloads(setup: Setup, slot: str, effect: Effect) -> None:
    """The communes and the CPTS of a scenario as CSV for French spreadsheets."""
    left, right = st.columns(2)
    label = SLOTS[slot]
    with left:
        st.download_button(
            f"Télécharger les communes ({label}, CSV)",
            lambda: as_csv(commune_export(setup, slot, effect)),
            f"simulation_{slot}_communes.csv",
            "text/csv",
            on_click="ignore",
        )
    with right:
        st.download_button(
            f"Télécharger les CPTS ({label}, CSV)",
            lambda: as_csv(cpts_export(setup, slot, effect)),
            f"simulation_{slot}_cpts.csv",
            "text/csv",
            on_click="ignore",
        )


def _common(setup: Setup, slot: str, effect: Effect) -> dict[str, str]:
    model = setup.model
    return {
        "scenario": SLOTS[slot],
        "modifications": scenario_line(setup, effect),
        "profession": model.profession.label,
        "annee_apl": model.year,
        "temps_de_trajet": "estimé" if model.estimated else "mesuré",
        "professionnels_en_exercice": setup.heads.base,
    }


def commune_export(setup: Setup, slot: str, effect: Effect) -> pd.DataFrame:
    """The communes of the map and those that change: before, after, gap, practitioners."""
    rows, ground = effect.communes, setup.ground
    codes = effect.changed.index if ground is None else ground.communes.union(effect.changed.index)
    rows = rows[rows.index.isin(codes)]
    names = setup.page.diagnostic.cpts_names_of(rows.index)
    return pd.DataFrame(
        {
            "code": rows.index.astype(str),
            "commune": rows["name"].to_numpy(),
            "cpts": names.to_numpy(),
            "apl_publiee": rows["publie"].to_numpy(),
            "apl_simulee": rows["publie_apres"].round(6).to_numpy(),
            "ecart": rows["gap"].round(6).to_numpy(),
            "habitants": rows["population"].to_numpy(),
            "professionnels_avant": rows["practitioners"].round(2).to_numpy(),
            "professionnels_apres": rows["practitioners_after"].round(2).to_numpy(),
            **_common(setup, slot, effect),
        }
    )


def cpts_export(setup: Setup, slot: str, effect: Effect) -> pd.DataFrame:
    """Every CPTS: mean before and after, inhabitants under the threshold, who gains, who loses."""
    rows = effect.cpts
    return pd.DataFrame(
        {
            "cpts_id": rows.index.astype(str),
            "cpts": rows["name"].astype(str).to_numpy(),
            "apl_publiee": rows["before"].round(6).to_numpy(),
            "apl_simulee": rows["after"].round(6).to_numpy(),
            "ecart": rows["gap"].round(6).to_numpy(),
            "habitants_sous_le_seuil_avant": rows["people_under_before"].to_numpy(),
            "habitants_sous_le_seuil_apres": rows["people_under_after"].to_numpy(),
            "habitants_qui_y_gagnent": rows["people_better"].to_numpy(),
            "habitants_qui_y_perdent": rows["people_worse"].to_numpy(),
            **_common(setup, slot, effect),
        }
    )


def method(setup: Setup) -> None:
    """How it is computed, what is supposed, what is to be checked."""
    model = setup.model
    steps = [
        f"{french.number(100 * weight)} % jusqu'à {french.number(minutes)} minutes"
        for minutes, weight in model.parameters.steps
    ]
    lines = [
        "Méthode de la DREES (deux secteurs flottants) : l'offre de chaque commune est partagée "
        "entre les habitants qui peuvent l'atteindre, puis chaque habitant additionne ce qu'il "
        f"atteint. Une offre compte pour {french.enumeration(steps)}, pour rien au-delà.",
        f"Un scénario est une modification de l'APL {model.year} publiée : APL simulée = APL "
        "publiée + (modèle après − modèle avant). Les communes sans APL publiée n'y figurent pas.",
        model.demand_sentence,
        model.travel_sentence,
        "Habitants comptés par commune entière, d'après la population du classeur de la DREES.",
        "Le modèle ne dit ni les délais de rendez-vous, ni les refus de nouveaux patients, ni les "
        "déplacements vers le lieu de travail. Ce n'est pas une prévision : il compare des "
        "situations, tout le reste étant égal.",
    ]
    if model.profession.id != "medecins_generalistes":
        lines.append(
            "À vérifier : pour cette profession, les seuils de temps sont ceux des généralistes et "
            "chaque professionnel compte pour un équivalent temps plein, faute d'avoir lu ces "
            "paramètres dans le classeur de la DREES."
        )
    items = "".join(f"<li>{escape(french.typography(line))}</li>" for line in lines)
    st.html(f'<ul class="cpts-facts">{items}</ul>')


def older_line(setup: Setup) -> str:
    """What the DREES itself publishes without the GPs over 65; empty for other professions."""
    cpts = setup.page.cpts
    if cpts is None or setup.model.profession.indicator_id != "apl_mg":
        return ""
    values = setup.page.diagnostic.values(["apl_mg", _OLDER], cpts.level, [cpts.id])
    known = values.set_index("indicator")["value"]
    if known.isna().any():
        return ""
    digits = INDICATORS[_OLDER].digits
    return (
        "La DREES publie aussi l'APL sans les généralistes de plus de 65 ans : "
        f"{french.number(float(known[_OLDER]), digits)} au lieu de "
        f"{french.number(float(known['apl_mg']), digits)} pour {cpts.name}, si aucun de ceux qui "
        "partent n'est remplacé."
    )

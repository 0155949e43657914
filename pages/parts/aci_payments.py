"""When the money would come: instalments, dated, by the rules of the agreement."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.aci.amounts import Standing
from cpts_data.aci.entries import EntryError
from cpts_data.aci.funding import DISCLAIMER, FundingPlan
from cpts_data.aci.payments import RULES, by_calendar_year, payments
from cpts_data.spreadsheets import as_csv
from pages.parts import aci_money_plot, blocks, present
from pages.parts.aci_state import AciPage
from pages.parts.panels import panel

_KINDS = {
    "integral": "en une fois",
    "avance": "avance",
    "solde": "solde",
    "variable": "volet variable",
}


def show(aci: AciPage, plan: FundingPlan) -> None:
    """The schedule: a bar per civil year, each instalment in a table, the rules."""
    title = "Échéancier des versements, année civile par année civile"
    opened = panel(title, "aci_echeancier")
    if not opened.open:
        return
    with opened:
        try:
            table = payments(aci.scale, plan, aci.contract.dialogues)
        except EntryError as error:
            st.error(blocks.plain(str(error)))
            return
        by_year = by_calendar_year(table)
        if by_year.empty:
            blocks.note("Aucun versement à placer.")
            return
        told = [
            f"{year} : {_between(float(row['low']), float(row['high']))}"
            for year, row in by_year.iterrows()
        ]
        sentence = f"Estimation de ce qui arriverait chaque année civile. {' ; '.join(told)}."
        present.chart(
            aci_money_plot.civil_years(by_year), "aci_versements", french.typography(sentence)
        )
        if by_year["missing"].any():
            blocks.note("Un montant inconnu est laissé de côté : ces années sont des minimums.")
        st.dataframe(_shown(table), hide_index=True, width="stretch", height=320)
        blocks.download(
            "Échéancier (CSV)", as_csv(_export(aci, table)), "echeancier_aci.csv", "text/csv"
        )
        _rules(table)


def _between(low: float, high: float) -> str:
    if abs(high - low) < 0.005:
        return french.with_unit(low, "€")
    return french.between(low, high, "€")


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    marks = [Standing(one).words for one in table["standing"]]
    return pd.DataFrame(
        {
            "Date": [french.date(day) for day in table["date"]],
            "Versement": [french.typography(one) for one in table["label"]],
            "Nature": [_KINDS[one] for one in table["instalment"]],
            "Année du contrat": table["year"],
            "Montant": [
                french.typography(
                    "montant inconnu" if row["missing"] else _between(row["low"], row["high"])
                )
                for row in table.to_dict("records")
            ],
            "Statut": marks,
        }
    )


def _export(aci: AciPage, table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(
        cpts=aci.territory.name,
        version_accord=aci.contract.version,
        date=[day.isoformat() for day in table["date"]],
        regle=[RULES[one].text for one in table["rule"]],
        mention=DISCLAIMER,
    ).drop(columns="rule")


def _rules(table: pd.DataFrame) -> None:
    lines = []
    for code in dict.fromkeys(table["rule"]):
        rule = RULES[code]
        check = " À vérifier." if rule.standing is Standing.TO_CHECK else ""
        lines.append(f"{rule.text}{check} Source : {rule.source}.")
    lines += [note for note in dict.fromkeys(table["note"]) if note]
    items = "".join(f"<li>{escape(french.typography(line))}</li>" for line in lines)
    st.html(f'<ul class="cpts-facts cpts-source-list">{items}</ul>')

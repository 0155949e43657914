"""What must be true of the tables of the ACI beyond each cell: sums, versions, deadlines."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cpts_data import french
from cpts_data.contracts import ContractError, Fault, Faults

# Postes that pay one mission, and the volets that each may have.
_OF_A_MISSION = ("mission", "supplement_snp", "crise_plan", "crise_mise_a_jour", "crise_survenue")
_CENT = 0.005


def check_scale(table: pd.DataFrame, faults: Faults) -> None:
    """Check the lines of a scale against each other; note every fault.

    An amount that is not known is to be checked; a line names a mission when its poste pays one;
    a mission has its fixed, variable and total lines, and the first two make the third; one version
    has one date.
    """
    unknown = table["montant_eur"].isna() & (table["statut"] != "a_verifier")
    for line in table.loc[unknown, "ligne"]:
        faults.add(
            "un montant vide et un statut qui le dit connu",
            "un montant, ou le statut a_verifier",
            "écrivez le montant, ou passez la ligne en a_verifier.",
            row=int(line),
            column="montant_eur",
        )
    _check_missions(table, faults)
    _check_volets(table, faults)
    for version, rows in table.groupby("version_accord"):
        dates = sorted(set(rows["date_effet"]))
        if len(dates) > 1:
            faults.add(
                f"plusieurs dates d'effet pour {version} : {french.enumeration(dates)}",
                "une seule date d'effet par version",
                "corrigez les dates, ou donnez un autre nom à la version.",
                row=int(rows.loc[rows["date_effet"] != dates[0], "ligne"].iloc[0]),
                column="date_effet",
            )


def _check_missions(table: pd.DataFrame, faults: Faults) -> None:
    paid = table["poste"].isin(_OF_A_MISSION)
    for wrong, expected in (
        (paid & (table["mission"] == ""), "la mission que le montant paie"),
        (~paid & (table["mission"] != ""), "une case vide : ce poste ne paie pas une mission"),
    ):
        rows = table[wrong]
        for line, poste, mission in zip(rows["ligne"], rows["poste"], rows["mission"], strict=True):
            faults.add(
                f"« {mission} » pour le poste {poste}" if mission else f"aucune, pour {poste}",
                expected,
                "corrigez la mission ou le poste.",
                row=int(line),
                column="mission",
            )


def _check_volets(table: pd.DataFrame, faults: Faults) -> None:
    split = (table["poste"] != "mission") & (table["volet"] != "total")
    for line, poste in zip(table.loc[split, "ligne"], table.loc[split, "poste"], strict=True):
        faults.add(
            f"un volet fixe ou variable pour le poste {poste}",
            "le volet total : seules les missions ont deux volets",
            "passez le volet à total.",
            row=int(line),
            column="volet",
        )
    missions = table[(table["poste"] == "mission") & (table["mission"] != "")]
    key = ["version_accord", "mission", "taille"]
    for (version, mission, size), rows in missions.groupby(key):
        amounts = rows.drop_duplicates("volet").set_index("volet")["montant_eur"]
        where = f"{mission}, taille {size:g}, {version}"
        absent = [volet for volet in ("fixe", "variable", "total") if volet not in amounts.index]
        line = int(rows["ligne"].iloc[0])
        if absent:
            faults.add(
                f"pas de volet {french.enumeration(absent)} pour {where}",
                "trois lignes par mission et taille : fixe, variable et total",
                "ajoutez les lignes, montant vide et statut a_verifier s'il n'est pas connu.",
                row=line,
                column="volet",
            )
        elif not amounts.isna().any():
            parts = float(amounts["fixe"] + amounts["variable"])
            if abs(parts - float(amounts["total"])) > _CENT:
                faults.add(
                    f"{french.with_unit(parts, '€', 2)} en fixe et variable, "
                    f"{french.with_unit(float(amounts['total']), '€', 2)} en tout, pour {where}",
                    "un total égal à la somme des deux volets",
                    "corrigez l'un des trois montants.",
                    row=line,
                    column="montant_eur",
                )


def check_together(tables: Mapping[str, pd.DataFrame], names: Mapping[str, str]) -> None:
    """Check the tables against each other; raise every fault at once.

    ``names`` are the file names. A version of the scale is described and has missions; a mission
    that the scale pays exists in the version; deadlines come in order.
    """
    faults: list[Fault] = []
    described = set(tables["versions"]["version_accord"])
    for name in ("bareme", "missions"):
        rows = tables[name].drop_duplicates("version_accord")
        for line, version in zip(rows["ligne"], rows["version_accord"], strict=True):
            if version not in described:
                faults.append(
                    Fault(
                        names[name],
                        f"la version « {version} »",
                        f"une version décrite dans {names['versions']} : "
                        f"{french.enumeration(sorted(described))}",
                        f"ajoutez-la à {names['versions']}, ou corrigez le nom.",
                        int(line),
                        "version_accord",
                    )
                )
    faults += _missions_unknown(tables, names)
    faults += _deadlines_out_of_order(tables["missions"], names["missions"])
    faults += _stages_out_of_order(tables["etapes"], names["etapes"])
    if faults:
        raise ContractError(faults)


def _missions_unknown(tables: Mapping[str, pd.DataFrame], names: Mapping[str, str]) -> list[Fault]:
    missions = tables["missions"]
    known = set(zip(missions["version_accord"], missions["code"], strict=True))
    paid = tables["bareme"][tables["bareme"]["mission"] != ""]
    paid = paid.drop_duplicates(["version_accord", "mission"])
    return [
        Fault(
            names["bareme"],
            f"la mission « {mission} » dans la version « {version} »",
            f"une mission que {names['missions']} décrit pour cette version",
            f"ajoutez-la à {names['missions']}, ou retirez ses montants.",
            int(line),
            "mission",
        )
        for line, version, mission in zip(
            paid["ligne"], paid["version_accord"], paid["mission"], strict=True
        )
        if (version, mission) not in known
    ]


def _deadlines_out_of_order(missions: pd.DataFrame, name: str) -> list[Fault]:
    found = []
    start, deployed = missions["demarrage_mois"], missions["deploiement_mois"]
    core = missions["categorie"] == "socle"
    for wrong, told, expected in (
        (
            (deployed < start).fillna(False),
            "un déploiement avant le démarrage",
            "le démarrage d'abord",
        ),
        (
            core & (start.isna() | deployed.isna()),
            "une mission socle sans échéance",
            "un nombre de mois de démarrage et de déploiement",
        ),
    ):
        found += [
            Fault(name, told, expected, "corrigez les mois.", int(line), "deploiement_mois")
            for line in missions.loc[wrong, "ligne"]
        ]
    return found


def _stages_out_of_order(stages: pd.DataFrame, name: str) -> list[Fault]:
    """One stage has one rank, one label, one meaning, one event; two stages have two ranks."""
    found = []
    for column in ("ordre", "libelle", "sens", "evenement_date"):
        for code, rows in stages.groupby("code"):
            if (rows[column] != rows[column].iloc[0]).any():
                found.append(
                    Fault(
                        name,
                        f"plusieurs valeurs pour l'étape {code}",
                        "la même valeur sur toutes ses lignes",
                        "recopiez la même valeur.",
                        int(rows["ligne"].iloc[1]),
                        column,
                    )
                )
    ranks = stages.drop_duplicates("code")
    for line in ranks.loc[ranks["ordre"].duplicated(), "ligne"]:
        found.append(
            Fault(
                name,
                "le rang d'une autre étape",
                "un rang par étape",
                "renumérotez les étapes.",
                int(line),
                "ordre",
            )
        )
    return found

"""Spaces drawn at random, in memory: tables as the readers leave them, with every kind of gap.

``communes + Lyon`` in two départements of a land of its own: masked, missing, estimated and absent
cells, partial weights, CPTS that overlap, a city known whole, by its parts, or both.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd

from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import AGE_BANDS
from cpts_data.sources import MODULES
from cpts_data.space import FileState, SourceState, Space
from cpts_data.space.cache import Cache, Outcome
from cpts_data.space.provenance import FileRecord
from tests.official_layouts import LYON

CITY = "69123"
_NUMBERS = ("nombre", "entier")
ILLNESS = "Diabète"
# One indicator of each kind, or more: those that the drawn tables let us compute.
INDICATORS_DRAWN = (
    *("population", "densite_population", "evolution_population", "population_par_age"),
    *("part_75_ans_et_plus", "niveau_vie_median", "taux_pauvrete", "apl_mg"),
    *("apl_mg_65_ans_ou_moins", "part_population_sous_dense", "part_population_zip_zac"),
    *("part_c2s", "taux_passages_urgences", "prevalence_ald", "prevalence_ald_standardisee"),
    *("prevalence_ald_diabete", "ratio_ald_diabete", "patients_diabete", "nb_pharmacies"),
    *("nb_msp", "densite_mg", "densite_infirmiers", "nb_protocoles", "minutes_pharmacie"),
    "part_population_pharmacie_plus_de_20_min",
)
FIVE_YEARS = (*(f"{age:02d}-{age + 4:02d}" for age in range(0, 95, 5)), "95+")


class MemorySpace(Space):
    """A space without files: its tables are given, nothing is kept on the disk."""

    def files_key(self, *source_ids: str) -> str:
        return "-".join(source_ids)

    def kept_table(self, name: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        return make()


def diagnostic_of(codes: Sequence[dict], tables: dict[str, list[dict]]) -> Diagnostic:
    """The diagnostic of some units (``code, departement, region``) and of tables as plain rows."""
    typed = {name: _table(name, rows) for name, rows in tables.items()}
    diagnostic = diagnostic_of_tables(typed)
    own = pd.DataFrame(codes).assign(nature="commune", nom=[row["code"] for row in codes])
    diagnostic.space.__dict__["own_codes"] = own.astype("string")
    return diagnostic


def diagnostic_of_tables(tables: dict[str, pd.DataFrame], year: int | None = None) -> Diagnostic:
    """The diagnostic of some tables, in the geography of a year when one is given."""
    nowhere = Path("memoire")
    states = {}
    for name in tables:
        file = FileState(nowhere, FileRecord(name), Outcome(), name)
        states[name] = SourceState(MODULES[name].SOURCE, (file,))
    fictitious = year is None
    space = MemorySpace(nowhere, "En mémoire", fictitious, states, "", Cache.__new__(Cache))
    space._tables.update(tables)
    if year is not None:
        space.__dict__["year"] = year
    return Diagnostic(space)


def _table(name: str, rows: list[dict]) -> pd.DataFrame:
    table = pd.DataFrame(rows)
    for column in MODULES[name].SOURCE.columns:
        kind = "float64" if column.kind.value in _NUMBERS else "string"
        if column.name not in table:
            table[column.name] = float("nan") if kind == "float64" else None
        if column.kind.value != "oui ou non":
            table[column.name] = table[column.name].astype(kind)
        if column.masks:
            status = f"{column.name}_statut"
            if status not in table:
                table[status] = None
            told = table[column.name].notna().map({True: "observe", False: "manquant"})
            table[status] = table[status].astype("string").fillna(told)
    return table.astype({"personne": "int64"}) if name == "rpps" else table


class Draw:
    """Draws cells: known, masked, missing, or no row at all."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        chance = self.random.random
        self.masks = 0.0 if chance() < 0.3 else chance() * 0.4
        self.gaps = 0.0 if chance() < 0.4 else chance() * 0.15
        self.coding = self.random.choice(["parts", "city", "both", "mixed"])

    def units(self, codes: Iterable[str]) -> list[str]:
        """The units of which a file has a row."""
        kept = [code for code in codes if self.random.random() > self.gaps / 2]
        coding = self.coding
        if coding == "mixed":
            coding = self.random.choice(["parts", "city", "both"])
        if coding == "parts":
            return [code for code in kept if code != CITY]
        return [code for code in kept if code not in LYON] if coding == "city" else kept

    def cell(self, name: str, most: int, masks: bool = True) -> dict[str, object]:
        """The value of a column and its status."""
        chance = self.random.random()
        if chance < self.gaps / 2:
            return {name: None, f"{name}_statut": "manquant"}
        if masks and chance < self.gaps / 2 + self.masks:
            return {name: None, f"{name}_statut": "masque"}
        status = "estime" if self.random.random() < 0.1 else "observe"
        return {name: self.random.randint(0, most), f"{name}_statut": status}


def drawn_space(seed: int) -> Diagnostic:
    """A space drawn from a seed."""
    draw = Draw(seed)
    communes = [f"{place}{rank:03d}" for place in ("00", "96") for rank in range(1, 4)]
    inner = [*communes, *LYON]
    codes = [
        {"code": code, "departement": "96" if code in LYON else code[:2], "region": "00"}
        for code in [*inner, CITY]
    ]
    everywhere = [*inner, CITY]
    holders = {
        name: draw.random.sample(inner, draw.random.randint(1, len(inner)))
        for name in ("CPTS-A", "CPTS-B", "CPTS-C")
    }
    if draw.random.random() < 0.5:
        held = [code for code in holders["CPTS-C"] if code not in LYON]
        holders["CPTS-C"] = [*held, *LYON]
    tables: dict[str, list[dict]] = {
        "cpts_perimetres": [
            {"cpts_id": name, "code": code, "part": draw.random.choice([None, None, 0.5, 0.25])}
            for name, units in holders.items()
            for code in units
        ],
        "table_appartenance": [
            {"code": code, "epci": f"EPCI-{code[1:3]}", "bassin_de_vie": f"B{rank % 2}"}
            for rank, code in enumerate([*communes, CITY])
        ],
        "populations_legales": _populations(draw, everywhere),
        "contours_communes": [
            {"code": code, "superficie_km2": draw.random.randint(1, 50)}
            for code in draw.units(everywhere)
        ],
        "insee_evol_struct_pop": _census(draw, everywhere),
        "indicateurs_locaux": _local(draw, everywhere, list(holders)),
        "cnam_pathologies": _illnesses(draw, everywhere),
        "temps_de_trajet": [
            {"origine": here, "destination": there, "minutes": draw.random.randint(1, 70)}
            for here in [*communes, *([CITY] if draw.coding == "city" else LYON)]
            for there in communes
            if here != there and draw.random.random() < 0.4
        ],
        **_by_commune(draw, everywhere),
        **_registers(draw, everywhere),
    }
    return diagnostic_of(codes, {name: rows for name, rows in tables.items() if rows})


def _populations(draw: Draw, codes: list[str]) -> list[dict]:
    return [
        {"code": code, "period": period, "population": draw.random.choice(sizes)}
        for period in ("2016", "2021")
        for code in dict.fromkeys((*draw.units(codes), *LYON))
        for sizes in [(50, 9000) if code in (*LYON, CITY) else (0, 50, 500)]
    ]


def _census(draw: Draw, codes: list[str]) -> list[dict]:
    bands = AGE_BANDS[: draw.random.choice([7, 7, 6])]  # a file may lack a band altogether
    return [
        {"code": code, "period": period, "sexe": sex, "age": age, "population": people}
        for period in ("2015", "2021")
        for code in draw.units(codes)
        for sex in ("hommes", "femmes")
        for age in bands
        if draw.random.random() > draw.gaps / 10
        for people in [draw.random.choice([0, 10, 33.5, 400])]
    ]


def _local(draw: Draw, codes: list[str], cpts: list[str]) -> list[dict]:
    rows = []
    places = [("commune", code) for code in draw.units(codes)]
    places += [("cpts", name) for name in cpts if draw.random.random() < 0.5]
    places += [("departement", "00"), ("region", "00")]
    asked = [
        ("part_c2s", ("ensemble",)),
        ("taux_passages_urgences", ("ensemble",)),
        ("prevalence_ald", ("ensemble", *AGE_BANDS)),
        ("prevalence_ald_diabete", ("ensemble", *AGE_BANDS)),
    ]
    for identifier, strata in asked:
        for level, code in places:
            for stratum in strata:
                if draw.random.random() < draw.gaps / 4:
                    continue
                base = draw.cell("denominateur", 2000)
                top = draw.cell("numerateur", int(base["denominateur"] or 50))
                row = {"indicateur": identifier, "niveau": level, "code": code, "public": True}
                rows.append(row | {"period": "2023", "strate": stratum} | base | top)
    rows += [
        {"indicateur": "nb_protocoles", "niveau": "cpts", "code": name, "period": "2024"}
        | {"strate": "ensemble", "public": False, "denominateur_statut": "sans_objet"}
        | draw.cell("numerateur", 9)
        for name in cpts
    ]
    return rows


def _illnesses(draw: Draw, codes: list[str]) -> list[dict]:
    """Départements and région by age and sex; communes (of one year) for the whole alone."""
    rows = []
    for level, code in (("departement", "00"), ("departement", "96"), ("region", "00")):
        for sex in ("hommes", "femmes"):
            for age in FIVE_YEARS:
                row = {"niveau": level, "code": code, "period": "2022", "affection": ILLNESS}
                people = draw.random.randint(100, 5000)
                row |= {"age": age, "sexe": sex, "population_cnam": people, "top": "DIA"}
                rows.append(row | draw.cell("patients", 90))
    for code in draw.units(codes):
        row = {"niveau": "commune", "code": code, "period": "2021", "affection": ILLNESS}
        row |= {"age": "ensemble", "sexe": "ensemble", "population_cnam": 200, "top": "DIA"}
        rows.append(row | draw.cell("patients", 90))
    return rows


def _by_commune(draw: Draw, codes: list[str]) -> dict[str, list[dict]]:
    random_ = draw.random
    return {
        "drees_apl": [
            {
                "code": code,
                "period": "2023",
                "apl_mg": random_.choice([0, 1.5, 2.5, 4.2]),
                "apl_mg_65_ans_ou_moins": random_.choice([None, 1.0, 2.5, 3.0]),
                "population_standardisee": random_.choice([0, 80.5, 700]),
                "population_totale": random_.choice([0, 75, 900]),
            }
            for code in draw.units(codes)
        ],
        "insee_filosofi": [
            {"code": code, "period": "2021"}
            | draw.cell("personnes", 900, masks=False)
            | draw.cell("taux_pauvrete", 40)
            | draw.cell("niveau_vie_median", 30_000)
            for code in draw.units(codes)
        ],
        "zonage_medecins": [
            {"niveau": "commune", "code": code, "period": "2024", "profession": "medecins"}
            | {"zone": random_.choice(["ZIP", "ZAC", "ZV", None])}
            for code in draw.units(codes)
        ],
    }


def _registers(draw: Draw, codes: list[str]) -> dict[str, list[dict]]:
    places = [code for code in draw.units(codes) if draw.random.random() < 0.6]
    return {
        "finess": [
            {"finess": f"{number:09d}", "code": code, "period": "2025", "famille": family}
            for number, code in enumerate(places * 2)
            for family in [draw.random.choice(["pharmacie", "msp", "ehpad"])]
        ],
        "rpps": [
            {"personne": draw.random.randint(1, 12), "code": draw.random.choice(places)}
            | {"period": "2025", "mode": draw.random.choice(["liberal", "salarie"])}
            | {"profession": draw.random.choice(["infirmier", "medecin"])}
            | {"specialite": draw.random.choice(["medecine_generale", "aucune"])}
            for _ in range(40 if places else 0)
        ],
    }

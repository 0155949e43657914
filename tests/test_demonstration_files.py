"""Every file of the demonstration is of one source, in its official layout, and read without fault.

Here the readers of the product are used: that is what the demonstration is for.
"""

from __future__ import annotations

import json
import re

import numpy as np
import openpyxl
import pytest

from cpts_data.received import encoding_of, head_of
from cpts_data.sources import MODULES, recognise
from tests.demonstration_run import made, pmun, real_file, sheet_rows, table

MEGABYTE = 1_000_000
FIVE_YEARS = {
    "cnam_demographie", "cnam_pathologies", "drees_apl", "drees_apl_chirurgiens_dentistes",
    "drees_apl_infirmiers", "drees_apl_masseurs_kinesitherapeutes", "drees_apl_sages_femmes",
    "drees_urgences", "indicateurs_locaux", "insee_bpe", "insee_evol_struct_pop",
    "insee_td_pop1b", "populations_legales", "spf_depistage", "spf_vaccination",
}  # fmt: skip
# The years that the file does not carry are in its note.
DATED_BY_THE_NOTE = {"populations_legales", "insee_td_pop1b"}
# What the readers must have to tell, and nothing else: the dirt was put there for them.
REMARKS = {
    "cnam_secteurs": {"retrouvé par sa place entre ses voisins"},
    "drees_urgences": {"empilées", "sans nombre de passages"},
    "finess": {
        "Stock du", "1 établissement à coordonnées hors", "3 établissements sans coordonnées",
        "3 dates d'ouverture au 1er janvier 1900",
    },
    "indicateurs_locaux": {"Colonnes hors du modèle"},
    "insee_bpe": {"d'autres niveaux que la commune"},
    "ressources_locales": {"1 ligne d'exemple non reprise"},
    "rpps": {"personnes sur", "sans code de commune", "autre que « civil »", "répétées"},
    "spf_vaccination": {"Zéro remis en tête"},
    "temps_de_trajet": {"couples de communes"},
    "zonage_medecins": {"« Zonage_TVS » non reprise", "1 territoire sans zone"},
}  # fmt: skip


@pytest.fixture(scope="module")
def truth():
    return made()[0]


@pytest.fixture(scope="module")
def folder():
    return made()[1]


def files_of(folder, source):
    return [path for path in sorted((folder / source).iterdir()) if path.name != "provenance.toml"]


@pytest.fixture(scope="module")
def read(folder):
    """Every file by its own reader: (source, file name) -> table."""
    return {
        (source, path.name): MODULES[source].read(path)
        for source in MODULES
        for path in files_of(folder, source)
    }


def test_every_source_has_a_file(folder):
    assert {path.name for path in folder.iterdir() if path.is_dir()} == set(MODULES)


def test_each_file_is_recognised_by_its_own_source_alone(folder):
    for source in MODULES:
        for path in files_of(folder, source):
            assert recognise(head_of(path)) == [source], path.name


def test_readers_remark_on_the_intended_dirt_only(read):
    found = {source: set() for source in MODULES}
    for (source, _), rows in read.items():
        assert len(rows)
        told = " ".join(rows.attrs.get("remarques", [])).replace("\u00a0", " ")
        for remark in rows.attrs.get("remarques", []):
            plain = remark.replace("\u00a0", " ").replace("\u202f", " ")
            expected = REMARKS.get(source, set())
            assert any(words in plain for words in expected), f"{source}: {plain}"
        found[source] |= {words for words in REMARKS.get(source, set()) if words in told}
    assert found == {source: REMARKS.get(source, set()) for source in MODULES}


def test_some_files_are_not_in_utf_8(folder):
    odd = {
        path.name
        for source in MODULES
        for path in files_of(folder, source)
        if head_of(path).kind == "csv" and encoding_of(path) == "cp1252"
    }
    assert odd == {"indicateurs_cpam_hesperie_2020.csv", "TD_POP1B_2021.csv"}


@pytest.mark.parametrize("source", sorted(FIVE_YEARS))
def test_five_years_of_history(read, source):
    tables = [rows for (name, _), rows in read.items() if name == source]
    if source in DATED_BY_THE_NOTE:
        assert len(tables) == 5
        return
    assert len({period for rows in tables for period in rows["period"]}) >= 5


def test_the_space_stays_light(folder):
    sizes = {
        source: sum(path.stat().st_size for path in files_of(folder, source)) for source in MODULES
    }
    assert sum(sizes.values()) < 14 * MEGABYTE
    assert max(sizes.values()) < 3.5 * MEGABYTE


def test_nobody_can_be_reached(folder):
    """No e-mail, no mobile telephone; other numbers are of the range kept for fiction."""
    for source in MODULES:
        for path in files_of(folder, source):
            if head_of(path).kind not in ("csv", "geojson"):
                continue
            text = path.read_text(encoding=encoding_of(path))
            assert not re.search(r"[\w.-]+@[\w-]+\.\w+", text), path.name
            assert not re.search(r"\b0[67](?:[ .]\d\d){4}\b", text), path.name
    text = (folder / "ressources_locales" / "ressources_cpts.csv").read_text(encoding="utf-8-sig")
    numbers = re.findall(r"\b0\d(?: \d\d){4}\b", text)
    example = {"04 74 00 00 00"}
    assert numbers
    assert {number[:8] for number in set(numbers) - example} == {"01 99 00"}


# --- one truth -------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2017, 2018, 2019, 2020, 2021])
def test_three_population_files_agree(folder, read, year):
    """Bands of the census base, ages of TD_POP1B, legal population: the same people."""
    legal = pmun(folder, year)
    structure = next(
        rows
        for (source, name), rows in read.items()
        if source == "insee_evol_struct_pop" and name.startswith(f"base-cc-evol-struct-pop-{year}")
    )
    structure = structure[structure["period"] == str(year)]
    by_commune = structure.groupby("code")["population"].sum()
    # The census is in the geography of one year later than the legal populations.
    assert by_commune.sum() == pytest.approx(sum(legal.values()), abs=0.5)
    shared = by_commune.index.intersection(list(legal))
    assert len(shared) >= 186
    close = [abs(by_commune[code] - legal[code]) < 0.01 for code in shared]
    assert sum(close) >= len(shared) - 1, "only the commune that merged differs"
    ages = next(
        rows
        for (source, name), rows in read.items()
        if source == "insee_td_pop1b" and str(year) in name
    )
    bands = ages.groupby(["code", "sexe", "age"])["population"].sum()
    young = ["00-04", "05-09", "10-14"]
    for code in ("00001", "96010"):
        for sex in ("hommes", "femmes"):
            summed = sum(bands[code, sex, age] for age in young)
            mine = structure.set_index(["code", "sexe", "age"])["population"]
            assert summed == pytest.approx(mine[code, sex, "00-14"], abs=0.02)


def test_the_national_map_draws_the_same_cpts(folder):
    content = json.loads(
        (folder / "cpts_carte_nationale" / "cpts-santegraphie.geojson").read_text()
    )
    names = {feature["properties"]["nom_cpts"] for feature in content["features"]}
    listed = table(folder / "cpts_liste" / "cpts.csv", ";")
    assert names == {row["nom"] for row in listed}


def test_epci_names_complete_the_table_of_membership(folder, truth):
    rows = sheet_rows(folder / "insee_epci" / "EPCI_au_01-01-2024.xlsx", "Composition_communale", 7)
    links = table(folder / "table_appartenance" / "table-appartenance-geo-communes-2024.csv", ",")
    assert {row[0]: row[2] for row in rows} == {row["CODGEO"]: row["EPCI"] for row in links[:-1]}
    assert len({row[3] for row in rows}) == 6
    assert all(row[3].startswith(("CA ", "CC ")) for row in rows)


def test_quarters_lie_in_their_communes(folder, truth):
    path = folder / "qpv" / "QP2024_France_Hexagonale_Outre_Mer_WGS84.geojson"
    content = json.loads(path.read_text(encoding="utf-8"))
    places = [f["properties"]["insee_com"].split(", ") for f in content["features"]]
    assert {code for codes in places for code in codes} <= set(truth.communes.index)
    assert any(len(codes) > 1 for codes in places), "a quarter in two communes"
    codes = {f["properties"]["code_qp"] for f in content["features"]}
    incomes = table(folder / "qpv_revenus" / "BASE_TD_FILO_DEC_QP_2021.csv", ";")
    assert {row["CODGEO"] for row in incomes} == codes


def test_each_pair_of_communes_is_told_once(folder, truth):
    content = (folder / "temps_de_trajet" / "metric_commune_distancier.csv").read_bytes()
    assert not content.endswith(b"\n")
    lines = content.decode("ascii").splitlines()
    count = len(truth.communes)
    assert len(lines) - 1 == count * (count - 1) // 2
    codes = truth.communes.index
    for line in (lines[1], lines[5_000], lines[-1]):
        one, two, km, quiet, busy = line.split(",")
        assert one < two
        minutes = truth.minutes[codes.get_loc(one), codes.get_loc(two)]
        assert float(quiet) == pytest.approx(minutes, abs=0.051)
        assert float(quiet) <= float(busy) <= 1.13 * float(quiet) + 0.1
        # Between 15 and 100 km/h.
        assert 15 <= 60 * float(km) / float(quiet) <= 100


def test_facilities_are_those_of_the_professionals(read, truth):
    """Nurses of 2021: one facility by self-employed person, two for those with a second place."""
    people = truth.health.professionals
    here = (people["debut"] <= 2021) & (people["fin"] >= 2021)
    nurses = people[here & (people["metier"] == "infirmier") & (people["mode"] == "L")]
    expected = len(nurses) + (nurses["second"] != "").sum()
    rows = read["insee_bpe", "bpe21_ensemble.csv"]
    assert rows.loc[rows["famille"] == "infirmier", "effectif"].sum() == expected
    for name in ("bpe19_ensemble.csv", "BPE23.csv", "DS_BPE_2024_data.csv"):
        rows = read["insee_bpe", name]
        assert rows.loc[rows["famille"] == "medecin_generaliste", "effectif"].sum() > 200


def test_numbers_of_the_cnam_agree_in_its_two_files(read):
    counts = read["cnam_demographie", "demographie-effectifs-et-les-densites.csv"]
    counts = counts[(counts["age"] == "ensemble") & (counts["sexe"] == "ensemble")]
    for year in ("2023", "2024"):
        name = f"{year}_secteur-conventionnel-des-professionnels-de-sante-liberaux-par-departement"
        sectors = read["cnam_secteurs", f"{name}.xlsx"]
        sectors = sectors[(sectors["secteur"] == "ensemble") & (sectors["profession_code"] == "24")]
        told = counts[(counts["profession"] == "Infirmiers") & (counts["period"] == year)]
        told = told[told["niveau"] == "departement"].set_index("code")["effectif"]
        assert sectors.set_index("code")["effectif"].to_dict() == told.to_dict()


def test_deprived_communes_are_those_of_low_incomes(folder):
    score = {
        row["Code commune"]: float(row["Indice de défavorisation en quintiles"])
        for row in table(next((folder / "spf_fdep").glob("*.csv")), ",")
    }
    incomes = {
        row["CODGEO"]: int(row["MED21"])
        for row in table(folder / "insee_filosofi" / "cc_filosofi_2021_COM.csv", ";")
        if row["MED21"].isdigit()
    }
    pairs = [(score[code], incomes[code]) for code in incomes]
    assert np.corrcoef(*zip(*pairs, strict=True))[0, 1] < -0.9


# --- against the official files --------------------------------------------------------------


@pytest.mark.real
@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("drees_urgences/URGENCES2_2024.csv", "drees/URGENCES2_2020.csv"),
        (
            "spf_vaccination/couvertures-vaccinales-des-adolescent-et-adultes-departement.csv",
            "spf/couvertures-vaccinales-des-adolescent-et-adultes-departement.csv",
        ),
        (
            "spf_vaccination/"
            "couvertures-vaccinales-des-adolescents-et-adultes-depuis-2011-region.csv",
            "spf/couvertures-vaccinales-des-adolescents-et-adultes-depuis-2011-region.csv",
        ),
        (
            "spf_fdep/indice-de-defavorisation-sociale-fdep-par-commune.csv",
            "spf/fdep_par_commune_odisse_SAMPLE.csv",
        ),
        ("temps_de_trajet/metric_commune_distancier.csv", "insee/od_small.csv"),
    ],
)
def test_header_and_ends_of_lines_are_the_official_ones(folder, mine, theirs):
    official = real_file(theirs).read_bytes()
    written = (folder / mine).read_bytes()
    assert written.startswith(official.splitlines(keepends=True)[0])
    assert (b"\r\n" in official) == (b"\r\n" in written)
    assert official.endswith(b"\n") == written.endswith(b"\n")


@pytest.mark.real
def test_the_census_base_has_the_official_variables(folder):
    official = real_file("insee/meta_base-cc-evol-struct-pop-2016.CSV")
    rows = official.read_text(encoding="utf-8-sig").splitlines()[1:]
    names = [row.split(";")[0] for row in rows if row.split(";")[5:6] == ["NUM"]]
    path = folder / "insee_evol_struct_pop" / "base-cc-evol-struct-pop-2021.CSV"
    written = path.read_text(encoding="utf-8").splitlines()[0].split(";")
    renamed = [
        re.sub(r"^([PC])(\d\d)", lambda found: found[1] + str(int(found[2]) + 5), name)
        for name in names
    ]
    assert written == ["CODGEO", *renamed]


@pytest.mark.real
def test_the_cnam_file_has_the_official_names(folder):
    official = real_file("cnam/demographie-effectifs-et-les-densites_2024.csv")
    first = official.read_text(encoding="utf-8-sig").splitlines()[0]
    rows = table(next((folder / "cnam_demographie").glob("*.csv")), ";")
    assert list(rows[0]) == first.split(",")
    known = {row["profession_sante"] for row in table(official, ",")}
    assert {row["profession_sante"] for row in rows} <= known


def test_workbooks_carry_no_name_of_an_author(folder):
    for path in folder.rglob("*.xlsx"):
        book = openpyxl.load_workbook(path, read_only=True)
        assert book.properties.creator == "Données fictives de démonstration"

"""What is doubtful is found, what is not is left alone; expected counts are made by hand."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from cpts_data.__main__ import main
from cpts_data.analysis.quality import (
    COUNTS,
    INDICES,
    MONEY,
    PEOPLE,
    SHARES,
    Total,
    absent_units,
    column_states,
    implausible_changes,
    impossible_values,
    population_totals,
    tolerance_of,
)
from cpts_data.analysis.quality_report import Verdict
from cpts_data.contracts import Column, Kind, Source
from cpts_data.diagnostic import Diagnostic
from cpts_data.sources import MODULES, drees_apl
from cpts_data.space import DEMONSTRATION
from cpts_data.space.receiving import add_files
from cpts_data.territories import Units
from tests.official_layouts import LYON, POPULATIONS, populations_rows, write_csv

COLUMNS = (
    Column("code", Kind.COMMUNE, "commune"),
    Column("period", Kind.TEXT, "année"),
    Column("habitants", Kind.INTEGER, "population", unit="habitants"),
    Column("malades", Kind.INTEGER, "malades", unit="patients"),
    Column("part", Kind.NUMBER, "part", unit="%", combine="jamais"),
    Column("apl", Kind.NUMBER, "APL", unit="consultations", combine="moyenne", minimum=0),
)
SOURCE = Source("essai", "Essai", "nous", "", "", "commune", COLUMNS, ("code", "period"))
PLACES = [f"0100{rank}" for rank in range(1, 6)]


def table(**columns):
    size = max(len(values) for values in columns.values())
    base = {"code": PLACES[:size], "period": ["2023"] * size}
    return pd.DataFrame(base | columns)


def units():
    codes = [*PLACES, "97601", *LYON, "69123"]
    held = pd.DataFrame(
        {
            "name": [f"N{code}" for code in codes],
            "departement": ["01"] * 5 + ["976"] + ["69"] * 10,
            "population": [100.0, 200, 300, 400, 0, 50, *[10.0] * 9, 90],
        },
        index=pd.Index(codes),
    )
    return Units(held, {"69123": LYON})


# --------------------------------------------------------------------------- absent communes


def test_absent_communes_are_counted_with_their_inhabitants():
    ground = units()
    given = pd.DataFrame({"code": [PLACES[0], PLACES[4], "69123"], "period": "2023"})
    found = absent_units(given, SOURCE, ground, ground.table["population"], str)
    # 01002, 01003, 01004 and 97601; Lyon stands for its nine arrondissements.
    assert (found.communes, found.inhabitants) == (4, 950.0)
    assert found.examples == ("01004", "01003", "01002", "97601")


def test_a_commune_out_of_the_field_or_known_last_year_only():
    ground = units()
    outside = Source("e", "E", "n", "", "", "commune", COLUMNS, ("code", "period"),
                     outside=frozenset({"976"}))  # fmt: skip
    rows = [(code, "2023") for code in (*PLACES[1:], *LYON)] + [(PLACES[0], "2022")]
    given = pd.DataFrame(rows, columns=["code", "period"])
    found = absent_units(given, outside, ground, ground.table["population"], str)
    assert (found.communes, found.examples) == (1, (PLACES[0],))


def test_a_list_of_chosen_communes_lacks_none():
    ground = units()
    perimeters = MODULES["cpts_perimetres"].SOURCE
    given = pd.DataFrame({"code": [PLACES[0]]})
    assert absent_units(given, perimeters, ground, ground.table["population"], str) is None


# --------------------------------------------------------------------------- totals


def test_totals_stand_beside_the_same_communes_and_count_lyon_once():
    ground = units()
    rows = {PLACES[0]: 110, PLACES[1]: 190, "69123": 99} | dict.fromkeys(LYON, 11)
    given = pd.DataFrame({"code": list(rows), "period": "2023", "habitants": list(rows.values())})
    (total,) = population_totals(given, SOURCE, ground, ground.table["population"])
    assert (total.total, total.reference, total.communes) == (399.0, 390.0, 11)
    assert total.gap == pytest.approx(9 / 390)
    assert total.plausible


def test_strata_are_added_and_a_large_gap_is_not_plausible():
    ground = units()
    source = Source("e", "E", "n", "", "", "commune",
                    (*COLUMNS, Column("sexe", Kind.TEXT, "sexe")),
                    ("code", "period", "sexe"))  # fmt: skip
    given = pd.DataFrame(
        {
            "code": [PLACES[0]] * 2 + [PLACES[1]] * 2,
            "period": "2023",
            "sexe": ["hommes", "femmes"] * 2,
            "habitants": [60, 50, 110, 100],
        }
    )
    (total,) = population_totals(given, source, ground, ground.table["population"])
    assert (total.total, total.reference) == (320.0, 300.0)
    assert not total.plausible


@pytest.mark.parametrize(
    ("told", "plausible"), [(105, True), (95, True), (106, False), (94, False)]
)
def test_a_total_is_plausible_within_five_percent(told, plausible):
    assert Total("c", "c", "", told, 100.0, 1).plausible is plausible


# --------------------------------------------------------------------------- impossible values


def test_impossible_values_are_told_with_their_rule():
    given = table(
        habitants=[10, -1, 0], malades=[5, 2, 0], part=[100.0, 0.0, 100.1], apl=[0.0, 1.0, 2.0]
    )
    found = {item.column: item for item in impossible_values(given, SOURCE)}
    assert set(found) == {"habitants", "part"}
    assert found["habitants"].rule == "une quantité négative"
    assert found["habitants"].examples == ("01002, 2023 : \u22121",)
    assert found["part"].rule == "un pourcentage hors de 0 à 100"
    assert (found["part"].rows, found["part"].examples) == (1, ("01003, 2023 : 100,1",))


def test_a_part_is_never_greater_than_its_whole():
    given = table(habitants=[10, 20, np.nan], malades=[10, 21, 5])
    (found,) = impossible_values(given, SOURCE, [("malades", "habitants")])
    assert (found.column, found.rows) == ("malades", 1)
    assert "« population »" in found.rule
    assert found.examples == ("01002, 2023 : 21",)


# --------------------------------------------------------------------------- changes


@pytest.mark.parametrize(
    ("unit", "combine", "minimum", "rule"),
    [
        ("habitants", "somme", None, PEOPLE),
        ("femmes standardisées", "somme", 0, PEOPLE),
        ("patients", "jamais", 0, COUNTS),
        ("ETP pour 100 000 habitants standardisés", "moyenne", 0, INDICES),
        ("pour 100 000", "jamais", 0, INDICES),
        ("%", "moyenne", 0, SHARES),
        ("€ par an", "jamais", None, MONEY),
        ("indice", "moyenne", None, None),
        ("km²", "somme", 0, None),
        ("", "identique", 0, None),
    ],
)
def test_the_rule_is_that_of_the_kind_of_column(unit, combine, minimum, rule):
    column = Column("c", Kind.NUMBER, "c", unit=unit, combine=combine, minimum=minimum)
    assert tolerance_of(column) is rule


def two_years(column, before, after):
    old = table(**{column: before}).assign(period="2022")
    return pd.concat([old, table(**{column: after})], ignore_index=True)


@pytest.mark.parametrize(
    ("column", "before", "after", "beyond"),
    [
        # beyond 25 % and 200 inhabitants: 1000 -> 1251, not 1000 -> 1250, 100 -> 300, 5000 -> 5300
        ("habitants", [1000, 1000, 100, 5000], [1251, 1250, 300, 5300], 1),
        ("habitants", [1000, 1000], [749, 750], 1),
        # beyond 50 % and 50 patients
        ("malades", [100, 100, 60, 1000], [151, 150, 105, 1400], 1),
        # beyond 15 points
        ("part", [10.0, 10.0, 90.0], [25.0, 25.1, 74.9], 2),
        # median 4: beyond 50 % and 2 consultations
        ("apl", [4.0, 4.0, 2.0, 4.0, 4.0], [6.1, 6.0, 3.9, 1.9, 4.0], 2),
    ],
)
def test_changes_beyond_the_two_limits_are_counted(column, before, after, beyond):
    (found,) = implausible_changes(two_years(column, before, after), SOURCE)
    assert (found.compared, found.beyond) == (len(before), beyond)
    assert (found.previous, found.period) == ("2022", "2023")
    assert len(found.examples) == beyond


def test_a_change_tells_the_largest_first_and_the_totals():
    given = two_years("habitants", [1000, 2000, 3000], [0, 3000, 3000])
    (found,) = implausible_changes(given, SOURCE, {"01001": "Un", "01002": "Deux"}.get)
    assert found.examples == (
        "Un : 1\u202f000 → 0\u00a0habitants",
        "Deux : 2\u202f000 → 3\u202f000\u00a0habitants",
    )
    assert found.emptied == 1
    assert found.total_change == 0.0


def test_communes_that_come_and_go_are_not_changes():
    given = two_years("habitants", [1000, 1000, 1000, 1000], [1000, 1000, 1000])
    given = given.drop(index=0).reset_index(drop=True)
    (found,) = implausible_changes(given, SOURCE)
    assert (found.compared, found.beyond, found.new, found.lost) == (2, 0, 1, 1)


def test_strata_of_inhabitants_are_compared_by_commune():
    source = Source("e", "E", "n", "", "", "commune",
                    (*COLUMNS, Column("sexe", Kind.TEXT, "sexe")),
                    ("code", "period", "sexe"))  # fmt: skip
    rows = [("2022", "h", 1000), ("2022", "f", 300), ("2023", "h", 300), ("2023", "f", 1000)]
    given = pd.DataFrame(rows, columns=["period", "sexe", "habitants"]).assign(code="01001")
    (found,) = implausible_changes(given, source)
    assert (found.compared, found.beyond) == (1, 0)


def test_one_vintage_has_nothing_to_be_compared_with():
    assert implausible_changes(table(habitants=[1, 2]), SOURCE) == ()


# --------------------------------------------------------------------------- columns


def test_masked_and_missing_are_two_things():
    given = table(part=[10.0, np.nan, np.nan, 30.0]).assign(
        part_statut=["observe", "masque", "manquant", "observe"]
    )
    (state,) = column_states(given, SOURCE)
    assert (state.known, state.masked, state.missing) == (2, 1, 1)
    assert (state.lowest, state.highest) == (10.0, 30.0)


# --------------------------------------------------------------------------- whole spaces


def report_of(space):
    return {item.source_id: item for item in Diagnostic.open(space).quality_report()}


def test_the_five_communes(five):
    report = {item.source_id: item for item in five.quality_report()}
    assert set(report) == set(five.space.states)
    people = sum(POPULATIONS.values())
    whole = report["populations_legales"]
    assert (whole.rows_read, whole.rows_kept, whole.set_aside) == (13, 13, ())
    # What is absent and what is there make the space; its five départements lack most communes.
    assert whole.inhabitants - whole.absent.inhabitants == people
    assert whole.absent.examples[0] == "Villeurbanne (69)"
    assert whole.verdict is Verdict.DOUBTFUL
    # Beaumont-en-Verdunois has no row in the APL, and no inhabitant.
    apl = report["drees_apl"]
    assert apl.absent.communes == whole.absent.communes + 1
    assert apl.absent.inhabitants == whole.absent.inhabitants
    (total,) = apl.totals
    assert (total.column, total.total, total.communes) == ("population_totale", 6900.0, 12)
    assert report["cpts_perimetres"].absent is None
    poverty = {state.column: state for state in report["insee_filosofi"].columns}["taux_pauvrete"]
    assert (poverty.known, poverty.masked, poverty.missing) == (12, 1, 0)


def test_rows_told_again_by_a_newer_file_are_set_aside(five_space, tmp_path):
    space = shutil.copytree(five_space, tmp_path / "e")
    rows = populations_rows({"01004": 1001, "2A004": 2002, "97411": 3003})
    (added,) = add_files(space, [write_csv(tmp_path / "trois.csv", rows)], vintage="2023")
    assert added.replaced == ()
    found = report_of(space)["populations_legales"]
    assert (found.rows_read, found.rows_kept) == (16, 13)
    (aside,) = found.set_aside
    assert aside.rows == 3
    assert "fichier plus ancien" in aside.reason


def test_unknown_names_are_set_aside_and_serious(tmp_path):
    listed = [("Nom CPTS", "Territoire CPTS", "dpt"), ("A", "Aiglun", "04"), ("A", "Allos", "04"),
              ("A", "Nullepart-sur-Rien", "04")]  # fmt: skip
    add_files(tmp_path / "e", [write_csv(tmp_path / "liste.csv", listed)])
    found = report_of(tmp_path / "e")["cpts_perimetres"]
    assert (found.rows_read, found.rows_kept) == (3, 2)
    assert [aside.rows for aside in found.set_aside] == [1]
    assert found.findings[0].serious
    assert "nom n'a pas été reconnu" in found.findings[0].text


def test_the_demonstration_is_sound():
    report = report_of(DEMONSTRATION)
    assert {item.verdict for item in report.values()} == {Verdict.SOUND}
    populations = report["populations_legales"]
    files = sorted((DEMONSTRATION / "populations_legales").glob("*.csv"))
    lines = [len(path.read_text().splitlines()) - 1 for path in files]
    assert populations.rows_read == sum(lines)
    # A commune that has merged since had its own line in the older files.
    assert populations.rows_kept == 5 * lines[-1]
    assert sum(aside.rows for aside in populations.set_aside) == sum(lines) - 5 * lines[-1]


@pytest.mark.real
def test_the_apl_workbook_of_the_drees(shared):
    """Codes in one vintage only, as counted in FORMATS: 13 of 2022, 3 of 2023."""
    found = implausible_changes(
        drees_apl.read(shared / "real" / "drees" / "apl_generalistes.xlsx"), drees_apl.SOURCE
    )
    assert {change.column for change in found} == {
        "apl_mg", "apl_mg_65_ans_ou_moins", "population_standardisee", "population_totale"
    }  # fmt: skip
    assert {(change.lost, change.new) for change in found} == {(13, 3)}


# --------------------------------------------------------------------------- command line


def refuse(text):
    raise AssertionError(f"{text} is not JSON")


def test_the_report_is_written_as_json(capsys):
    assert main(["verifier", "--espace", str(DEMONSTRATION), "--format", "json"]) == 0
    written = capsys.readouterr()
    report = json.loads(written.out, parse_constant=refuse)
    assert report["fictitious"] is True
    assert [item["source_id"] for item in report["sources"]][:2] == ["cog", "contours_communes"]
    apl = next(item for item in report["sources"] if item["source_id"] == "drees_apl")
    assert apl["verdict"] == "conforme"
    # 188 communes in five years; the commune that merged has a row of its own before 2020.
    assert (apl["rows_read"], apl["rows_kept"]) == (941, 940)
    assert apl["totals"][0]["gap"] == pytest.approx(0.0, abs=0.05)
    assert written.err == ""


def test_a_bad_file_is_told_and_the_exit_code_says_so(five_space, tmp_path, capsys):
    space = shutil.copytree(five_space, tmp_path / "e")
    bad = space / "insee_filosofi" / "mauvais.csv"
    bad.write_text("CODGEO;NBMENFISC20;NBPERSMENFISC20;MED20;TP6020\n01004;1;-2;3;140\n")
    assert main(["verifier", "--espace", str(space), "--format", "json"]) == 2
    report = json.loads(capsys.readouterr().out, parse_constant=refuse)
    told = next(item for item in report["sources"] if item["source_id"] == "insee_filosofi")
    assert told["verdict"] == "mis_de_cote"
    (aside,) = [file for file in told["files"] if not file["kept"]]
    assert aside["name"] == "mauvais.csv"
    assert {fault["column"] for fault in aside["faults"]} == {"personnes", "taux_pauvrete"}
    assert told["findings"][0] == {
        "text": "Fichier « mauvais.csv » mis de côté : 2\u00a0anomalies.",
        "serious": True,
    }


def test_the_text_stays_the_default(five_space, capsys):
    assert main(["verifier", "--espace", str(five_space)]) == 0
    assert "Couverture" in capsys.readouterr().out

"""BPE: four generations of layout, codes that change, zeros that are not written."""

import pytest

from cpts_data.contracts import ContractError
from cpts_data.received import head_of
from cpts_data.sources import insee_bpe

LONG = '"GEO";"GEO_OBJECT";"FACILITY_DOM";"FACILITY_SDOM";"FACILITY_TYPE";"BPE_MEASURE";'
LONG += '"TIME_PERIOD";"OBS_VALUE"'


def long_row(geo, level, kind, value, year="2024", measure="FACILITIES"):
    return f'"{geo}";"{level}";"{kind[:1]}";"{kind[:2]}";"{kind}";"{measure}";{year};{value}'


def write(path, *lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def file(tmp_path):
    return tmp_path / "x.csv"


def counts(table):
    keyed = table.set_index(["niveau", "code", "period", "type_equipement"])
    return keyed["effectif"].to_dict()


def remarks(table):
    return " ".join(table.attrs["remarques"]).replace("\u00a0", " ")


def test_the_files_of_2018_to_2021_are_summed_over_the_iris(file):
    write(
        file,
        "REG;DEP;DEPCOM;DCIRIS;AN;TYPEQU;NB_EQUIP",
        "84;01;01004;01004_0101;2019;D201;3",
        "84;01;01004;01004_0102;2019;D201;4",
        "84;01;01004;01004_0102;2019;D301;1",
        "94;2A;2A004;2A0040101;2019;D106;1",
        "84;01;01004;01004_0102;2019;A203;2",
    )
    assert insee_bpe.recognises(head_of(file))
    table = insee_bpe.read(file)
    assert counts(table) == {
        ("commune", "01004", "2019", "D201"): 7,
        ("commune", "01004", "2019", "D301"): 1,
        ("commune", "2A004", "2019", "D106"): 1,
        ("commune", "01004", "2019", "A203"): 2,
    }
    families = table.set_index("type_equipement")["famille"].to_dict()
    assert families == {
        "D201": "medecin_generaliste",
        "D301": "pharmacie",
        "D106": "urgences",
        "A203": "autre",
    }


def test_columns_of_2021_are_found_in_any_order(file):
    write(
        file,
        "AAV2020;AN;BV2012;DEP;DEPCOM;DOM;EPCI;DCIRIS;QUALI_IRIS;REG;SDOM;TYPEQU;UU2020;NB_EQUIP",
        "001;2021;01004;01;1004;D;240100883;x;1;84;D2;D201;x;5",
    )
    table = insee_bpe.read(file)
    assert counts(table) == {("commune", "01004", "2021", "D201"): 5}
    assert "1 code de commune réparé" in remarks(table)


def test_facilities_of_the_detailed_file_are_counted_and_never_named(file, tmp_path):
    write(
        file,
        "AN;NOMRS;CNOMRS;NUMVOIE;LIBVOIE;DEPCOM;DEP;REG;TYPEQU;SIRET;LONGITUDE;LATITUDE",
        '2023;"CABINET DURAND";;1;RUE X;01004;01;84;D201;12345678900011;5.1;46.1',
        "2023;MARTIN;;2;RUE Y;01004;01;84;D201;22345678900011;5.2;46.2",
        "2023;PHARMACIE;;3;RUE Z;01004;01;84;D307;32345678900011;5.2;46.2",
    )
    assert insee_bpe.recognises(head_of(file))
    table = insee_bpe.read(file)
    assert counts(table) == {
        ("commune", "01004", "2023", "D201"): 2,
        ("commune", "01004", "2023", "D307"): 1,
    }
    pruned = tmp_path / "pruned.csv"
    insee_bpe.prune(file, pruned)
    text = pruned.read_text(encoding="utf-8")
    for secret in ("DURAND", "MARTIN", "RUE", "12345678900011", "46.1"):
        assert secret not in text
    assert insee_bpe.recognises(head_of(pruned))
    assert insee_bpe.read(pruned).equals(table)


def test_only_communes_of_the_long_file_are_kept_and_totals_left_out(file):
    write(
        file,
        LONG,
        long_row("01004", "COM", "D265", 6),
        long_row("75101", "ARM", "D265", 30),
        long_row("01", "DEP", "D265", 500),
        long_row("84", "REG", "D265", 7000),
        long_row("F", "FRANCE", "D265", 60000),
        long_row("01004", "BV2022", "D265", 9),
        long_row("01004", "COM", "_T", 900),
        long_row("01004", "COM", "D265", 3, measure="CAPACITY"),
    )
    assert insee_bpe.recognises(head_of(file))
    table = insee_bpe.read(file)
    assert counts(table) == {
        ("commune", "01004", "2024", "D265"): 6,
        ("commune", "75101", "2024", "D265"): 30,
    }
    assert set(table["famille"]) == {"medecin_generaliste"}
    assert "4 lignes d'autres niveaux" in remarks(table)


def test_the_later_edition_with_three_more_columns(file):
    header = LONG.replace('"TIME_PERIOD"', '"UNIT_MEASURE";"OBS_STATUS";"UNIT_MULT";"TIME_PERIOD"')
    write(
        file,
        header,
        '"01004";"COM";"D";"D2";"D265";"FACILITIES";"PURE";"A";0;2025;6',
        '"2025-COM-01053";"COM";"D";"D2";"D265";"FACILITIES";"PURE";"A";0;2025;8',
    )
    assert counts(insee_bpe.read(file)) == {
        ("commune", "01004", "2025", "D265"): 6,
        ("commune", "01053", "2025", "D265"): 8,
    }


@pytest.mark.parametrize(
    ("code", "family"),
    [
        ("D201", "medecin_generaliste"),
        ("D265", "medecin_generaliste"),
        ("D208", "medecin_specialiste"),
        ("D264", "medecin_specialiste"),
        ("D266", "medecin_specialiste"),
        ("D221", "chirurgien_dentiste"),
        ("D277", "chirurgien_dentiste"),
        ("D232", "infirmier"),
        ("D244", "infirmier"),
        ("D233", "masseur_kinesitherapeute"),
        ("D248", "autre_professionnel_de_sante"),
        ("D301", "pharmacie"),
        ("D307", "pharmacie"),
        ("D107", "maternite"),
        ("B207", "autre"),
        ("D606", "autre"),
    ],
)
def test_families_follow_the_codes_of_every_vintage(code, family):
    assert insee_bpe.family_of(code) == family


def test_a_nomenclature_without_general_practitioner_is_told(file):
    """One user's list for 2024 still has D201 and finds nothing: we say it."""
    write(file, LONG, long_row("01004", "COM", "D606", 3, year="2026"))
    assert "2026 : aucun médecin généraliste" in remarks(insee_bpe.read(file))


def test_zeros_are_not_made_up_here(file):
    table = insee_bpe.read(write(file, LONG, long_row("01004", "COM", "D265", 6)))
    assert len(table) == 1


def test_faults_are_told(file):
    write(
        file,
        LONG,
        long_row("01004", "COM", "D265", 6),
        long_row("01004", "COM", "D265", 6),
        long_row("PARIS", "COM", "D265", 6),
        long_row("01005", "COM", "D265", 6, year="24"),
        long_row("01006", "COM", "D265", -1),
    )
    with pytest.raises(ContractError) as told:
        insee_bpe.read(file)
    assert sorted(fault.row for fault in told.value.faults) == [2, 4, 5, 6]


def test_an_odd_count_is_told_with_its_line(file):
    write(file, LONG, long_row("01004", "COM", "D265", 6), long_row("01005", "COM", "D265", "x"))
    with pytest.raises(ContractError) as told:
        insee_bpe.read(file)
    assert [(fault.row, fault.column) for fault in told.value.faults] == [(3, "OBS_VALUE")]


def test_a_cut_line_is_told(file):
    write(file, LONG, long_row("01004", "COM", "D265", 6), '"01005";"COM"')
    with pytest.raises(ContractError) as told:
        insee_bpe.read(file)
    assert [fault.row for fault in told.value.faults] == [3]

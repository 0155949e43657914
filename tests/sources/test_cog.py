"""INSEE, code officiel géographique: every field quoted, the code alone no key."""

import pytest

from cpts_data.contracts import ContractError
from cpts_data.received import head_of
from cpts_data.sources import cog, recognise
from tests.official_layouts import write_csv

LABELS = "TYPECOM,COM,REG,DEP,CTCD,ARR,TNCC,NCC,NCCENR,LIBELLE,CAN,COMPARENT"


def communes(tmp_path, *rows):
    lines = [LABELS.split(",")]
    for nature, code, region, departement, name, parent in rows:
        lines.append([nature, code, region, departement, "", "", "0", "", "", name, "", parent])
    return write_csv(tmp_path / "v_commune.csv", lines, separator=",", quote_all=True)


def test_communes_parts_and_former_communes(tmp_path):
    path = communes(
        tmp_path,
        ("COM", "01015", "84", "01", "Arboys en Bugey", ""),
        ("COMD", "01015", "", "", "Arbignieu", "01015"),
        ("ARM", "13201", "93", "13", "Marseille 1er Arrondissement", "13055"),
    )
    assert recognise(head_of(path)) == ["cog"]
    table = cog.read(path)
    assert table["nature"].tolist() == ["commune", "commune déléguée", "arrondissement"]
    assert table["commune"].isna().tolist() == [True, False, False]
    assert table.loc[1, ["departement", "region"]].isna().all()


def test_departements_and_regions(tmp_path):
    rows = [["DEP", "REG", "CHEFLIEU", "TNCC", "NCC", "NCCENR", "LIBELLE"]]
    rows += [["2A", "94", "2A004", "3", "CORSE DU SUD", "Corse-du-Sud", "Corse-du-Sud"]]
    path = write_csv(tmp_path / "d.csv", rows, separator=",", quote_all=True)
    assert recognise(head_of(path)) == ["cog"]
    assert cog.read(path).loc[0, ["code", "nature", "nom"]].tolist() == [
        "2A",
        "département",
        "Corse-du-Sud",
    ]
    rows = [["REG", "CHEFLIEU", "TNCC", "NCC", "NCCENR", "LIBELLE"]]
    rows += [["04", "97411", "0", "LA REUNION", "La Réunion", "La Réunion"]]
    path = write_csv(tmp_path / "r.csv", rows, separator=",", quote_all=True)
    assert cog.read(path).loc[0, "nature"] == "région"


def test_no_nature_is_known(tmp_path):
    with pytest.raises(ContractError) as caught:
        cog.read(communes(tmp_path, ("XXX", "01015", "84", "01", "Arboys", "")))
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(2, "nature")]


@pytest.mark.parametrize(
    "row",
    [("XXX", "01015", "84", "01", "Arboys", ""), ("COM", "01015", "84", "01", "", "")],
    ids=["unknown nature", "no name"],
)
def test_what_is_wrong_is_told(tmp_path, row):
    with pytest.raises(ContractError) as caught:
        cog.read(communes(tmp_path, ("COM", "01001", "84", "01", "L'Abergement", ""), row))
    assert [fault.row for fault in caught.value.faults] == [3]


def test_a_commune_told_twice(tmp_path):
    row = ("COM", "01015", "84", "01", "Arboys en Bugey", "")
    with pytest.raises(ContractError, match="déjà rencontré"):
        cog.read(communes(tmp_path, row, row))


def unzeroed(rows):
    """Cells as a spreadsheet gives them back: « 01015 » becomes 1015."""
    return [[cell.lstrip("0") if cell.isdigit() else cell for cell in row] for row in rows]


def test_labels_of_2019_are_in_small_letters_and_in_any_order(tmp_path):
    labels = [
        "comparent",
        "can",
        "libelle",
        "nccenr",
        "ncc",
        "tncc",
        "arr",
        "dep",
        "reg",
        "com",
        "typecom",
    ]
    row = ["", "0108", "Arboys", "Arboys", "ARBOYS", "0", "011", "01", "84", "01015", "COM"]
    path = write_csv(tmp_path / "communes-01012019.csv", [labels, row], separator=",")
    assert recognise(head_of(path)) == ["cog"]
    assert cog.read(path)[["code", "departement", "region"]].to_numpy().tolist() == [
        ["01015", "01", "84"]
    ]


def test_zeros_lost_in_a_spreadsheet_are_given_back(tmp_path):
    rows = [
        LABELS.split(","),
        ["COM", "01015", "84", "01", "01D", "011", "0", "ARBOYS", "Arboys", "Arboys", "0108", ""],
        ["COMD", "01015", "", "", "", "", "0", "ARBIGNIEU", "Arbignieu", "Arbignieu", "", "01015"],
    ]
    table = cog.read(write_csv(tmp_path / "c.csv", unzeroed(rows), separator=","))
    assert table["code"].tolist() == ["01015", "01015"]
    assert table.loc[0, ["departement", "region"]].tolist() == ["01", "84"]
    assert table.loc[1, "commune"] == "01015"
    assert "2\u202fcodes" in table.attrs["remarques"][0].replace("\u00a0", "\u202f")
    rows = [["REG", "CHEFLIEU", "TNCC", "NCC", "NCCENR", "LIBELLE"]]
    rows += [["01", "97105", "3", "GUADELOUPE", "Guadeloupe", "Guadeloupe"]]
    path = write_csv(tmp_path / "r.csv", unzeroed(rows), separator=",")
    assert cog.read(path)["code"].tolist() == ["01"]


@pytest.mark.parametrize("code", ["DEP", "1234", "0"])
def test_what_is_no_code_of_a_departement_is_told(tmp_path, code):
    rows = [["DEP", "REG", "CHEFLIEU", "TNCC", "NCC", "NCCENR", "LIBELLE"]]
    rows += [["01", "84", "01053", "5", "AIN", "Ain", "Ain"]]
    rows += [[code, "84", "01053", "5", "X", "X", "X"]]
    if code == "0":
        # « 0 » is the département 00 of the demonstration without its zero.
        assert cog.read(write_csv(tmp_path / "d.csv", rows, separator=","))["code"][1] == "00"
        return
    with pytest.raises(ContractError) as caught:
        cog.read(write_csv(tmp_path / "d.csv", rows, separator=","))
    assert [(fault.row, fault.found) for fault in caught.value.faults] == [(3, f"« {code} »")]

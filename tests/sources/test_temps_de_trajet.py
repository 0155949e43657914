"""Travel times: pairs as given, units said, matrices by IRIS refused with their reason."""

import numpy as np
import pytest

from cpts_data.contracts import ContractError, Faults, check
from cpts_data.received import head_of
from cpts_data.sources import temps_de_trajet


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


@pytest.fixture
def file(tmp_path):
    return tmp_path / "x.csv"


def remarks(table):
    return " ".join(table.attrs["remarques"]).replace("\u00a0", " ")


def test_metric_keeps_both_times_and_ends_without_a_newline(file):
    write(file, "COM1,COM2,KM,HC,HP\n01001,01002,50.2,59,61\n2A004,2B033,46.2,55,57")
    assert temps_de_trajet.recognises(head_of(file))
    table = temps_de_trajet.read(file)
    faults = Faults("x")
    check(table, temps_de_trajet.SOURCE, faults)
    assert not faults.found
    assert table["origine"].tolist() == ["01001", "2A004"]
    assert table["minutes"].tolist() == [59, 55]
    assert table["minutes_pleines"].tolist() == [61, 57]
    assert table["km"].tolist() == pytest.approx([50.2, 46.2], abs=1e-5)


def test_pairs_are_not_made_up(file):
    """Neither the way back, nor the diagonal."""
    table = temps_de_trajet.read(write(file, "COM1,COM2,KM,HC,HP\n01001,01002,50.2,59,61\n"))
    assert len(table) == 1
    assert "1 couple de communes" in remarks(table)


@pytest.mark.parametrize(
    "header",
    ["origin,destination,minutes", "from_id,to_id,travel_time", "origine,destination,duree_min"],
)
def test_other_matrices_in_minutes(file, header):
    write(file, f"{header}\n01001,01002,12.5\n")
    assert temps_de_trajet.recognises(head_of(file))
    table = temps_de_trajet.read(file)
    assert table["minutes"].tolist() == [12.5]
    assert table[["km", "minutes_pleines"]].isna().all(axis=None)


def test_seconds_and_metres_are_converted_and_told(file):
    write(file, "origin_id,destination_id,distance,duration\n01001,01002,12500,750\n")
    table = temps_de_trajet.read(file)
    assert (table["minutes"].iloc[0], table["km"].iloc[0]) == (12.5, 12.5)
    assert "secondes" in remarks(table)
    assert "mètres" in remarks(table)


def test_a_distance_whose_unit_is_not_told_is_left_out(file):
    table = temps_de_trajet.read(
        write(file, "origin,destination,minutes,distance\n01001,01002,3,4\n")
    )
    assert table["km"].isna().all()
    assert "sans unité" in remarks(table)


def test_a_time_without_unit_is_a_fault(file):
    write(file, "origin,destination,time\n01001,01002,750\n")
    assert temps_de_trajet.recognises(head_of(file))
    with pytest.raises(ContractError, match=r"sans unité.*secondes"):
        temps_de_trajet.read(file)


@pytest.mark.parametrize(
    "text",
    [
        "IRIS1,IRIS2,KM,TIME\n40080000,40090000,2.5,4\n",
        "origin,destination,minutes\n010040101,010040102,4\n",
    ],
)
def test_a_matrix_by_iris_is_refused_with_its_reason(file, text):
    write(file, text)
    assert temps_de_trajet.recognises(head_of(file))
    with pytest.raises(ContractError, match=r"IRIS.*sous la commune"):
        temps_de_trajet.read(file)


def test_codes_that_lost_their_zero_are_repaired_and_counted(file):
    table = temps_de_trajet.read(
        write(file, "COM1,COM2,KM,HC,HP\n1001,01002,1,2,3\n1001,1004.0,1,2,3\n")
    )
    assert table["origine"].tolist() == ["01001", "01001"]
    assert table["destination"].tolist() == ["01002", "01004"]
    assert "3 codes de commune réparés" in remarks(table)


def test_unreachable_pairs_are_left_out_not_zero(file):
    text = (
        "from_id,to_id,travel_time\n01001,01002,\n01001,01004,nan\n01001,01005,NA\n01001,01007,0\n"
    )
    table = temps_de_trajet.read(write(file, text))
    assert table["destination"].tolist() == ["01007"]
    assert "3 couples sans durée" in remarks(table)


def test_decimal_commas_between_semicolons(file):
    table = temps_de_trajet.read(write(file, "COM1;COM2;KM;HC;HP\n01001;01002;50,25;59;61\n"))
    assert table["km"].tolist() == [50.25]


def test_odd_tokens_are_told_with_line_and_column(file):
    text = "COM1,COM2,KM,HC,HP\n01001,01002,50.2,59,61\n01001,01004,50.2,?,61\n01001,01005,x,1,2\n"
    with pytest.raises(ContractError) as told:
        temps_de_trajet.read(write(file, text))
    assert {(fault.row, fault.column) for fault in told.value.faults} == {(3, "HC"), (4, "KM")}


def test_wrong_codes_negative_times_and_repeats_are_told(file):
    text = "COM1,COM2,KM,HC,HP\n01001,01002,1,2,3\nParis,01002,1,2,3\n01001,,1,2,3\n"
    with pytest.raises(ContractError) as told:
        temps_de_trajet.read(write(file, text))
    assert [fault.row for fault in told.value.faults] == [3, 4]
    text = "COM1,COM2,KM,HC,HP\n01001,01002,1,2,3\n01001,1002,1,2,3\n01001,01004,1,-2,3\n"
    with pytest.raises(ContractError) as told:
        temps_de_trajet.read(write(file, text))
    assert [fault.row for fault in told.value.faults] == [4, 3]


def test_a_cut_line_is_told(file):
    with pytest.raises(ContractError) as told:
        temps_de_trajet.read(write(file, "COM1,COM2,KM,HC,HP\n01001,01002,1,2,3\n01001,01\n"))
    assert [fault.row for fault in told.value.faults] == [3]


def test_a_header_without_data_is_a_fault(file):
    with pytest.raises(ContractError, match="aucune ligne"):
        temps_de_trajet.read(write(file, "COM1,COM2,KM,HC,HP\n"))


def test_measures_are_light_in_memory(file):
    table = temps_de_trajet.read(write(file, "COM1,COM2,KM,HC,HP\n01001,01002,1,2,3\n"))
    assert all(table[name].dtype == np.float32 for name in ("minutes", "minutes_pleines", "km"))
    assert table["origine"].dtype == "category"


@pytest.mark.parametrize(
    "header", ["codecommuneetablissement;ambulance", "COM;PMUN;PTOT", "code;minutes"]
)
def test_other_files_are_left_to_others(file, header):
    assert not temps_de_trajet.recognises(head_of(write(file, f"{header}\n1;2;3\n")))

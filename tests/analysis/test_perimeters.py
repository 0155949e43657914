"""Remarks on the perimeters of the five communes' CPTS."""

import pandas as pd

from cpts_data.analysis.perimeters import perimeter_remarks


def plain(texts):
    return [text.replace("\u00a0", " ").replace("\u202f", " ") for text in texts]


def test_shared_communes_and_white_zones(five):
    cpts = five.territories("cpts")
    shared, alone = plain(perimeter_remarks(cpts, pd.Index(["01001"])))
    assert shared.startswith(
        "2 communes partagées entre plusieurs CPTS : 2A004 (2 CPTS), 97411 (2 CPTS)."
    )
    assert alone == "1 commune de ces départements n'est dans aucune CPTS."
    many = plain(perimeter_remarks(cpts, pd.Index(range(46))))
    assert many[1].startswith("46 communes ou arrondissements de ces départements ne sont")


def test_two_lists_that_do_not_name_the_same(five):
    cpts = five.territories("cpts")
    nothing = pd.Index([])
    same = ["CPTS-A", "CPTS-B", "CPTS-C", "CPTS-D"]
    assert len(perimeter_remarks(cpts, nothing, same)) == 1
    _, without, absent = plain(perimeter_remarks(cpts, nothing, [*same[:2], "X"]))
    assert without == "1 CPTS sans périmètre : X."
    assert absent == "2 CPTS absentes de la liste : CPTS-C, CPTS-D."
    _, without, _ = plain(perimeter_remarks(cpts, nothing, [f"X{i}" for i in range(8)]))
    assert without == "8 CPTS sans périmètre : X0, X1, X2, X3, X4, X5… (et 2 autres)."

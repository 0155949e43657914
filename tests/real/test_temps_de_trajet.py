"""The two lines of Metric at hand."""

from pathlib import Path

import pytest

from cpts_data.received import head_of
from cpts_data.sources import temps_de_trajet

FILE = Path(__file__).resolve().parents[3] / "shared/real/insee/od_small.csv"


@pytest.mark.real
@pytest.mark.skipif(not FILE.exists(), reason="the two lines of Metric are not at hand")
def test_two_pairs():
    assert temps_de_trajet.recognises(head_of(FILE))
    table = temps_de_trajet.read(FILE)
    assert table["origine"].tolist() == ["01001", "01001"]
    assert table["destination"].tolist() == ["01002", "01004"]
    assert table["minutes"].tolist() == [59, 55]
    assert table["minutes_pleines"].tolist() == [61, 57]
    assert table["km"].tolist() == pytest.approx([50.2, 46.2], abs=1e-5)

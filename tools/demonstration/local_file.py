"""The local indicators in the open layout of the product: one file by year, as a CPAM sends them.

Numbers of patients from 1 to 10 are masked, so are denominators under 11; zeros are told. Every
figure is given for the communes and, counted apart, for each larger territory, since figures that
are not public are never composed. The oldest file was saved by a spreadsheet: Windows-1252, a
column more, blank lines.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from demonstration import local_indicators as declared
from demonstration.declared_activity import DOCTORS_INDICATOR, declared_activity
from demonstration.provenance import DemonstrationFile
from demonstration.truth import Truth
from demonstration.workbooks import text_bytes

THRESHOLD = 11
REGION = "00"
_HEADER = "indicateur;niveau;code;periode;strate;numerateur;denominateur;statut;public"
_LABEL = "libelle_du_territoire"
# The producer had no answer for these: the dental figures of two communes in the first year.
_UNKNOWN = "recours_dentiste"
_BLANK_EVERY = 1_500
# Headcounts of professionals, and of protocols, are told as they are.
_HEADCOUNTS = {DOCTORS_INDICATOR, "nb_protocoles", "nb_adherents", "part_adherents"}


def local_files(truth: Truth) -> list[DemonstrationFile]:
    """One file by year."""
    figures = pd.concat([all_levels(truth), declared_activity(truth)], ignore_index=True)
    return [
        DemonstrationFile(
            "indicateurs_locaux",
            f"indicateurs_cpam_hesperie_{year}.csv",
            f"indicateurs locaux transmis par une CPAM, {year}",
            str(year),
            _content(truth, figures[figures["annee"] == year], year),
        )
        for year in declared.YEARS
    ]


def all_levels(truth: Truth) -> pd.DataFrame:
    """Counts at every level: ``niveau, code`` beside the columns of the counts, nothing masked."""
    local = truth.health.local
    codes = truth.communes.index.to_numpy()
    local = local.assign(code=codes[local["commune"].to_numpy()])
    conditions = local["indicateur"].isin(declared.ALD_INDICATORS[1:])
    by_age = conditions & (local["strate"] != declared.WHOLE)
    zones = [("commune", local[~by_age].assign(part=1.0))]
    for level, column in (("epci", "epci"), ("departement", "departement")):
        rows = local if level in declared.AGE_LEVELS else local[~by_age]
        zones.append((level, rows.assign(code=rows["code"].map(truth.communes[column]), part=1.0)))
    zones.append(("region", local.assign(code=REGION, part=1.0)))
    members = truth.members.fillna({"part": 1.0})
    inside = local[~by_age].merge(members, on="code").drop(columns="code")
    zones.append(("cpts", inside.rename(columns={"cpts_id": "code"})))
    table = pd.concat([_summed(level, rows) for level, rows in zones], ignore_index=True)
    return _completed(table)


def _completed(table: pd.DataFrame) -> pd.DataFrame:
    """Visits without a stay are the others, whatever the rounding of a commune in part."""
    _, without, followed = declared.VISIT_INDICATORS
    keys = ["niveau", "code", "annee", "strate"]
    stays = table[table["indicateur"] == followed].set_index(keys)["numerateur"]
    mine = table["indicateur"] == without
    among = pd.MultiIndex.from_frame(table.loc[mine, keys])
    returns = table.loc[mine, "denominateur"].to_numpy() - stays.reindex(among).to_numpy()
    told = table.copy()
    told.loc[mine, "numerateur"] = returns
    return told


def _summed(level: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Add the counts by territory; a commune in part counts for its part, rounded."""
    weighted = rows.assign(
        numerateur=rows["numerateur"] * rows["part"],
        denominateur=rows["denominateur"] * rows["part"],
    )
    keys = ["indicateur", "strate", "annee", "periode", "public", "code"]
    table = weighted.groupby(keys)[["numerateur", "denominateur"]].sum().reset_index()
    for name in ("numerateur", "denominateur"):
        table[name] = np.floor(table[name] + 0.5).astype(int)
    return table.assign(niveau=level)


def _content(truth: Truth, figures: pd.DataFrame, year: int) -> bytes:
    first = year == declared.YEARS[0]
    unknown = set(truth.communes.index[[7, 90]]) if first else set()
    ordered = figures.sort_values(["indicateur", "niveau", "strate", "code"], kind="stable")
    lines = list(_lines(ordered, unknown))
    if not first:
        return b"\xef\xbb\xbf" + text_bytes([_HEADER, *lines], end="\r\n")
    names = truth.communes["nom"].to_dict()
    labelled = [f"{line};{names.get(line.split(';')[2], '')}" for line in lines]
    with_blanks = [f"{_HEADER};{_LABEL}"]
    for number, line in enumerate(labelled, start=1):
        with_blanks.append(line)
        if number % _BLANK_EVERY == 0:
            with_blanks.append("")
    return text_bytes(with_blanks, end="\r\n", encoding="cp1252")


def _lines(figures: pd.DataFrame, unknown: set[str]) -> Iterator[str]:
    columns = ["indicateur", "niveau", "code", "periode", "strate", "public"]
    for row in figures[[*columns, "numerateur", "denominateur"]].itertuples(index=False):
        start = f"{row.indicateur};{row.niveau};{row.code};{row.periode};{row.strate}"
        public = "oui" if row.public else "non"
        among = "" if np.isnan(row.denominateur) else f"{row.denominateur:.0f}"
        patients = row.indicateur not in _HEADCOUNTS
        if row.indicateur == _UNKNOWN and row.code in unknown:
            yield f"{start};;;manquant;{public}"
        elif patients and 0 < row.denominateur < THRESHOLD:
            yield f"{start};;<11;masque;{public}"
        elif patients and 0 < row.numerateur < THRESHOLD:
            yield f"{start};;{among};masque;{public}"
        else:
            yield f"{start};{row.numerateur};{among};;{public}"

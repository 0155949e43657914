"""``python -m cpts_data``: French verbs, figures on standard output, the rest on standard error."""

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from cpts_data.__main__ import main
from cpts_data.analysis.aggregate import VALUES_COLUMNS
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS
from cpts_data.reading import kept
from cpts_data.reading.themes import VIEWS
from tests.official_layouts import APL, apl_workbook

ROOT = Path(__file__).resolve().parents[1]
HEADER = (
    "indicator,level,territory,name,period,stratum,value,lower,upper,numerator,denominator,"
    "coverage,status,unit,sources"
)


def plain(text):
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("’", "'")


def run(capsys, *words):
    """Exit code, standard output, standard error (plain spaces)."""
    capsys.readouterr()
    code = main([str(word) for word in words])
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    return code, said.out, plain(said.err)


def values(capsys, space, *words):
    code, out, err = run(capsys, "valeurs", "--espace", space, *words)
    assert (code, err) == (0, "")
    return pd.read_csv(io.StringIO(out), dtype={"territory": str, "period": str})


# --------------------------------------------------------------------------- preparer


def test_preparing_keeps_the_reading_of_every_theme(capsys, five_space, tmp_path, monkeypatch):
    copy = tmp_path / "espace"
    shutil.copytree(five_space, copy, ignore=shutil.ignore_patterns(".cache"))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    code, out, err = run(capsys, "preparer", "--espace", copy)
    assert (code, out, err) == (0, "", "5 thèmes prêts.\n")
    diagnostic = Diagnostic.open(copy)

    def refuse(*_):
        raise AssertionError("worked out again")

    for view in VIEWS.values():
        found = kept.reading(diagnostic, view.indicators, refuse)
        assert set(found.values["indicator"]) <= set(view.indicators)


def test_preparing_side_by_side_is_preparing(capsys, five_space, tmp_path, monkeypatch):
    copy = tmp_path / "espace"
    shutil.copytree(five_space, copy, ignore=shutil.ignore_patterns(".cache"))
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert run(capsys, "preparer", "--espace", copy) == (0, "", "5 thèmes prêts.\n")
    assert len(list((copy / ".cache").glob("lecture-*-values.parquet"))) == 5


def test_preparing_a_space_without_cpts_says_so(capsys, tmp_path, five_files):
    space = tmp_path / "e"
    run(capsys, "ajouter", "--espace", space, five_files["populations_legales"])
    code, out, err = run(capsys, "preparer", "--espace", space)
    assert (code, out) == (0, "")
    assert err == "Aucune CPTS dans cet espace : rien à préparer.\n"


# --------------------------------------------------------------------------- ajouter


def test_adding(capsys, tmp_path, five_files):
    code, out, err = run(
        capsys,
        "ajouter",
        "--espace",
        tmp_path / "e",
        "--millesime",
        "2021",
        five_files["populations_legales"],
    )
    assert (code, out) == (0, "")
    assert err == "AJOUTÉ  donnees_communes.csv : populations_legales, 13 lignes\n"
    assert 'millesime = "2021"' in (
        tmp_path / "e" / "populations_legales" / "provenance.toml"
    ).read_text(encoding="utf-8")


def test_replacing_is_told(capsys, tmp_path, five_files):
    run(capsys, "ajouter", "--espace", tmp_path, five_files["drees_apl"])
    newer = apl_workbook(tmp_path / "neuf.xlsx", {2023: dict(APL) | {"01004": (9, 9, 9, 9)}})
    code, _, err = run(capsys, "ajouter", "--espace", tmp_path, newer)
    assert code == 0
    assert err.endswith("12 lignes ; remplace apl.xlsx (conservé dans .precedents)\n")


# --------------------------------------------------------------------------- valeurs


def test_values_as_csv(capsys, five_space):
    code, out, _ = run(
        capsys, "valeurs", "--espace", five_space, "--niveau", "cpts", "--indicateur", "apl_mg"
    )
    assert code == 0
    assert out.splitlines()[0] == HEADER
    assert tuple(HEADER.split(",")) == VALUES_COLUMNS
    assert out.splitlines()[1].startswith(
        "apl_mg,cpts,CPTS-A,CPTS de la plaine,2023,ensemble,3.5,,,14000.0,4000.0,1.0,observe,"
    )
    assert len(out.splitlines()) == 5


def test_values_of_some_territories(capsys, five_space):
    table = values(
        capsys,
        five_space,
        "--niveau",
        "commune",
        "--indicateur",
        "apl_mg",
        "population",
        "--indicateur",
        "taux_pauvrete",
        "--territoire",
        "2A004",
        "01004",
    )
    assert table["territory"].tolist() == ["2A004", "01004"] * 3
    assert table["indicator"].unique().tolist() == ["apl_mg", "population", "taux_pauvrete"]
    assert table.loc[4, "status"] == "masque"
    assert pd.isna(table.loc[4, "value"])


def test_values_of_a_period(capsys, five_space):
    words = ("--niveau", "cpts", "--indicateur", "apl_mg", "--periode")
    assert set(values(capsys, five_space, *words, "2023")["status"]) == {"observe", "sans_objet"}
    assert set(values(capsys, five_space, *words, "2001")["status"]) == {"manquant", "sans_objet"}


def test_values_as_json_and_in_a_file(capsys, five_space, tmp_path):
    target = tmp_path / "valeurs.json"
    code, out, err = run(
        capsys,
        "valeurs",
        "--espace",
        five_space,
        "--niveau",
        "cpts",
        "--indicateur",
        "apl_mg",
        "--format",
        "json",
        "--sortie",
        target,
    )
    assert (code, out, err) == (0, "", "")
    records = json.loads(target.read_text(encoding="utf-8"))
    assert list(records[0]) == list(VALUES_COLUMNS)
    assert records[0]["value"] == 3.5
    assert records[0]["lower"] is None
    assert records[3]["value"] is None
    assert records[3]["status"] == "sans_objet"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--niveau", "cpts", "--indicateur", "apl"), "Indicateur inconnu : apl."),
        (
            ("--niveau", "cpts", "--indicateur", "apl_mg", "--territoire", "CPTS-Z"),
            "Aucun territoire « CPTS-Z » au niveau CPTS",
        ),
    ],
)
def test_what_does_not_exist_is_refused(capsys, five_space, words, told):
    code, out, err = run(capsys, "valeurs", "--espace", five_space, *words)
    assert (code, out) == (2, "")
    assert told in err


def test_an_absent_space(capsys, tmp_path):
    for words in (("verifier",), ("valeurs", "--niveau", "cpts", "--indicateur", "apl_mg")):
        code, out, err = run(capsys, *words, "--espace", tmp_path / "absent")
        assert (code, out) == (2, "")
        assert "aucun dossier à cette adresse" in err


def test_a_target_that_cannot_be_written(capsys, five_space, tmp_path):
    code, _, err = run(
        capsys,
        "valeurs",
        "--espace",
        five_space,
        "--niveau",
        "cpts",
        "--indicateur",
        "apl_mg",
        "--sortie",
        tmp_path / "absent" / "x.csv",
    )
    assert code == 2
    assert "il n'existe pas à cette adresse" in err


# --------------------------------------------------------------------------- verifier


def test_verifying(capsys, five_space):
    code, out, err = run(capsys, "verifier", "--espace", five_space)
    assert code == 0
    assert "Remarque (cpts_perimetres) : 2 communes partagées entre plusieurs CPTS" in err
    text = plain(out)
    assert "Anomalies" in text.splitlines()[0]
    assert len(text.splitlines()) == 8  # a header and seven sources
    (line,) = [line for line in text.splitlines() if line.strip().startswith("insee_filosofi")]
    assert "2021" in line
    assert line.rstrip().endswith("aucune")


def test_verifying_a_space_with_a_bad_file(capsys, tmp_path, five_files):
    run(capsys, "ajouter", "--espace", tmp_path, five_files["populations_legales"])
    (tmp_path / "populations_legales" / "vide.csv").write_bytes(b"")
    code, out, err = run(capsys, "verifier", "--espace", tmp_path)
    assert code == 2
    assert "1 anomalie" in plain(out)
    assert "fichier « vide.csv » – trouvé : un fichier vide" in err
    assert "Millésime 2024 déduit des codes" in err  # nothing states it


def test_verifying_an_empty_space(capsys, tmp_path):
    code, _, err = run(capsys, "verifier", "--espace", tmp_path)
    assert code == 0
    assert "ne contient encore aucun fichier reconnu" in err


# --------------------------------------------------------------------------- indicateurs, aide


def test_the_catalogue(capsys):
    code, out, _ = run(capsys, "indicateurs", "--format", "csv")
    assert code == 0
    assert pd.read_csv(io.StringIO(out))["id"].tolist() == list(INDICATORS)
    _, out, _ = run(capsys, "indicateurs", "--format", "json")
    assert [entry["id"] for entry in json.loads(out)] == list(INDICATORS)
    _, out, _ = run(capsys, "indicateurs")
    assert all(name in out for name in INDICATORS)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "il manque : verbe"),
        (["valeurs"], "il manque : --espace, --niveau, --indicateur"),
        (["valeurs", "--espace"], "une valeur est attendue"),
        (["effacer"], "n'est pas l'un de"),
        (
            ["ajouter", "--espace", "x", "--millesime", "21", "a.csv"],
            "--millesime : « 21 » n'est pas une année comme 2021 ou 2023-2024",
        ),
        (["verifier", "--espace", "x", "--vite"], "arguments inconnus : --vite"),
        (
            ["valeurs", "--espace", "x", "--niveau", "canton", "--indicateur", "a"],
            "'canton' n'est pas l'un de",
        ),
    ],
)
def test_what_is_badly_asked_is_told_in_french(capsys, words, told):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert told in said
    assert said.startswith("utilisation : ")
    for english in ("usage", "error", "argument ", "required", "invalid", "unrecognized"):
        assert english not in said


def test_the_help_is_in_french(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["valeurs", "--help"])
    assert caught.value.code == 0
    said = capsys.readouterr().out
    assert "afficher cette aide" in said
    assert "show this help" not in said


def test_a_reader_that_goes_away(five_space):
    command = f"{sys.executable} -m cpts_data valeurs --espace {five_space} --niveau commune"
    pipe = f"{command} --indicateur population apl_mg apl_mg_65_ans_ou_moins | head -n 1"
    done = subprocess.run(
        ["bash", "-c", pipe], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == HEADER
    assert done.stderr == ""


def test_the_quality_report_has_the_keys_that_the_readme_tells(five_files, tmp_path, capsys):
    space = tmp_path / "espace"
    assert main(["ajouter", "--espace", str(space), str(five_files["populations_legales"])]) == 0
    capsys.readouterr()
    assert main(["verifier", "--espace", str(space), "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    keys = {*report, *report["sources"][0]}
    assert {key for key in keys if f"`{key}`" not in readme} == set()

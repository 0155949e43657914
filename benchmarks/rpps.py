"""Time and memory to read, check and aggregate an Annuaire santé of 2.5 million lines (about 1 GB).

Run from the project's root: ``python benchmarks/rpps.py [lines] [runs]``. The file is made up, in
the official layout (56 columns, « | », no quoting) and with the official mix of blanks. Each job is
a whole process, imports included, and the jobs alternate, so that the load of the machine weighs on
all alike; medians are shown. Two readings by pandas stand beside ours:

- ``pandas.read_csv`` with its defaults: wrong (« 01034 » becomes 1034, a quote in a name opens a
  quoted field), and it stops at the reading; from pandas 3.1 on it reads in parallel, which earlier
  versions did not;
- ``pandas.read_csv`` told to keep codes as text and quotes as characters: the same content as ours,
  of which ours keeps the columns that it needs.

Our job reads the file, checks every line and code, numbers the persons, then counts persons once
per commune, profession, savoir-faire and mode. Two other jobs are shown: reading alone, and the
whole reception into a space (recognition, copy without persons, fingerprints, reading of the copy,
table kept as Parquet), which happens once for each file.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
LINES, RUNS = 2_500_000, 3
MEMORY_LIMIT = 2.0

HEADER = (
    "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Code civilité d'exercice|"
    "Libellé civilité d'exercice|Code civilité|Libellé civilité|Nom d'exercice|Prénom d'exercice|"
    "Code profession|Libellé profession|Code catégorie professionnelle|"
    "Libellé catégorie professionnelle|Code type savoir-faire|Libellé type savoir-faire|"
    "Code savoir-faire|Libellé savoir-faire|Code mode exercice|Libellé mode exercice|"
    "Numéro SIRET site|Numéro SIREN site|Numéro FINESS site|Numéro FINESS établissement juridique|"
    "Identifiant technique de la structure|Raison sociale site|Enseigne commerciale site|"
    "Complément destinataire (coord. structure)|Complément point géographique (coord. structure)|"
    "Numéro Voie (coord. structure)|Indice répétition voie (coord. structure)|"
    "Code type de voie (coord. structure)|Libellé type de voie (coord. structure)|"
    "Libellé Voie (coord. structure)|Mention distribution (coord. structure)|"
    "Bureau cedex (coord. structure)|Code postal (coord. structure)|"
    "Code commune (coord. structure)|Libellé commune (coord. structure)|"
    "Code pays (coord. structure)|Libellé pays (coord. structure)|Téléphone (coord. structure)|"
    "Téléphone 2 (coord. structure)|Télécopie (coord. structure)|"
    "Adresse e-mail (coord. structure)|Code Département (structure)|"
    "Libellé Département (structure)|Ancien identifiant de la structure|"
    "Autorité d'enregistrement|Code secteur d'activité|Libellé secteur d'activité|"
    "Code section tableau pharmaciens|Libellé section tableau pharmaciens|Code rôle|Libellé rôle|"
    "Code genre activité|Libellé genre activité|"
)
PROFESSIONS = {
    ("10", "Médecin"): 23,
    ("60", "Infirmier"): 60,
    ("70", "Masseur-Kinésithérapeute"): 12,
    ("21", "Pharmacien"): 8,
    ("40", "Chirurgien-Dentiste"): 5,
    ("50", "Sage-Femme"): 3,
    ("91", "Orthophoniste"): 3,
    ("93", "Psychologue"): 8,
}
SYLLABLES = ("ba", "che", "dou", "fre", "gan", "lou", "mar", "ni", "per", "ra", "sau", "tin", "vi")

JOBS = {
    "pandas.read_csv, defaults (codes lost)": """
import sys, pandas
pandas.read_csv(sys.argv[1], sep="|")
""",
    "pandas.read_csv, codes kept as text": """
import csv, sys, pandas
pandas.read_csv(sys.argv[1], sep="|", dtype=str, na_filter=False, quoting=csv.QUOTE_NONE)
""",
    "ours: read, check, aggregate": """
import sys, pathlib
from cpts_data.analysis.professionals import counts_by_unit
from cpts_data.sources import rpps
counts_by_unit(rpps.read(pathlib.Path(sys.argv[1])))
""",
    "ours: read and check only": """
import sys, pathlib
from cpts_data.sources import rpps
rpps.read(pathlib.Path(sys.argv[1]))
""",
    "ours: received into a space": """
import sys, pathlib, tempfile
from cpts_data.space.receiving import add_files
with tempfile.TemporaryDirectory() as folder:
    (receipt,) = add_files(pathlib.Path(folder) / "e", [pathlib.Path(sys.argv[1])])
assert receipt.accepted, receipt.faults
""",
}
OURS = "ours: read, check, aggregate"


class Register:
    """Makes lines of the register: persons, sites with a FINESS number, practices."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        communes = pd.read_parquet(ROOT / "data/reference/cog/communes.parquet")
        places = list(
            zip(
                communes["code"],
                communes["name"],
                communes["postal_codes"].str[:5].where(communes["postal_codes"] != "", "01000"),
                strict=True,
            )
        )
        weights = communes["population"].fillna(0) + 1
        self.places = self.random.choices(places, weights, k=300_000)
        self.names = [self.word(self.random.randint(2, 4)) for _ in range(200_000)]
        self.first_names = [self.word(2) for _ in range(8_000)]
        self.streets = [f"DE {self.word(self.random.randint(2, 5))}" for _ in range(30_000)]
        self.sites = [self.site(place) for place in self.places[:60_000]]

    def word(self, syllables):
        """A name in capitals."""
        return "".join(self.random.choices(SYLLABLES, k=syllables)).upper()

    def digits(self, count):
        """A number of so many digits, as text."""
        return str(self.random.randrange(10 ** (count - 1), 10**count))

    def site(self, place):
        """SIRET, FINESS number, name and place of an establishment."""
        return self.digits(14), place[2][:2] + self.digits(7), f"CENTRE {self.word(3)}", place

    def person(self, number):
        """The lines of one person: a quarter of them have two."""
        dice = self.random
        profession = dice.choices(list(PROFESSIONS), list(PROFESSIONS.values()))[0]
        name, first = dice.choice(self.names), dice.choice(self.first_names)
        skill = ("", "", "", "")
        if profession[0] == "10":
            code = dice.choice(["SM54", "SM26", f"SM{dice.randint(1, 60):02d}"])
            skill = ("S", "Spécialité ordinale", code, f"Spécialité {code}")
        identifier = str(10_000_000_000 + number * 37)
        who = ("8", identifier, f"8{identifier}", "DR", "Docteur", "M", "Monsieur", name, first)
        mail = f"{first}.{name}{number}@exemple.fr".lower() if dice.random() < 0.3 else ""
        for _ in range(1 + (dice.random() < 0.25)):
            mode, structure = self.activity(name)
            former = f"3{structure[0]}" if structure[0] else ""
            yield (
                *who, *profession, "C", "Civil", *skill, *mode, *structure, mail, "", "", former,
                "CNOM/CNOM/CNOM", "SA07", "Cabinet individuel", "", "", "", "",
                "GENR01", "Activité standard de soin ou de pharmacien",
            )  # fmt: skip

    def activity(self, name):
        """Mode of practice, and the 24 cells of the structure: none, a site, a practice."""
        dice, chance = self.random, self.random.random()
        if chance < 0.2:
            return dice.choice([("L", "Libéral"), ("S", "Salarié"), ("", "")]), ("",) * 24
        if chance < 0.6:
            siret, finess, title, place = dice.choice(self.sites)
            mode, complement = ("S", "Salarié"), ""
            identity = (siret, siret[:9], finess, f"0{siret[:8]}", f"F{finess}", title, "")
        else:
            place, siret = dice.choice(self.places), self.digits(14)
            mode, complement = ("L", "Libéral"), name
            identity = (siret, siret[:9], "", "", f"C{siret}", f"CABINET DU DR {name}", "")
        code, town, postal = place
        address = (
            complement, "", str(dice.randint(1, 300)), "", "R", "Rue", dice.choice(self.streets),
            "", f"{postal} {town.upper()}", postal, code, town, "", "",
            f"0{self.digits(9)}", "", "",
        )  # fmt: skip
        return mode, identity + address


def write_register(path, lines):
    """Write a register of so many lines; the same on every run."""
    register, written, number = Register(2026), 0, 0
    with path.open("w", encoding="utf-8") as stream:
        stream.write(f"{HEADER}\n")
        while written < lines:
            number += 1
            for cells in register.person(number):
                stream.write("|".join(cells) + "|\n")
                written += 1
    return written


def run(code, file):
    """Seconds of the clock and of the processors, and gigabytes at most, of one process."""
    start = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-c", code, file], env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"a job failed with status {process.returncode}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 2**20


def main():
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else RUNS
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "PS_LibreAcces_Personne_activite.txt"
        written = write_register(file, lines)
        size = file.stat().st_size / 1e9
        machine = f"{os.cpu_count()} processors, pandas {pd.__version__}"
        print(f"{written:,} lines, {size:.2f} GB, {machine}, median of {runs} runs")
        measures = {name: [] for name in JOBS}
        for _ in range(runs):
            for name, code in JOBS.items():
                measures[name].append(run(code, str(file)))
    medians = {
        name: [statistics.median(column) for column in zip(*found, strict=True)]
        for name, found in measures.items()
    }
    ours = medians[OURS]
    print(f"{'':40} {'seconds':>8} {'CPU s':>7} {'peak GiB':>9} {'ratio':>6} {'CPU ratio':>9}")
    for name, (seconds, cpu, memory) in medians.items():
        ratios = f"{seconds / ours[0]:6.1f} {cpu / ours[1]:9.1f}"
        print(f"{name:40} {seconds:8.1f} {cpu:7.1f} {memory:9.2f} {ratios}")
    print(f"memory limit {MEMORY_LIMIT} GiB: {'kept' if ours[2] < MEMORY_LIMIT else 'EXCEEDED'}")


if __name__ == "__main__":
    main()

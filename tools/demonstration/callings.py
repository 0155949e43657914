"""The professions of the island: what they are called in each official file, how many, where.

Densities are near those that the Cnam publishes for France in 2024 (self-employed, per 100,000
inhabitants); the salaried ones are of the right order only.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Calling:
    """A profession or a medical specialty.

    ``code, label`` are those of the Annuaire santé, ``skill, skill_label`` its savoir-faire (empty
    for most professions), ``cnam`` the label of the Cnam, ``group`` the sheet of the workbook of
    sectors and ``sector`` its label there, ``facility`` the codes of the BPE until 2023 and since.
    ``liberal`` and ``salaried`` are per 100,000 inhabitants in 2024; ``growth`` is per year;
    ``town`` says how much they gather in towns (0 = as inhabitants); ``poverty`` how much they
    avoid poor communes; ``women`` their share; ``age`` the mean; ``second_sector`` the share of
    sector 2.
    """

    id: str
    code: str
    label: str
    cnam: str
    sector: str
    group: str
    facility: tuple[str, str]
    liberal: float
    salaried: float
    growth: float
    town: float
    poverty: float
    women: float
    age: float
    skill: str = ""
    skill_label: str = ""
    second_sector: float = 0.0


GENERAL = "Généralistes et MEP"
SPECIALISTS = "Spécialistes"
DENTISTS = "Dentistes et ODF"
MIDWIVES = "Sages-femmes"
AUXILIARIES = "Auxiliaires médicaux"
HOSPITAL = "hopital"

DOCTOR = ("10", "Médecin")
GP = Calling(
    *("medecin_generaliste", *DOCTOR),
    "Médecins généralistes (hors médecins à expertise particulière - MEP)",
    *("01- Médecine générale", GENERAL, ("D201", "D265")),
    *(0.0, 0.0, -0.015, 0.0, 0.1, 0.45, 51.0),
    *("SM54", "Médecine générale", 0.06),
)
_SPECIALTIES = (
    # id, skill, label, cnam, sector, BPE old and new, liberal, salaried, growth, age, women, s2
    ("cardiologue", "SM04", "Cardiologie et maladies vasculaires", "Cardiologues",
     "03- Cardiologie", "D202", "D251", 7.0, 4.0, -0.005, 53, 0.28, 0.35),
    ("dermatologue", "SM15", "Dermatologie et vénéréologie", "Dermatologues",
     "05- Dermatologie", "D203", "D252", 3.4, 0.6, -0.03, 55, 0.72, 0.45),
    ("gastro_enterologue", "SM24", "Gastro-entérologie et hépatologie",
     "Hépato-gastro-entérologues", "08- Gastro-entérologie", "D206", "D255",
     2.9, 2.0, -0.005, 52, 0.33, 0.45),
    ("psychiatre", "SM42", "Psychiatrie", "Psychiatres",
     "33- Psychiatrie", "D210", "D259", 8.6, 11.0, -0.015, 56, 0.45, 0.35),
    ("ophtalmologue", "SM38", "Ophtalmologie", "Ophtalmologues",
     "15- Ophtalmologie", "D208", "D257", 6.0, 1.2, -0.01, 53, 0.45, 0.6),
    ("orl", "SM39", "Oto-rhino-laryngologie", "Oto-rhino-laryngologistes",
     "11- Oto-rhino-laryngologie", "D209", "D258", 2.7, 1.0, -0.01, 52, 0.33, 0.55),
    ("pediatre", "SM40", "Pédiatrie", "Pédiatres",
     "12- Pédiatrie", "D211", "D260", 3.8, 6.5, -0.01, 54, 0.68, 0.4),
    ("pneumologue", "SM41", "Pneumologie", "Pneumologues",
     "13- Pneumologie", "D212", "D261", 1.8, 2.0, 0.0, 51, 0.42, 0.15),
    ("radiologue", "SM44", "Radio-diagnostic", "Radiologues",
     "06- Radio-diagnostic", "D213", "D262", 8.2, 4.0, 0.0, 52, 0.35, 0.15),
    ("rhumatologue", "SM48", "Rhumatologie", "Rhumatologues",
     "14- Rhumatologie", "D215", "D264", 2.3, 1.0, -0.015, 54, 0.5, 0.5),
    ("gynecologue", "SM20", "Gynécologie-obstétrique", "Gynécologues médicaux et obstétriciens",
     "07- Gynécologie", "D214", "D263", 6.1, 4.5, -0.015, 53, 0.68, 0.7),
    ("chirurgien", "SM05", "Chirurgie générale", "Chirurgiens",
     "04- Chirurgie", "D204", "D253", 10.5, 6.0, 0.005, 50, 0.2, 0.75),
    ("anesthesiste", "SM02", "Anesthésie-réanimation", "Anesthésistes-réanimateurs",
     "02- Anesthésie-réanimation", "D205", "D254", 4.6, 11.0, 0.0, 51, 0.36, 0.6),
    ("endocrinologue", "SM16", "Endocrinologie et métabolisme", "Endocrinologues",
     "42- Endocrinologie", "D207", "D256", 1.3, 1.6, 0.01, 47, 0.78, 0.5),
    ("neurologue", "SM36", "Neurologie", "Neurologues",
     "32- Neurologie", "D216", "D266", 1.7, 2.6, 0.01, 46, 0.5, 0.3),
    ("nephrologue", "SM34", "Néphrologie", "Néphrologues",
     "35- Néphrologie", "D217", "D267", 0.7, 1.9, 0.005, 48, 0.48, 0.1),
    ("geriatre", "SM18", "Gériatrie", "Autres médecins",
     "34-Gériatrie", "D218", "D268", 0.4, 4.2, 0.02, 46, 0.64, 0.1),
    ("urgentiste", "SM26", "Qualifié en Médecine générale", "", "", "", "",
     0.0, 8.0, 0.0, 43, 0.48, 0.0),
)  # fmt: skip
# Who treats the whole island from a few towns.
SPECIALTIES = tuple(
    Calling(
        id=row[0],
        code=DOCTOR[0],
        label=DOCTOR[1],
        cnam=row[3],
        sector=row[4],
        group=SPECIALISTS,
        facility=(row[5], row[6]),
        liberal=row[7],
        salaried=row[8],
        growth=row[9],
        town=0.75,
        poverty=0.15,
        women=row[11],
        age=row[10],
        skill=row[1],
        skill_label=row[2],
        second_sector=row[12],
    )
    for row in _SPECIALTIES
)
OTHERS = (
    Calling("infirmier", "60", "Infirmier", "Infirmiers", "24- Infirmiers", AUXILIARIES,
            ("D232", "D281"), 141.0, 560.0, 0.022, 0.05, -0.08, 0.84, 45.0),
    Calling("masseur_kinesitherapeute", "70", "Masseur-Kinésithérapeute",
            "Masseurs-kinésithérapeutes", "26- Masseurs-kinésithérapeutes", AUXILIARIES,
            ("D233", "D280"), 112.0, 24.0, 0.028, 0.12, 0.16, 0.5, 42.0),
    Calling("chirurgien_dentiste", "40", "Chirurgien-Dentiste",
            "Chirurgiens-dentistes (hors spécialistes d'orthopédie dento-faciale - ODF)",
            "19- Chirurgiens-dentistes", DENTISTS,
            ("D221", "D277"), 53.0, 5.0, 0.006, 0.18, 0.2, 0.5, 47.0),
    Calling("sage_femme", "50", "Sage-Femme", "Sages-femmes", "21- Sages-femmes", MIDWIVES,
            ("D231", "D279"), 11.6, 21.0, 0.045, 0.2, 0.05, 0.97, 42.0),
    Calling("orthophoniste", "91", "Orthophoniste", "Orthophonistes", "28- Orthophonistes",
            AUXILIARIES, ("D235", "D283"), 30.0, 6.0, 0.02, 0.2, 0.2, 0.96, 43.0),
    Calling("orthoptiste", "92", "Orthoptiste", "Orthoptistes", "29- Orthoptistes",
            AUXILIARIES, ("D236", "D282"), 4.6, 1.8, 0.03, 0.6, 0.15, 0.88, 39.0),
    Calling("pedicure_podologue", "80", "Pédicure-Podologue", "Pédicures-podologues",
            "27- Pédicures", AUXILIARIES, ("D237", "D278"), 18.5, 0.6, 0.012, 0.2, 0.12, 0.68,
            43.0),
    Calling("pharmacien", "21", "Pharmacien", "", "", "", ("", ""), 40.0, 68.0, 0.0, 0.1, 0.0,
            0.68, 46.0),
    Calling("psychologue", "93", "Psychologue", "", "", "", ("", ""), 34.0, 44.0, 0.03, 0.4,
            0.15, 0.87, 43.0),
    Calling("opticien_lunetier", "28", "Opticien-Lunetier", "", "", "", ("", ""), 5.0, 52.0, 0.01,
            0.3, 0.05, 0.55, 39.0),
    Calling("audioprothesiste", "26", "Audioprothésiste", "", "", "", ("", ""), 3.0, 5.0, 0.04,
            0.5, 0.05, 0.52, 37.0),
    Calling("dieteticien", "95", "Diététicien", "", "", "", ("", ""), 9.0, 8.0, 0.02, 0.35, 0.1,
            0.94, 38.0),
    Calling("ergotherapeute", "94", "Ergothérapeute", "", "", "", ("", ""), 5.0, 17.0, 0.03, 0.3,
            0.1, 0.87, 37.0),
    Calling("psychomotricien", "96", "Psychomotricien", "", "", "", ("", ""), 6.0, 15.0, 0.03,
            0.3, 0.1, 0.87, 37.0),
    Calling("technicien_de_laboratoire", "86", "Technicien de laboratoire médical", "", "", "",
            ("", ""), 0.0, 55.0, 0.0, 0.6, 0.0, 0.78, 43.0),
    Calling("manipulateur_erm", "98", "Manipulateur ERM", "", "", "", ("", ""), 0.0, 46.0, 0.01,
            0.6, 0.0, 0.71, 42.0),
)  # fmt: skip
CALLINGS = {calling.id: calling for calling in (GP, *SPECIALTIES, *OTHERS)}

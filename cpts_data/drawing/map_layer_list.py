"""The layers that a reader may lay over a map: ids, labels, colours, and what they gather. Pure.

An id appears in addresses: it is a promise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cpts_data.diagnostic import Diagnostic
from cpts_data.territories import Level

ZONE, STRUCTURE, PROFESSION = "zones", "structures", "professionnels"
STAGE_LAYER, EPCI_LAYER, BASIN_LAYER = "cpts_stades", "epci", "bassins_de_vie"
ZONING = "zonage_"


@dataclass(frozen=True)
class Layer:
    """A layer: id, French label, kind, and for points the families or professions gathered."""

    id: str
    label: str
    kind: str
    colour: str = ""
    letter: str = ""
    members: tuple[str, ...] = ()
    one: str = ""


STRUCTURES: Final = (
    Layer("msp", "Maisons de santé (MSP)", STRUCTURE, "#0b6e63", "M", ("msp",)),
    Layer("centres_de_sante", "Centres de santé", STRUCTURE, "#4a6b00", "C", ("centre_de_sante",)),
    Layer(
        "gardes",
        "Maisons médicales de garde",
        STRUCTURE,
        "#7a5200",
        "G",
        ("maison_medicale_de_garde",),
    ),
    Layer("pharmacies", "Pharmacies", STRUCTURE, "#1b7a3d", "P", ("pharmacie",)),
    Layer("laboratoires", "Laboratoires", STRUCTURE, "#1f6fa8", "L", ("laboratoire",)),
    Layer("hopitaux", "Hôpitaux et cliniques", STRUCTURE, "#9b1c3c", "H", ("hopital",)),
    Layer(
        "autres_etablissements",
        "Psychiatrie, SMR, long séjour, HAD, dialyse",
        STRUCTURE,
        "#6b3a2e",
        "B",
        (
            "hopital_psychiatrique",
            "soins_medicaux_et_readaptation",
            "soins_de_longue_duree",
            "hospitalisation_a_domicile",
            "dialyse",
        ),
    ),
    Layer("ehpad", "Ehpad", STRUCTURE, "#6d3f8f", "E", ("ehpad",)),
    Layer(
        "domicile",
        "Soins à domicile et résidences autonomie",
        STRUCTURE,
        "#4f4aa3",
        "D",
        ("ssiad", "service_autonomie_aide_et_soins", "residence_autonomie"),
    ),
    Layer(
        "sante_mentale",
        "Santé mentale et addictologie (CMP, CSAPA…)",
        STRUCTURE,
        "#a8480a",
        "S",
        ("centre_medico_psychologique", "cmpp", "camsp", "csapa", "caarud"),
    ),
    Layer(
        "prevention",
        "PMI, vaccination, santé sexuelle, maisons de naissance",
        STRUCTURE,
        "#b02a6b",
        "V",
        (
            "pmi",
            "centre_de_sante_sexuelle",
            "cegidd",
            "centre_de_vaccination",
            "maison_de_naissance",
        ),
    ),
    Layer(
        "coordination",
        "Coordination (CPTS, DAC, CLIC, MDPH)",
        STRUCTURE,
        "#3b4754",
        "A",
        ("cpts", "dac", "clic", "mdph"),
    ),
)
PROFESSIONS: Final = (
    Layer("generalistes", "Médecins généralistes", PROFESSION, "#0a5a8a", "", ("medecin",), "mg"),
    Layer(
        "specialistes",
        "Médecins d’autres spécialités",
        PROFESSION,
        "#5b3f8f",
        "",
        ("medecin",),
        "autres",
    ),
    Layer("infirmiers", "Infirmiers", PROFESSION, "#a8326b", "", ("infirmier",)),
    Layer(
        "kines",
        "Masseurs-kinésithérapeutes",
        PROFESSION,
        "#7a5200",
        "",
        ("masseur_kinesitherapeute",),
    ),
    Layer(
        "dentistes", "Chirurgiens-dentistes", PROFESSION, "#0b6e63", "", ("chirurgien_dentiste",)
    ),
    Layer("sages_femmes", "Sages-femmes", PROFESSION, "#9b1c3c", "", ("sage_femme",)),
    Layer("orthophonistes", "Orthophonistes", PROFESSION, "#4a6b00", "", ("orthophoniste",)),
    Layer("orthoptistes", "Orthoptistes", PROFESSION, "#3b4754", "", ("orthoptiste",)),
    Layer("podologues", "Pédicures-podologues", PROFESSION, "#6b3a2e", "", ("pedicure_podologue",)),
    Layer("psychologues", "Psychologues", PROFESSION, "#4f4aa3", "", ("psychologue",)),
)
_ZONED: Final = {
    "medecins": "médecins",
    "infirmiers": "infirmiers",
    "masseurs_kinesitherapeutes": "masseurs-kinésithérapeutes",
    "chirurgiens_dentistes": "chirurgiens-dentistes",
    "sages_femmes": "sages-femmes",
    "orthophonistes": "orthophonistes",
}


def available(diagnostic: Diagnostic) -> dict[str, Layer]:
    """The layers that a space can draw, by id, territories first."""
    found: list[Layer] = []
    space = diagnostic.space
    if len(diagnostic.territories(Level.CPTS).table):
        found.append(Layer(STAGE_LAYER, "CPTS par stade", ZONE))
    if len(diagnostic.territories(Level.EPCI).table):
        found.append(Layer(EPCI_LAYER, "EPCI", ZONE))
    if len(diagnostic.territories(Level.BASSIN_DE_VIE).table):
        found.append(Layer(BASIN_LAYER, "Bassins de vie", ZONE))
    if space.has("zonage_medecins"):
        professions = space.table("zonage_medecins")["profession"].unique()
        found += [
            Layer(f"{ZONING}{name}", f"Zonage des {label}", ZONE, members=(name,))
            for name, label in _ZONED.items()
            if name in professions
        ]
    if space.has("finess"):
        families = set(space.table("finess")["famille"].astype(str))
        found += [layer for layer in STRUCTURES if families.intersection(layer.members)]
    if space.has("rpps"):
        professions = space.table("rpps")["profession"].astype(str).unique()
        found += [layer for layer in PROFESSIONS if layer.members[0] in professions]
    return {layer.id: layer for layer in found}


def group_label(layer: Layer) -> str:
    """The label of a layer in a list of all of them."""
    heads = {ZONE: "Contours", STRUCTURE: "Structures", PROFESSION: "Professionnels"}
    return f"{heads[layer.kind]} › {layer.label}"

"""What looks like a person: NIR by their key, names by their title, mailboxes by their role."""

import pandas as pd
import pytest

from cpts_data.layouts.personal_data import (
    gives_private_line,
    holds_nir,
    is_personal_email,
    looks_like_birth_dates,
    names_a_person,
    personal_labels,
    reaches_a_person,
    starts_with_a_title,
)


# 2 55 08 14 168 025: 2550814168025 modulo 97 is 59, and 97 - 59 = 38.
@pytest.mark.parametrize(
    ("text", "nir"),
    [
        ("255081416802538", True),
        ("2 55 08 14 168 025 38", True),
        ("2550814168025", True),
        ("n° 255081416802538 à Brest", True),
        ("255081416802539", False),
        ("185052A00400156", False),
        ("26010003700068", False),
        ("010000024", False),
        ("0474000000", False),
        ("2025", False),
    ],
)
def test_a_nir_has_its_shape_and_its_key(text, nir):
    assert holds_nir(text) is nir


def test_a_corsican_nir():
    # Key of 1 85 05 2A 004 001: letters count as 19, 97 - 1850519004001 % 97.
    key = 97 - 1850519004001 % 97
    assert holds_nir(f"185052A004001{key:02d}")
    assert not holds_nir(f"185052A004001{(key % 97) + 1:02d}")


@pytest.mark.parametrize(
    "label",
    [
        "NIR", "N° de Sécurité sociale", "num_secu", "Date de naissance", "date_naissance", "DDN",
        "Né le", "Nom", "Prénom", "nom_patient", "Nom du médecin", "Nom de naissance", "IPP",
        "id_patient", "Téléphone", "Courriel", "E-mail", "civilité",
    ],
)  # fmt: skip
def test_personal_labels(label):
    assert label in personal_labels([label])


@pytest.mark.parametrize(
    "label",
    [
        "nom_commune", "Nom de la CPTS", "nom_cpts", "libelle", "code", "commentaire", "effectif",
        "patients", "identifiant", "assures", "source", "nombre de patients", "insee", "unité",
    ],
)  # fmt: skip
def test_labels_of_territories_and_figures_are_left_alone(label):
    assert not personal_labels([label])


def test_birth_dates_are_a_column_of_whole_dates():
    assert looks_like_birth_dates(pd.Series(["01/02/1956", "1956-02-01", "", None]))
    assert not looks_like_birth_dates(pd.Series(["2025", "2025-S1", "2024-2025"]))
    assert not looks_like_birth_dates(pd.Series(["", ""]))


@pytest.mark.parametrize("text", ["Dr Martin", "voir Mme Anne DURAND", "docteur? Docteur Le-Goff"])
def test_a_title_before_a_name(text):
    assert names_a_person(text)


@pytest.mark.parametrize(
    "text", ["Médecine générale", "dr", "MSP du Docteur", "M. le maire", "IRM et scanner"]
)
def test_no_name_without_a_title_and_a_name(text):
    assert not names_a_person(text)


def test_a_place_named_after_somebody_is_a_place():
    assert starts_with_a_title("Dr Martin")
    assert not starts_with_a_title("Hôpital du Docteur Roux")


@pytest.mark.parametrize(
    ("address", "personal"),
    [
        ("anne.durand@cpts-plaine.fr", True),
        ("charles.michel@orange.fr", True),
        ("adurand62@gmail.com", True),
        ("contact@msp-du-port.fr", False),
        ("secretariat.msp@orange.fr", False),
        ("pharmacie.centrale@gmail.com", False),
        ("cpts.valdoise@gmail.com", False),
        ("coordination@cpts.fr", False),
    ],
)
def test_mailboxes(address, personal):
    assert is_personal_email(address) is personal


@pytest.mark.parametrize(
    ("text", "personal"),
    [
        ("04 74 00 00 00", False),
        ("06 12 34 56 78", False),
        ("Standard 06.12.34.56.78", False),
        ("Anne Durand 06 12 34 56 78", True),
        ("Anne DURAND, +33 6 12 34 56 78", True),
        ("Dr Durand", True),
        ("contact@msp.fr ; www.msp.fr", False),
        ("anne.durand@msp.fr", True),
    ],
)
def test_a_contact_is_that_of_a_structure_or_of_a_person(text, personal):
    assert reaches_a_person(text) is personal


def test_a_private_line_in_a_free_text():
    assert gives_private_line("appeler le 0612345678")
    assert gives_private_line("écrire à contact@msp.fr")
    assert not gives_private_line("appeler le 04 74 00 00 00")

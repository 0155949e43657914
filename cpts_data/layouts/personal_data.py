"""What looks like a person in a table that people hand in: labels and cells (DOMAIN §12.2).

Two answers are possible. A table of figures is refused whole when it seems to name patients: a NIR,
a birth date, a name. A list of structures loses the cells that name somebody, and keeps the rest.
Neither answer ever repeats what was found: a refusal must not copy a NIR into a message or a log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from cpts_data.layouts.labels import plain

# Labels are compared without accents or punctuation (cpts_data.layouts.labels.plain).
_LABELS = (
    (
        "un numéro de sécurité sociale (NIR)",
        r"\bnir\b|\bnirs\b|securite sociale|\bsecu\b|\binsi?\b|matricule|numero (d )?assure",
    ),
    ("une date ou une année de naissance", r"naissance|\bddn\b|\bne le\b|\bnee le\b|\bdob\b|birth"),
    (
        "le nom d'une personne",
        r"^noms?$|prenoms?\b|patronym|civilite|identite|\bpatiente?\b|\bipp\b|first name|last name|"
        r"noms? (de |du |d |des )?(la |l |le |les )?(patient|assure|beneficiaire|professionnel|"
        r"medecin|praticien|famille|usage|epou|personne|adherent|membre)",
    ),
    ("un téléphone ou un courriel", r"telephone|\btel\b|portable|mobile|courriel|e mail|\bmail"),
)

_NIR = re.compile(
    r"(?<!\d)([1-478])\s?(\d{2})\s?(0[1-9]|1[0-2]|[2-9]\d)\s?(\d{2}|2[AB])\s?(\d{3})\s?(\d{3})"
    r"(?:\s?(\d{2}))?(?!\d)",
    re.IGNORECASE,
)
_DATE = r"(?:\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d{2}|(?:19|20)\d{2}-\d{2}-\d{2})"
_TITLE = r"(?:M\.|MM\.|Mme|Mlle|Mr|Monsieur|Madame|Mademoiselle|Dr\.?|Docteur|Docteure|Pr\.?)"
# Bounded repetitions: a cell of a million characters is searched once, not from each of them.
_NAME = r"[A-ZÀ-Ý][\w’'-]{1,60}"
_TITLED_NAME = re.compile(rf"(?<!\w){_TITLE}\s+{_NAME}")
_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)33[\s.]?(?:\(0\)\s?)?|0)[67](?:[\s.-]?\d{2}){4}(?!\d)")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
# « contact », « secretariat-msp » or « cpts.valdoise » write for a structure.
_ROLES = frozenset(
    [
        "contact",
        "accueil",
        "info",
        "infos",
        "direction",
        "coordination",
        "cpts",
        "msp",
        "mds",
        "dac",
        "had",
        "chu",
        "ch",
        "pmi",
        "cmp",
        "ssiad",
        "ehpad",
        "asso",
        "rdv",
        "bonjour",
        "mairie",
        "labo",
        "sante",
        "cabinet",
        "centre",
        "maison",
        "equipe",
    ]
)
_ROLE_STARTS = (
    "secretariat",
    "administr",
    "pharmacie",
    "hopital",
    "clinique",
    "association",
    "urgence",
    "rendezvous",
    "service",
    "communication",
    "laboratoire",
    "permanence",
    "msp",
    "cpts",
)
_PUBLIC_MAILBOXES = frozenset(
    [
        "gmail",
        "orange",
        "wanadoo",
        "free",
        "hotmail",
        "outlook",
        "yahoo",
        "laposte",
        "sfr",
        "live",
        "icloud",
    ]
)
_TWO_NAMES = re.compile(rf"(?<!\w){_NAME}\s+{_NAME}(?!\w)")


def personal_labels(labels: Iterable[str]) -> dict[str, str]:
    """Labels that look personal, and what each seems to hold (French)."""
    found = {}
    for label in labels:
        words = plain(label)
        for meaning, pattern in _LABELS:
            if re.search(pattern, words):
                found[label] = meaning
                break
    return found


def holds_nir(text: str) -> bool:
    """Whether a text holds a NIR: thirteen digits of its shape, or fifteen whose key is right.

    Source of the shape and of the key (97 less the remainder by 97): Insee, « Numéro
    d'inscription au répertoire ».
    """
    for match in _NIR.finditer(text):
        key = match.group(7)
        if key is None:
            return True
        digits = "".join(match.groups()[:6]).upper().replace("2A", "19").replace("2B", "18")
        if 97 - int(digits) % 97 == int(key):
            return True
    return False


def looks_like_birth_dates(texts: pd.Series) -> bool:
    """Whether most filled cells of a column are whole dates (day, month, year)."""
    filled = texts[texts.fillna("") != ""].astype("string").str.strip()
    return len(filled) > 0 and bool(filled.str.fullmatch(_DATE).fillna(False).mean() > 0.5)


def names_a_person(text: str) -> bool:
    """Whether a text holds a title before a name: « Dr Martin », « Mme Anne DURAND »."""
    return _TITLED_NAME.search(text) is not None


def starts_with_a_title(text: str) -> bool:
    """Whether a text is a person's: a title comes first. « Hôpital du Docteur Roux » is a place."""
    return re.match(rf"{_TITLE}\s+{_NAME}", text.strip()) is not None


def is_personal_email(address: str) -> bool:
    """Whether an e-mail address looks like that of a person rather than of a structure.

    « contact@… » and « secretariat.msp@… » are a structure's; « anne.durand@… », « a-durand@… »
    and addresses of public mailboxes without any role are a person's.
    """
    local, _, domain = address.lower().partition("@")
    words = plain(local).split()
    if any(word in _ROLES or word.startswith(_ROLE_STARTS) for word in words):
        return False
    return len(words) > 1 or domain.split(".")[0] in _PUBLIC_MAILBOXES


def reaches_a_person(text: str) -> bool:
    """Whether a contact is that of a person: a personal address, or a name beside a mobile.

    A telephone alone is the structure's, mobile or not; so are the addresses that name a role.
    """
    if names_a_person(text) or any(is_personal_email(found) for found in _EMAIL.findall(text)):
        return True
    return _MOBILE.search(text) is not None and _TWO_NAMES.search(text) is not None


def gives_private_line(text: str) -> bool:
    """Whether a free text gives a mobile or an e-mail: its place is the contact column."""
    return _MOBILE.search(text) is not None or _EMAIL.search(text) is not None

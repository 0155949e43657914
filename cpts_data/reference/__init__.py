"""The shipped reference: communes of France today and since 2003, their names and their history.

Source: npm package ``@etalab/decoupage-administratif`` (Etalab, Insee; Licence Ouverte 2.0),
versions 0.7.0 to 6.0.0, written to ``data/reference/cog`` by ``tools/make_reference.py``;
``provenance.toml`` beside the tables gives versions and sha256.

How exact it is, counted against the Insee's own files: on each 1 January from 2003 to 2024 the
codes and the names equal those of ``v_commune_depuis_1943.csv`` without one difference, once the
package is corrected on four points (``provenance.toml``, ``corrections``). What differs:

- events from 2019 on are dated on the 1 January that follows them (Sannerville left Saline on
  31 December 2019: here on 1 January 2020), and a change undone within a year is not seen;
- populations are those of the present only; how a merger was peopled before 2019 is unknown, so
  that going back beyond it has no share (nor has 52427, split in 2012 and merged since);
- communes of the collectivités d'outre-mer (975, 977, 978, 98x), which the COG lists apart, stand
  in :func:`outre_mer` and nowhere else.
"""

from cpts_data.reference.codes import (
    CITIES,
    FINESS_DEPARTEMENTS,
    AmbiguousCodeError,
    ReferenceLookupError,
    UnknownCodeError,
    city_of,
    departement_of,
    departement_of_finess,
    normalise_code,
)
from cpts_data.reference.history import FIRST_YEAR, conversion, infer_year, resolve_code
from cpts_data.reference.names import (
    RULES,
    AmbiguousCommuneError,
    UnknownCommuneError,
    resolve_commune,
    resolve_communes,
)
from cpts_data.reference.national import national_values
from cpts_data.reference.shipped import PRESENT_YEAR, population_label, population_year
from cpts_data.reference.tables import (
    arrondissements,
    communes,
    departements,
    epci,
    epci_members,
    ept,
    ept_members,
    former_communes,
    outre_mer,
    regions,
)

__all__ = [
    "CITIES",
    "FINESS_DEPARTEMENTS",
    "FIRST_YEAR",
    "PRESENT_YEAR",
    "RULES",
    "AmbiguousCodeError",
    "AmbiguousCommuneError",
    "ReferenceLookupError",
    "UnknownCodeError",
    "UnknownCommuneError",
    "arrondissements",
    "city_of",
    "communes",
    "conversion",
    "departement_of",
    "departement_of_finess",
    "departements",
    "epci",
    "epci_members",
    "ept",
    "ept_members",
    "former_communes",
    "infer_year",
    "national_values",
    "normalise_code",
    "outre_mer",
    "population_label",
    "population_year",
    "regions",
    "resolve_code",
    "resolve_commune",
    "resolve_communes",
]

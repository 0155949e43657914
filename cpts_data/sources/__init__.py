"""The published datasets: one module each, named by its source id, listed here and nowhere else.

A source module offers ``SOURCE`` (what it is and promises), ``recognises(head)``, ``read(path)``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, cast

import pandas as pd

from cpts_data.contracts import Source
from cpts_data.received import Head
from cpts_data.sources import (
    cartosante,
    cnam_demographie,
    cnam_pathologies,
    cnam_secteurs,
    cog,
    contours_communes,
    cpts_carte_nationale,
    cpts_liste,
    cpts_perimetres,
    drees_apl,
    drees_apl_chirurgiens_dentistes,
    drees_apl_infirmiers,
    drees_apl_masseurs_kinesitherapeutes,
    drees_apl_sages_femmes,
    drees_urgences,
    finess,
    grille_densite,
    indicateurs_locaux,
    insee_bpe,
    insee_epci,
    insee_evol_struct_pop,
    insee_filosofi,
    insee_td_pop1b,
    populations_legales,
    qpv,
    qpv_revenus,
    ressources_locales,
    rpps,
    spf_depistage,
    spf_fdep,
    spf_prevention_compilation,
    spf_vaccination,
    statistiques_locales,
    table_appartenance,
    temps_de_trajet,
    territoires_de_vie_sante,
    zonage_medecins,
)


class SourceModule(Protocol):
    """What a source module offers."""

    SOURCE: Source

    def recognises(self, head: Head) -> bool:
        """Whether this file is of this dataset, by its content."""

    def read(self, path: Path) -> pd.DataFrame:
        """Read the whole file; raises ContractError with all faults."""


# The code file comes first: the others are checked against it.
MODULES: dict[str, SourceModule] = {
    module.SOURCE.id: cast("SourceModule", module)
    for module in (
        cog,
        contours_communes,
        table_appartenance,
        populations_legales,
        drees_apl,
        insee_filosofi,
        cpts_liste,
        cpts_perimetres,
        cartosante,
        cnam_demographie,
        cnam_pathologies,
        cnam_secteurs,
        cpts_carte_nationale,
        drees_apl_chirurgiens_dentistes,
        drees_apl_infirmiers,
        drees_apl_masseurs_kinesitherapeutes,
        drees_apl_sages_femmes,
        drees_urgences,
        finess,
        grille_densite,
        indicateurs_locaux,
        insee_bpe,
        insee_epci,
        insee_evol_struct_pop,
        insee_td_pop1b,
        qpv,
        qpv_revenus,
        ressources_locales,
        rpps,
        spf_depistage,
        spf_fdep,
        spf_prevention_compilation,
        spf_vaccination,
        statistiques_locales,
        temps_de_trajet,
        territoires_de_vie_sante,
        zonage_medecins,
    )
}


def recognise(head: Head) -> list[str]:
    """Ids of the sources that recognise a file (one when all is well)."""
    return [name for name, module in MODULES.items() if module.recognises(head)]

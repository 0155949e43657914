"""Which part of the country is asked for, and which official files that makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cpts_data import french, reference
from cpts_data.contracts import Address, Source
from cpts_data.sources import MODULES


class DownloadRefusedError(ValueError):
    """What was asked cannot be done; the text says why, in French."""


@dataclass(frozen=True)
class Area:
    """The part of the country asked for: départements, régions, or France when both are empty.

    Make one with :meth:`of_departements`, :meth:`of_regions` or :meth:`france`.
    """

    departements: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    @classmethod
    def france(cls) -> Area:
        """The whole country."""
        return cls()

    @classmethod
    def of_departements(cls, codes: Iterable[str]) -> Area:
        """Some départements (« 13 », « 2a », « 1 »); :class:`DownloadRefusedError` if unknown."""
        return cls(departements=_known(codes, reference.departements()["name"], "département"))

    @classmethod
    def of_regions(cls, codes: Iterable[str]) -> Area:
        """Some régions (« 93 »); :class:`DownloadRefusedError` when one is unknown."""
        return cls(regions=_known(codes, reference.regions()["name"], "région"))

    @property
    def national(self) -> bool:
        """Whether the whole country is asked for."""
        return not self.departements and not self.regions

    def codes(self, per: str) -> tuple[str, ...]:
        """Codes of the départements or of the régions that cover the area."""
        home = reference.departements()["region"]
        if per == "region":
            if self.national:
                return tuple(reference.regions().index)
            return self.regions or tuple(dict.fromkeys(home[list(self.departements)]))
        if self.departements:
            return self.departements
        return tuple(home.index[home.isin(self.regions) | self.national])


def _known(codes: Iterable[str], names: Mapping[str, str], noun: str) -> tuple[str, ...]:
    asked = [code.strip().upper().zfill(2) for code in codes]
    unknown = [code for code in asked if code not in names]
    if unknown or not asked:
        plural = "s" if len(unknown) > 1 else ""
        said = f"Code{plural} de {noun} inconnu{plural} : {french.enumeration(unknown)}."
        valid = ", ".join(f"{code} ({name})" for code, name in names.items())
        raise DownloadRefusedError(
            f"{said if unknown else f'Aucun code de {noun}.'} Codes connus : {valid}."
        )
    return tuple(dict.fromkeys(asked))


@dataclass(frozen=True)
class Wanted:
    """One official file to get for a source."""

    source: Source
    address: Address


def wanted_files(
    sources: Sequence[str] | None,
    area: Area,
    addresses: Mapping[str, Sequence[Address]] | None = None,
) -> list[Wanted]:
    """Every file to get, in the order of the catalogue; all sources that tell an address if None.

    ``addresses`` stands in for those of the catalogue. :class:`DownloadRefusedError` when a source
    is unknown.
    """
    told = {name: module.SOURCE.addresses for name, module in MODULES.items()}
    told |= {name: tuple(found) for name, found in (addresses or {}).items()}
    asked = [name for name in told if told[name]] if sources is None else list(sources)
    unknown = [name for name in asked if name not in MODULES]
    if unknown:
        raise DownloadRefusedError(
            f"Source inconnue : {french.enumeration(unknown)}. "
            f"Sources connues : {', '.join(MODULES)}."
        )
    found = []
    for name in MODULES:
        if name in asked:
            source = MODULES[name].SOURCE
            nowhere = Address("", source.title, note="Aucune adresse connue.")
            found += [
                Wanted(source, address) for address in _portions(told[name] or (nowhere,), area)
            ]
    return found


def _portions(addresses: Sequence[Address], area: Area) -> list[Address]:
    """The addresses whose portion of the country fits the area best, codes written in."""
    if area.national:
        order = ("france", "region", "departement")
    elif area.regions:
        order = ("region", "departement", "france")
    else:
        order = ("departement", "region", "france")
    for per in order:
        found = [address for address in addresses if address.per == per]
        if found and per == "france":
            return found
        if found:
            return [address.of(code) for address in found for code in area.codes(per)]
    return []

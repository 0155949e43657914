"""Why a transfer failed, told in French to someone who is no programmer."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator

import httpx

RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_STATUSES = {
    401: "le site demande un identifiant (401)",
    403: "le site refuse l'accès (403) : il filtre peut-être les téléchargements automatiques",
    404: "l'adresse n'existe pas ou n'existe plus (404) : le producteur a sans doute déplacé le "
    "fichier",
    407: "votre proxy demande un identifiant et un mot de passe (407) : demandez à votre service "
    "informatique la valeur de HTTPS_PROXY",
    410: "le producteur a retiré le fichier (410)",
    429: "le site demande d'espacer les téléchargements (429)",
    451: "le site ne peut pas donner ce fichier pour une raison légale (451)",
}
OFFLINE = "aucun site n'a répondu jusqu'ici, celui-ci n'a pas été essayé"


def of_status(status: int) -> str:
    """Say why a site answers with an error."""
    known = _STATUSES.get(status)
    if known is None:
        known = f"le site est en panne ou en maintenance ({status})" if status >= 500 else ""
    return known or f"le site répond par une erreur ({status})"


def of_error(error: Exception) -> str:
    """Say why a request got no answer, or lost it."""
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return (
            "le certificat du site n'a pas pu être vérifié : un proxy d'établissement déchiffre "
            "peut-être les échanges ; demandez à votre service informatique son certificat, et "
            "indiquez-le dans SSL_CERT_FILE"
        )
    if isinstance(error, httpx.ProxyError):
        if "407" in str(error):
            return of_status(407)
        return f"votre proxy refuse la connexion ({_bare(error)})"
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError):
        return f"la connexion au site n'aboutit pas{_through_proxy()}"
    if isinstance(error, httpx.TimeoutException):
        return "le site ne répond plus"
    if isinstance(error, httpx.TooManyRedirects):
        return "le site renvoie sans fin d'une adresse à l'autre"
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return "l'adresse est mal formée"
    return "la connexion a été coupée"


def is_unreachable(error: Exception) -> bool:
    """Whether the site could not even be spoken to."""
    reached = any(isinstance(cause, ssl.SSLError) for cause in _causes(error))
    return isinstance(error, httpx.ConnectTimeout | httpx.ConnectError) and not reached


def is_worth_retrying(error: Exception) -> bool:
    """Whether the same request may succeed a little later."""
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
        return False
    if isinstance(error, httpx.ProxyError) and "407" in str(error):
        return False
    return isinstance(error, httpx.TransportError) and not isinstance(
        error, httpx.UnsupportedProtocol
    )


def _through_proxy() -> str:
    names = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
    told = next((name for name in names if os.environ.get(name)), None)
    return f" (par le proxy que donne {told})" if told else ""


def _bare(error: Exception) -> str:
    return str(error).strip()[:80] or type(error).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__

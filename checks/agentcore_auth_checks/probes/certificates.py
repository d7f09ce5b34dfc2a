"""The certificate that a server shows: read from a trusted connection, or from a refused one."""

from __future__ import annotations

import hashlib
import ssl
import warnings
from typing import TYPE_CHECKING, cast

import httpcore

from agentcore_auth_checks.addresses import literal_address
from agentcore_auth_checks.facts.http import Certificate, NoAnswer
from agentcore_auth_checks.text import Untrusted

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as DecodedCertificate

# OpenSSL's numbers (x509_vfy.h).
_NOT_YET_VALID = 9
_EXPIRED = 10
_HOSTNAME_MISMATCH = 62
_ADDRESS_MISMATCH = 64
_OPENSSL_NUMBERS = range(1, 256)

_DistinguishedName = tuple[tuple[tuple[str, str], ...], ...]
_SHORT_NAMES = {
    "commonName": "CN",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "localityName": "L",
    "stateOrProvinceName": "ST",
    "countryName": "C",
}


def shown_certificate(connection: ssl.SSLObject) -> Certificate | None:
    """Returns the certificate of a connection whose handshake is done, or None without one."""
    encoded = connection.getpeercert(binary_form=True)
    if encoded is None:
        return None
    decoded = connection.getpeercert()
    if not decoded:
        # A context that leaves verifying to somebody else decodes nothing: to the system's
        # own verifier on macOS and Windows, or to nobody.
        return decoded_certificate(encoded)
    names = cast("tuple[tuple[str, str], ...]", decoded.get("subjectAltName", ()))
    return Certificate(
        subject=_distinguished_name(cast(_DistinguishedName, decoded.get("subject", ()))),
        issuer=_distinguished_name(cast(_DistinguishedName, decoded.get("issuer", ()))),
        names=tuple(Untrusted(name) for kind, name in names if kind in ("DNS", "IP Address")),
        not_before=float(ssl.cert_time_to_seconds(str(decoded["notBefore"]))),
        not_after=float(ssl.cert_time_to_seconds(str(decoded["notAfter"]))),
        sha256=hashlib.sha256(encoded).hexdigest(),
    )


def decoded_certificate(encoded: bytes) -> Certificate | None:
    """Returns a certificate in DER (RFC 5280) as a fact, or None where it is not one."""
    # Costs more than everything else a request imports, and only a refused one needs it.
    from cryptography import x509

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the standards that this certificate breaks
        try:
            certificate = x509.load_der_x509_certificate(encoded)
            return Certificate(
                subject=Untrusted(certificate.subject.rfc4514_string()),
                issuer=Untrusted(certificate.issuer.rfc4514_string()),
                names=_alternative_names(certificate),
                not_before=certificate.not_valid_before_utc.timestamp(),
                not_after=certificate.not_valid_after_utc.timestamp(),
                sha256=hashlib.sha256(encoded).hexdigest(),
            )
        except ValueError:
            return None


async def refused_certificate(
    stream: httpcore.AsyncNetworkStream, host: str, seconds: float
) -> Certificate | None:
    """Returns the certificate that a server shows to anyone, or None where it shows none.

    Its handshake trusts whatever it is shown, so nothing is sent on it; the stream is closed.

    Args:
        stream: a connection to the server on which nothing was sent yet.
        host: the name asked for (Server Name Indication, RFC 6066 section 3).
        seconds: how long the handshake may take.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        stream = await stream.start_tls(context, host, seconds)
        connection: object = stream.get_extra_info("ssl_object")
        return shown_certificate(connection) if isinstance(connection, ssl.SSLObject) else None
    except (httpcore.NetworkError, httpcore.TimeoutException, OSError):
        return None
    finally:
        await stream.aclose()


def refusal_reason(
    error: ssl.SSLError, certificate: Certificate | None, host: str, now: float
) -> NoAnswer:
    """Returns why a handshake failed.

    OpenSSL's number says it; other systems' verifiers have numbers of their own, and then the
    certificate itself is looked at, at the time `now` in seconds since the epoch.
    """
    if not isinstance(error, ssl.SSLCertVerificationError):
        return NoAnswer.TLS_OTHER
    number = error.verify_code
    if number in (_EXPIRED, _NOT_YET_VALID):
        return NoAnswer.TLS_EXPIRED
    if number in (_HOSTNAME_MISMATCH, _ADDRESS_MISMATCH):
        return NoAnswer.TLS_HOSTNAME
    if number in _OPENSSL_NUMBERS or certificate is None:
        return NoAnswer.TLS_UNTRUSTED
    if not certificate.not_before <= now <= certificate.not_after:
        return NoAnswer.TLS_EXPIRED
    return NoAnswer.TLS_UNTRUSTED if _covers(certificate, host) else NoAnswer.TLS_HOSTNAME


def _covers(certificate: Certificate, host: str) -> bool:
    """Whether one of the certificate's names is the host's (RFC 9525 section 6.3)."""
    address = literal_address(host)
    for name in certificate.names:
        if address is not None:
            if literal_address(name.raw) == address:
                return True
        elif name.raw.lower() in (host, f"*.{host.partition('.')[2]}"):
            return True
    return False


def _distinguished_name(name: _DistinguishedName) -> Untrusted:
    """Returns a name as RFC 4514 writes it: the most particular part first."""
    parts = [
        "+".join(f"{_SHORT_NAMES.get(kind, kind)}={value}" for kind, value in part)
        for part in reversed(name)
    ]
    return Untrusted(",".join(parts))


def _alternative_names(certificate: DecodedCertificate) -> tuple[Untrusted, ...]:
    from cryptography import x509

    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    hosts = extension.value.get_values_for_type(x509.DNSName)
    addresses = extension.value.get_values_for_type(x509.IPAddress)
    return tuple(Untrusted(str(name)) for name in (*hosts, *addresses))

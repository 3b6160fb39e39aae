"""A private certificate authority for one test: certificates that are as good, or as bad, as a test wants them."""

from __future__ import annotations

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.now(datetime.timezone.utc)
HOUR = datetime.timedelta(hours=1)


class Authority:
    """`pem` is its own certificate, which a client must trust to trust those that it issues."""

    def __init__(self, name: str = "ekscred e2e authority"):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = named(name)
        builder = certificate(self._name, self._name, self._key, NOW - HOUR, NOW + HOUR)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.pem = in_pem(builder.sign(self._key, hashes.SHA256()))

    def issue(self, host: str, *others: str, until: datetime.datetime = NOW + HOUR) -> bytes:
        """A key and a certificate for a host and perhaps others, names or addresses; PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = certificate(named(host), self._name, key, min(NOW, until) - HOUR, until)
        alternatives = [alternative_name(each) for each in (host, *others)]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return private + in_pem(builder.sign(self._key, hashes.SHA256()))


def certificate(subject, issuer, key, begin, end) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        subject_name=subject,
        issuer_name=issuer,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=begin,
        not_valid_after=end,
    )


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def alternative_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def in_pem(cert: x509.Certificate) -> bytes:
    return cert.public_bytes(serialization.Encoding.PEM)

"""The certificate `serve --tls` shows: one that is given, or one made here and kept.

In: two files; or a folder, the address served, the time.    Out: Certificate.
Never knows: the server. A made one names this machine as phones reach it (localhost, its own addresses, the one given) and
nothing else, also as an authority: a phone that is told to trust it trusts it for these names only.
"""
from __future__ import annotations

import fcntl
import ipaddress
import os
import socket
import struct
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from geodata.errors import BadInput
from geodata.whole import no_room, write_whole

VALID_DAYS = 397             # the most browsers take: CA/Browser Forum, Baseline Requirements 6.3.2
RENEW_DAYS = 30              # so long before its end the next start makes a new one
CERT, KEY = "cert.pem", "key.pem"
SIOCGIFADDR = 0x8915         # linux/sockios.h: the IPv4 address of an interface
EVERYWHERE = ("0.0.0.0", "::")


@dataclass(frozen=True)
class Certificate:
    """Where it lies, who it is, how long it holds."""

    cert: Path
    key: Path
    fingerprint: str         # SHA-256, AA:BB:…
    until: datetime


def given_certificate(cert: Path, key: Path, now: datetime) -> Certificate:
    """A certificate somebody else made. Raises BadInput file_not_found or bad_file: no PEM, another's key, not valid today."""
    for field, path in (("cert", cert), ("key", key)):
        if not path.is_file():
            raise BadInput("file_not_found", field=field, value=str(path))
    shown = _read(cert)
    secret = _read_key(key)
    if secret.public_key() != shown.public_key():
        raise _bad("key", key, "key_of_other")
    if not shown.not_valid_before_utc <= now < shown.not_valid_after_utc:
        raise _bad("cert", cert, "not_valid_now")
    return _described(cert, key, shown)


def own_certificate(folder: Path, host: str, now: datetime, *, here: Iterable[str] | None = None) -> Certificate:
    """The certificate kept in `folder` while it is good for this host and RENEW_DAYS more, else a new one. Raises NoRoom.

    here  the machine's own addresses; asked of the system unless given
    """
    names = _names(host, lan_addresses() if here is None else here)
    cert, key = folder / CERT, folder / KEY
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        lock = (folder / ".lock").open("a")
    except OSError as why:
        raise no_room(why, folder) from why
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            kept = given_certificate(cert, key, now + timedelta(days=RENEW_DAYS))
            if names <= _named(_read(cert)):
                return kept
        except BadInput:
            pass                                     # none yet, half of one, or its end is near
        _make(cert, key, names, now)
    return given_certificate(cert, key, now)


def lan_addresses() -> list[str]:
    """The IPv4 addresses of this machine's interfaces but the loopback: where a phone on the same network finds it."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            try:
                told = fcntl.ioctl(asking.fileno(), SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:                          # it has none
                continue
            found.append(socket.inet_ntoa(told[20:24]))
    return sorted(address for address in set(found) if not ipaddress.ip_address(address).is_loopback)


Name = x509.DNSName | x509.IPAddress


def _names(host: str, here: Iterable[str]) -> set[Name]:
    said = {"localhost", "127.0.0.1", *here, *(() if host in EVERYWHERE or not host else (host,))}
    return {_general(name) for name in said}


def _general(name: str) -> Name:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode("ascii"))


def _named(cert: x509.Certificate) -> set[x509.GeneralName]:
    try:
        return set(cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return set()


def _make(cert: Path, key: Path, names: set[Name], now: datetime) -> None:
    """The key first: a certificate without its key would be shown and could not be used."""
    secret = ec.generate_private_key(ec.SECP256R1())
    plain = secret.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _write_secret(key, plain)
    write_whole(cert, _signed(secret, names, now).public_bytes(serialization.Encoding.PEM))


def _signed(secret: ec.EllipticCurvePrivateKey, names: set[Name], now: datetime) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Locator on this machine")])
    ordered = sorted(names, key=str)
    only = [x509.IPAddress(ipaddress.ip_network(name.value)) if isinstance(name, x509.IPAddress) else name for name in ordered]
    usage = x509.KeyUsage(digital_signature=True, key_cert_sign=True, crl_sign=False, content_commitment=False,
                          key_encipherment=False, data_encipherment=False, key_agreement=False,
                          encipher_only=False, decipher_only=False)
    begin = now - timedelta(hours=1)                 # a phone's clock may be late
    builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(secret.public_key())
               .serial_number(x509.random_serial_number()).not_valid_before(begin)
               .not_valid_after(begin + timedelta(days=VALID_DAYS))
               .add_extension(x509.SubjectAlternativeName(ordered), critical=False)
               .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
               .add_extension(x509.NameConstraints(permitted_subtrees=only, excluded_subtrees=None), critical=True)
               .add_extension(usage, critical=True)
               .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
               .add_extension(x509.SubjectKeyIdentifier.from_public_key(secret.public_key()), critical=False))
    return builder.sign(secret, hashes.SHA256())


def _write_secret(path: Path, content: bytes) -> None:
    """A file that only its owner reads (mkstemp makes it 0600), there whole or not at all."""
    made: str | None = None
    try:
        handle, made = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(made, path)
        made = None
    except OSError as why:
        raise no_room(why, path) from why
    finally:
        if made is not None:
            Path(made).unlink(missing_ok=True)


def _read(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())[0]
    except (OSError, ValueError, UnsupportedAlgorithm) as why:
        raise _bad("cert", path, "no_certificate") from why


def _read_key(path: Path) -> PrivateKeyTypes:
    try:
        return serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as why:      # TypeError: it wants a password
        raise _bad("key", path, "no_key") from why


def _described(cert: Path, key: Path, shown: x509.Certificate) -> Certificate:
    print_ = shown.fingerprint(hashes.SHA256()).hex(":").upper()
    return Certificate(cert, key, print_, shown.not_valid_after_utc)


def _bad(field: str, path: Path, reason: str) -> BadInput:
    return BadInput("bad_file", field=field, value=str(path), reason=reason)

"""The certificate made here: for which names, how long, who may read its key; and what is no certificate."""
from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from geodata.errors import BadInput, NoRoom
from locator.tls import Certificate, given_certificate, lan_addresses, own_certificate

NOW = datetime(2026, 11, 24, tzinfo=UTC)
LAN = ["192.0.2.7", "198.51.100.3"]
DAY = timedelta(days=1)


def made(folder: Path, host: str = "127.0.0.1", now: datetime = NOW, here: list[str] = LAN) -> Certificate:
    return own_certificate(folder, host, now, here=here)


def shown(certificate: Certificate) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificate.cert.read_bytes())


def test_it_names_this_machine_and_nothing_else(tmp_path: Path) -> None:
    cert = shown(made(tmp_path / "tls", "stops.example"))
    names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(names.get_values_for_type(x509.DNSName)) == {"localhost", "stops.example"}
    assert {str(address) for address in names.get_values_for_type(x509.IPAddress)} == {"127.0.0.1", *LAN}
    limits = cert.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical and {str(one.value) for one in limits.value.permitted_subtrees or ()} == {
        "localhost", "stops.example", "127.0.0.1/32", *(f"{address}/32" for address in LAN)}


def test_it_holds_397_days_and_its_key_is_read_by_its_owner_only(tmp_path: Path) -> None:
    certificate = made(tmp_path / "tls")
    cert = shown(certificate)
    assert cert.not_valid_after_utc - cert.not_valid_before_utc == 397 * DAY and cert.not_valid_before_utc < NOW
    assert certificate.key.stat().st_mode & 0o777 == 0o600 and certificate.cert.parent.stat().st_mode & 0o777 == 0o700
    assert certificate.until == cert.not_valid_after_utc
    assert len(certificate.fingerprint) == 32 * 3 - 1 and certificate.fingerprint.isupper()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", ""])
def test_an_address_for_all_is_no_name(tmp_path: Path, host: str) -> None:
    names = shown(made(tmp_path / "tls", host)).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert len(list(names)) == 2 + len(LAN)


def test_it_is_used_again_until_a_month_before_its_end(tmp_path: Path) -> None:
    first = made(tmp_path / "tls")
    assert made(tmp_path / "tls", now=NOW + 366 * DAY) == first
    renewed = made(tmp_path / "tls", now=NOW + 367 * DAY)
    assert renewed.fingerprint != first.fingerprint and renewed.until == first.until + 367 * DAY
    assert made(tmp_path / "tls", now=NOW + 367 * DAY) == renewed


def test_an_address_it_does_not_name_makes_a_new_one(tmp_path: Path) -> None:
    first = made(tmp_path / "tls")
    assert made(tmp_path / "tls", here=LAN[:1]) == first, "one address fewer changes nothing"
    assert made(tmp_path / "tls", here=[*LAN, "203.0.113.9"]).fingerprint != first.fingerprint


@pytest.mark.parametrize("harm", [lambda c: c.key.unlink(), lambda c: c.cert.write_bytes(c.cert.read_bytes()[:99]),
                                  lambda c: c.key.write_bytes(pem(ec.generate_private_key(ec.SECP256R1())))],
                         ids=["no key", "cut", "another's key"])
def test_half_of_one_is_made_again(tmp_path: Path, harm: object) -> None:
    first = made(tmp_path / "tls")
    assert callable(harm)
    harm(first)
    assert made(tmp_path / "tls").fingerprint != first.fingerprint


def test_many_at_once_end_with_one(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(made(tmp_path / "tls").fingerprint)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6 and len(set(found)) == 1


def test_a_client_that_trusts_it_verifies_it_by_name_and_by_address(tmp_path: Path) -> None:
    """In memory: what OpenSSL says of our certificate, strictly, and that it says no for another name."""
    certificate = made(tmp_path / "tls", "stops.example", now=datetime.now(UTC))
    names = ("stops.example", "127.0.0.1", LAN[0], "evil.example", "192.0.2.8")
    assert [name for name in names if _verifies(certificate, name)] == ["stops.example", "127.0.0.1", LAN[0]]


def _verifies(certificate: Certificate, name: str) -> bool:
    near, far = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    near.verify_flags |= ssl.VERIFY_X509_STRICT
    near.load_verify_locations(certificate.cert)
    far.load_cert_chain(certificate.cert, certificate.key)
    to_far, to_near = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = near.wrap_bio(to_near, to_far, server_hostname=name)
    server = far.wrap_bio(to_far, to_near, server_side=True)
    for _ in range(10):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError:
                return False
    return client.version() is not None


def pem(key: ec.EllipticCurvePrivateKey, form: serialization.PrivateFormat = serialization.PrivateFormat.PKCS8,
        password: bytes = b"") -> bytes:
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, locked)


def test_a_given_one_is_taken_as_it_is(tmp_path: Path) -> None:
    ours = made(tmp_path / "tls")
    assert given_certificate(ours.cert, ours.key, NOW) == ours


@pytest.mark.parametrize(("cert", "key", "at", "field", "reason"), [
    (b"", None, NOW, "cert", "no_certificate"), (b"-----BEGIN CERTIFICATE-----\nAAAA\n", None, NOW, "cert", "no_certificate"),
    (None, b"hello", NOW, "key", "no_key"),
    (None, pem(ec.generate_private_key(ec.SECP256R1()), password=b"x"), NOW, "key", "no_key"),
    (None, pem(ec.generate_private_key(ec.SECP256R1())), NOW, "key", "key_of_other"),
    (None, None, NOW + 397 * DAY, "cert", "not_valid_now"), (None, None, NOW - DAY, "cert", "not_valid_now"),
])
def test_what_cannot_be_shown_is_refused(tmp_path: Path, cert: bytes | None, key: bytes | None, at: datetime, field: str,
                                         reason: str) -> None:
    ours = made(tmp_path / "tls")
    if cert is not None:
        ours.cert.write_bytes(cert)
    if key is not None:
        ours.key.write_bytes(key)
    with pytest.raises(BadInput) as caught:
        given_certificate(ours.cert, ours.key, at)
    assert (caught.value.code, caught.value.field, caught.value.params) == ("bad_file", field, {"reason": reason})


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        given_certificate(tmp_path / "a.pem", tmp_path / "b.pem", NOW)
    assert (caught.value.code, caught.value.field) == ("file_not_found", "cert")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NoRoom):
        made(tmp_path / "file" / "tls")


def test_the_machines_addresses_are_its_own() -> None:
    for address in lan_addresses():
        assert not ipaddress.ip_address(address).is_loopback
        with socket.socket() as probe:
            probe.bind((address, 0))          # the system lets us only where the address is ours

"""Which addresses and hosts count as public, however they are spelled."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcore_auth_checks.addresses import (
    address_is_loopback,
    address_is_public,
    host_is_loopback,
    host_is_public,
    literal_address,
    normal_host,
)
from agentcore_auth_checks.urls import UrlRefused, read_url


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::10.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_special_addresses_are_not_public(address: str) -> None:
    assert not address_is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1",
        "2606:4700::1111",
        "2a00:1450:4001::1",
    ],
)
def test_their_neighbors_and_carried_public_addresses_are_public(address: str) -> None:
    assert address_is_public(ip_address(address))


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.0.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("0X7F.0X0.0X0.0X1", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("0x", "0.0.0.0"),
        ("127.0.0.1.", "127.0.0.1"),
        ("10.65535", "10.0.255.255"),
        ("2852039166", "169.254.169.254"),
        ("8.8.8.8", "8.8.8.8"),
        ("[::1]", "::1"),
        ("::ffff:127.0.0.1", "::ffff:127.0.0.1"),
    ],
)
def test_an_address_is_recognized_in_every_spelling_of_the_c_library(
    host: str, address: str
) -> None:
    assert literal_address(host) == ip_address(address)


@pytest.mark.parametrize(
    "host",
    ["1.2.3.4.5", "256.1.1.1", "1.1.1.256", "4294967296", "089.0.0.1", "1..2.3", "", "1e3", "a.1"],
)
def test_what_only_resembles_an_address_is_none(host: str) -> None:
    assert literal_address(host) is None


@given(st.ip_addresses(v=4))
def test_all_spellings_of_one_address_are_judged_alike(address: object) -> None:
    number = int(ip_address(str(address)))
    spellings = (str(address), str(number), hex(number), f"{number:#o}".replace("0o", "0"))
    assert {literal_address(spelling) for spelling in spellings} == {address}


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.",
        "app.localhost",
        "keycloak",
        "printer.local",
        "idp.corp",
        "idp.internal",
        "metadata.google.internal",
        "nas.home.arpa",
        "router.lan",
        "1.2.3.4.5",
        "256.256.256.256",
        "foo.0x7f",
        "2130706433",
        "[::1]",
        "[fd00:ec2::254]",
    ],
)
def test_hosts_that_the_internet_cannot_reach(host: str) -> None:
    assert not host_is_public(host)


@pytest.mark.parametrize(
    "host",
    [
        "acme.okta.com",
        "ACME.OKTA.COM.",
        "localhost.okta.com",
        "idp.corp.example.com",
        "internal.example.com",
        "127.0.0.1.nip.io",
        "8.8.8.8",
        "[2606:4700::1111]",
        "xn--bcher-kva.example",
    ],
)
def test_hosts_that_it_may_reach(host: str) -> None:
    assert host_is_public(host)


def test_this_machine_is_recognized() -> None:
    for host in ("localhost", "app.localhost", "127.1", "[::1]", "::ffff:127.0.0.1"):
        assert host_is_loopback(host), host
    for host in ("localhost.okta.com", "10.0.0.1", "0.0.0.0", "[::]", "acme.okta.com"):
        assert not host_is_loopback(host), host
    assert address_is_loopback(ip_address("::ffff:127.0.0.2"))


def test_hosts_are_compared_without_case_brackets_and_the_root_dot() -> None:
    assert normal_host("ACME.Okta.COM.") == "acme.okta.com"
    assert normal_host("[::1]") == "::1"


REFUSED_URLS = [
    "",
    "acme.okta.com",
    "//acme.okta.com/",
    "https:acme.okta.com",
    "https:/acme.okta.com",
    "https:///path",
    "https://",
    "https://:443/",
    "javascript:alert(1)",
    "https://user@acme.okta.com/",
    "https://user:word@acme.okta.com/",
    "https://acme.okta.com@169.254.169.254/",
    "https://acme.okta.com:443@10.0.0.1/",
    "https://@acme.okta.com/",
    " https://acme.okta.com/",
    "https://acme.okta.com/ ",
    "https://acme.okta.com/a b",
    "https://acme.okta.com/\n",
    "https://acme.okta.com\r\nHost: evil/",
    "https://acme\t.okta.com/",
    "https://acme.okta.com/\x00",
    "https://acme.okta.com\\@evil.com/",
    "https:\\\\acme.okta.com\\",
    "https://acme.okta.com/\x7f",
    "https://acmé.okta.com/",
    "https://①②⑦.0.0.1/",
    "https://acme\u3002okta.com/",
    "https://%31%32%37.0.0.1/",
    "https://acme.okta.com:99999/",
    "https://acme.okta.com:0/",
    "https://acme.okta.com:-1/",
    "https://acme.okta.com:80:80/",
    "https://acme..okta.com/",
    "https://.okta.com/",
    "https://[::1/",
    "https://[fe80::1%25eth0]/",
    "https://[::ffff:127.0.0.1]evil.com/",
    "https://[12345::]/",
    f"https://{'a' * 64}.com/",
    f"https://{'a.' * 127}com/",
]


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_doubtful_urls_are_refused(url: str) -> None:
    with pytest.raises(UrlRefused):
        read_url(url)


def test_a_url_is_taken_apart_as_it_is_sent() -> None:
    url = read_url("HTTPS://ACME.okta.com.:8443/oauth2?x=1&y#part")
    assert (url.scheme, url.host, url.port) == ("https", "acme.okta.com", 8443)
    assert (url.target, url.authority) == ("/oauth2?x=1&y", "acme.okta.com:8443")
    assert read_url("https://acme.okta.com").target == "/"
    assert read_url("https://acme.okta.com?x").target == "/?x"
    assert read_url("https://acme.okta.com:/").authority == "acme.okta.com"
    assert read_url("https://0x8.8.2056/").host == "8.8.8.8"
    assert read_url("https://[2606:4700::1111]:8443/").authority == "[2606:4700::1111]:8443"


@given(st.text())
def test_whatever_is_read_has_a_host_and_a_port_that_can_be_connected_to(text: str) -> None:
    try:
        url = read_url(f"https://{text}")
    except UrlRefused:
        return
    assert url.host and 0 < url.port < 65536
    assert url.target.startswith("/") and url.target.isascii() and " " not in url.target

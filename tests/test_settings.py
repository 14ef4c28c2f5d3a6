"""Settings come from the environment, are checked, and name the variable that is wrong."""
from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from geodata.errors import BadInput
from locator.settings import Settings, env_name


def test_without_an_environment_the_defaults_hold() -> None:
    settings = Settings.read({})
    assert settings == Settings()
    assert (settings.data, settings.region) == (Path("var"), "wujin")
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)


def test_the_environment_speaks_and_the_command_line_wins() -> None:
    env = {"LOCATOR_PORT": " 9000 ", "LOCATOR_DATA": "~/locator", "LOCATOR_LANG": "en", "LOCATOR_HOST": ""}
    settings = Settings.read(env, port=None, workers=3)
    assert (settings.port, settings.workers, settings.lang, settings.host) == (9000, 3, "en", "127.0.0.1")
    assert settings.data == Path.home() / "locator"
    assert Settings.read(env, port=0).port == 0


@pytest.mark.parametrize(("name", "value", "code"), [
    ("PORT", "eighty", "not_a_number"), ("PORT", "65536", "out_of_range"), ("PORT", "-1", "out_of_range"),
    ("WORKERS", "0", "out_of_range"), ("LANG", "fr", "not_allowed"), ("MAX_POINTS", "1e9", "not_a_number"),
    ("TRUSTED_HOSTS", "https://stops.example.org", "bad_host"), ("TRUSTED_HOSTS", "stops.example.org:8000", "bad_host"),
    ("TRUSTED_HOSTS", "*.example.org", "bad_host"), ("TRUSTED_HOSTS", "a..b", "bad_host"), ("TRUSTED_HOSTS", ".", "bad_host"),
    ("REQUEST_TIMEOUT_S", "nan", "not_a_number"), ("MAX_LIMIT", "0", "out_of_range"),
])
def test_a_wrong_value_is_refused_by_name(name: str, value: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        Settings.read({f"LOCATOR_{name}": value})
    assert (caught.value.code, caught.value.field, caught.value.value) == (code, f"LOCATOR_{name}", value)


def test_settings_survive_the_way_to_another_process() -> None:
    settings = Settings.read({}, data=Path("/srv/locator"), port=8123, lang="en", vehicle_pool=9,
                             trusted_hosts=".example.org, stops.example.net")
    assert Settings.read(settings.environment()) == settings
    assert set(settings.environment()) == {env_name(f.name) for f in fields(Settings)}


def test_a_servers_names_are_read_as_browsers_send_them() -> None:
    said = Settings.read({"LOCATOR_TRUSTED_HOSTS": " Stops.Example.org , .货车.example,", "LOCATOR_HOST": "Depot",
                          "LOCATOR_LIVE_URL": "https://Live.example.org:8443/"})
    assert said.trusted_hosts == ("stops.example.org", ".xn--1n3a67b.example")
    assert said.names() == (*said.trusted_hosts, "live.example.org", "depot")
    assert Settings(host="fe80::1", live_url="stops").names() == (), "no names"

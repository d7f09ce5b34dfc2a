"""The descriptions of configuration files: strict, and answered by the journeys that write them."""

from __future__ import annotations

import pytest
import yaml

from agentcore_auth_checks.readers import READERS
from agentcore_auth_templates import config_files, packs
from agentcore_auth_templates.catalogue import catalogue
from agentcore_auth_templates.config_files import FileDescription, file_description
from agentcore_auth_templates.loading import DataFileError, folder, parse

IDS = sorted({name for journey in packs.journeys()[0] for name in journey.files})


def test_there_are_files_to_write() -> None:
    assert IDS


@pytest.mark.parametrize("name", IDS)
def test_a_description_is_whole(name: str) -> None:
    description = file_description(name)
    assert config_files.skeleton(description)
    assert {reader for key in description.keys for reader in key.readers} <= set(READERS)
    assert {equal.code for equal in description.equal} <= set(catalogue().codes)
    assert all(key.read_by for key in description.keys if key.readers)
    assert all(key.readers for key in description.keys if key.read_by)


@pytest.mark.parametrize("name", IDS)
def test_every_value_can_be_answered_in_the_journeys_that_write_it(name: str) -> None:
    for journey in packs.journeys()[0]:
        if name not in journey.files:
            continue
        provider = packs.provider(journey.provider)
        fields = {field.id for field in (*provider.fields, *journey.own_fields)}
        known = fields | set(provider.derived) | set(journey.derived)
        asked = {
            reference
            for key in file_description(name).keys
            for reference in packs.placeholders(key.value)
        }
        assert asked <= known


@pytest.mark.parametrize("name", IDS)
def test_no_value_is_a_secret(name: str) -> None:
    secret = {
        field.id
        for journey in packs.journeys()[0]
        for field in (*packs.provider(journey.provider).fields, *journey.own_fields)
        if field.secret
    }
    assert secret
    for key in file_description(name).keys:
        assert not secret & set(packs.placeholders(key.value)), key.id


BROKEN = {
    "an unknown member": (lambda data: data.update(colour="red"), "colour"),
    "no keys": (lambda data: data.pop("keys"), "keys"),
    "an id twice": (lambda data: data["keys"].append(data["keys"][0]), "twice"),
    "no value and no default": (lambda data: data["keys"].append({"id": "x.y"}), "x.y"),
    "a pattern without words": (
        lambda data: data["keys"].append({"id": "x.y", "default": "a", "pattern": "a"}),
        "x.y",
    ),
    "a default against its pattern": (
        lambda data: data["keys"].append(
            {"id": "x.y", "default": "b", "pattern": "a", "says": "a"}
        ),
        "x.y",
    ),
    "a reader that does not exist": (
        lambda data: data["keys"].append({"id": "x.y", "default": "b", "readers": ["awk"]}),
        "awk",
    ),
    "a value to keep that rests on nothing": (
        lambda data: data["keys"].append({"id": "x.y", "default": "b", "keep": "{no.key}"}),
        "no.key",
    ),
    "an equality with nothing": (
        lambda data: data["equal"][0].update(members=["{no.key}"]),
        "no.key",
    ),
    "a migration of nothing": (
        lambda data: data["migrations"].append({"id": "m", "note": "n", "keys": ["no.key"]}),
        "no.key",
    ),
    "an issuer that is no key": (lambda data: data.update(issuer="no.key"), "no.key"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_description_is_refused_with_its_name(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = folder("files", "static-config.keys.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    change, named = BROKEN[name]
    change(data)

    def load(shape: type[FileDescription], *parts: str) -> FileDescription:
        return parse(yaml.safe_dump(data), shape, "/".join(parts))

    monkeypatch.setattr(config_files, "load", load)
    with pytest.raises(DataFileError) as refused:
        file_description.__wrapped__("static-config")
    assert "files/static-config.keys.yaml" in str(refused.value)
    assert named in str(refused.value)


def test_a_description_that_is_not_there_is_named() -> None:
    with pytest.raises(DataFileError, match=r"files/none\.keys\.yaml"):
        file_description("none")

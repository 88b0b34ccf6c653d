"""deploy/compose and deploy/helm, read as what runs them would: no engine is here, so this is all that was tried of them."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from tests.support.project import ROOT
from voute.server.settings import Settings, load_settings

COMPOSE = ROOT / "deploy" / "compose"
CHART = ROOT / "deploy" / "helm" / "voute"
_EXPRESSION = re.compile(r"\{\{ \.([A-Za-z0-9.]+)(?: \| (quote|indent ([0-9]+)))? \}\}")
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((COMPOSE / "compose.yaml").read_text("utf-8"))
    return found


def values() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    return found


def rendered(template: Path) -> dict[str, Any]:
    """What Helm makes of a template of ours: values, the release's name, `quote` and `indent`, nothing else is used."""
    known = {"Values": values(), "Release": {"Name": "ville"}, "Chart": {"AppVersion": VERSION}}

    def value(match: re.Match[str]) -> str:
        found: Any = known
        for part in match[1].split("."):
            found = found[part]
        text = str(found)
        if match[2] == "quote":
            return f'"{text}"'
        return "\n".join(" " * int(match[3]) + line for line in text.splitlines()) if match[3] else text

    text = _EXPRESSION.sub(value, template.read_text("utf-8"))
    assert "{{" not in text, template
    one: dict[str, Any] = yaml.safe_load(text)
    return one


@pytest.fixture(scope="module")
def objects() -> dict[str, dict[str, Any]]:
    return {one["kind"]: one for one in map(rendered, sorted((CHART / "templates").glob("*.yaml")))}


def settings_in(text: str, tmp_path: Path) -> Settings:
    file = tmp_path / "voute.toml"
    file.write_text(text, "utf-8")
    return load_settings({"VOUTE_CONFIG": str(file)})


def expect_several(settings: Settings) -> None:
    """Nothing that several machines share may be in a folder of one."""
    assert settings.catalogue.startswith("postgresql+psycopg://")
    assert settings.blobs
    assert settings.s3_locks
    assert settings.s3_locks.split("/")[2] != settings.blobs.split("/")[2]
    assert settings.trusted_proxies


def test_structure_compose_refers_only_to_what_it_has() -> None:
    whole = compose()
    assert set(whole) == {"name", "services", "networks", "volumes", "secrets"}
    for name, service in whole["services"].items():
        assert set(service.get("networks", ())) <= set(whole["networks"]), name
        assert set(service.get("secrets", ())) <= set(whole["secrets"]), name
        assert set(service.get("depends_on", ())) <= set(whole["services"]), name
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in whole["volumes"] or (COMPOSE / source).exists(), (name, source)
        tag = service["image"].rpartition(":")[2]
        assert re.search("[0-9]", tag), name
        assert not service.get("privileged", False)
    assert set(whole["secrets"]) == {one for service in whole["services"].values() for one in service.get("secrets", ())}
    city = whole["services"]["city"]
    assert (city["read_only"], city["cap_drop"], city["deploy"]["replicas"] > 1) == (True, ["ALL"], True)
    assert city["image"] == f"voute:{VERSION}"
    assert (ROOT / city["build"]["dockerfile"]).is_file()
    assert "ports" not in city
    assert "ports" not in whole["services"]["database"]


def test_structure_compose_settings_are_the_servers_and_fit_the_containers(tmp_path: Path) -> None:
    settings = settings_in((COMPOSE / "voute.toml").read_text("utf-8"), tmp_path)
    expect_several(settings)
    whole = compose()
    subnet = whole["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert [str(one) for one in settings.trusted_proxies] == [subnet]
    assert "@database/" in settings.catalogue
    assert settings.s3_credentials == Path("/run/secrets/s3-credentials")
    mounted = {volume.split(":")[1] for volume in whole["services"]["city"]["volumes"]}
    assert {str(settings.data), whole["services"]["city"]["environment"]["VOUTE_CONFIG"]} <= mounted
    assert any(one.startswith(f"{settings.locks}:") for one in whole["services"]["city"]["tmpfs"])
    assert f"city:{settings.port}" in (COMPOSE / "proxy.conf").read_text("utf-8")


def test_structure_image_is_built_of_this_release() -> None:
    text = (COMPOSE / "Containerfile").read_text("utf-8")
    assert set(re.findall(r"voute-([0-9][0-9.]*)-py3", text)) == {VERSION}
    assert "[postgres,s3]" in text
    assert re.search(r"^USER 1000:1000$", text, re.MULTILINE)


def test_structure_chart_values_follow_their_schema() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    validator = jsonschema_rs.validator_for(schema)
    assert list(validator.iter_errors(values())) == []
    for wrong in ({"replicas": 0}, {"image": "voute:"}, {"keysSecret": "Not A Name"}, {"more": 1}):
        assert list(validator.iter_errors({**values(), **wrong})) != [], wrong
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
    assert (chart["apiVersion"], str(chart["appVersion"])) == ("v2", VERSION)
    assert values()["image"].endswith(f":{VERSION}")


def test_structure_chart_objects_refer_to_one_another(objects: dict[str, dict[str, Any]]) -> None:
    versions = {kind: one["apiVersion"] for kind, one in objects.items()}
    assert versions == {"ConfigMap": "v1", "Deployment": "apps/v1", "Service": "v1", "PodDisruptionBudget": "policy/v1"}
    deployment = objects["Deployment"]["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    assert deployment["selector"]["matchLabels"] == labels == objects["Service"]["spec"]["selector"]
    assert objects["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    pod = deployment["template"]["spec"]
    (container,) = pod["containers"]
    mounts = [one["name"] for one in container["volumeMounts"]]
    assert sorted(mounts) == sorted(one["name"] for one in pod["volumes"])
    assert len({one["mountPath"] for one in container["volumeMounts"]}) == len(mounts)
    named = {one["configMap"]["name"] for one in pod["volumes"] if "configMap" in one}
    assert named == {objects["ConfigMap"]["metadata"]["name"], values()["trustRootConfigMap"]}
    (port,) = container["ports"]
    assert port["name"] == objects["Service"]["spec"]["ports"][0]["targetPort"]
    assert container["readinessProbe"]["httpGet"]["port"] == port["name"]


def test_structure_chart_settings_are_the_servers_and_fit_the_pod(objects: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    settings = settings_in(objects["ConfigMap"]["data"]["voute.toml"], tmp_path)
    expect_several(settings)
    assert "sslmode=verify-full" in settings.catalogue
    pod = objects["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    mounted = {one["mountPath"] for one in container["volumeMounts"]}
    assert {str(settings.data), str(settings.keys_folder), str(settings.locks)} <= mounted
    assert {str(settings.trust_root.parent), str(settings.s3_credentials.parent)} <= mounted
    assert settings.port == container["ports"][0]["containerPort"]


def test_structure_chart_runs_nothing_with_rights(objects: dict[str, dict[str, Any]]) -> None:
    pod = objects["Deployment"]["spec"]["template"]["spec"]
    assert (pod["securityContext"]["runAsNonRoot"], pod["automountServiceAccountToken"]) == (True, False)
    (container,) = pod["containers"]
    rights = container["securityContext"]
    assert (rights["allowPrivilegeEscalation"], rights["readOnlyRootFilesystem"]) == (False, True)
    assert rights["capabilities"]["drop"] == ["ALL"]
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)

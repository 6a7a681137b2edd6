"""What k8s/ renders to is right, and each check says so of what is not."""

from pathlib import Path
from typing import Any

import pytest

from scripts.manifests import agreed, configured, linked, reach, restricted, rules, schemas, versions
from scripts.manifests.__main__ import DEFINITIONS, problems
from scripts.manifests.objects import of_kind
from scripts.manifests.rendering import OVERLAYS, renderer
from tests.k8s.planting import all_of, containing, main_of, manifests, pod_of, put, with_one, without

pytestmark = pytest.mark.skipif(not renderer(), reason="no kubectl or kustomize to render k8s/ with")
needs_definitions = pytest.mark.skipif(not DEFINITIONS.is_dir(), reason="no definitions of custom resources")

ALERTER, ANALYZER, WEIBO = (
    "Deployment/xunjian-alerter",
    "Deployment/xunjian-analyzer",
    "Deployment/xunjian-collector-weibo",
)
SETTINGS = "ConfigMap/xunjian-settings"
MAIN = "spec.template.spec.containers.0"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_has_no_fault(overlay: str) -> None:
    assert list(problems(manifests(overlay), DEFINITIONS if DEFINITIONS.is_dir() else None)) == []


def test_the_rules_are_those_that_prometheus_reads() -> None:
    assert rules.drift() == []


@pytest.mark.parametrize(
    ("place", "change", "said"),
    [
        (ALERTER, put("spec.replicas", "2"), "spec.replicas"),
        (ALERTER, put("spec.replica", 2), "'replica' was unexpected"),
        (ALERTER, put(f"{MAIN}.livenessProbe.httpget", {}), "'httpget' was unexpected"),
        ("CronJob/xunjian-reports", put("spec.timezone", "Asia/Shanghai"), "'timezone' was unexpected"),
        ("NetworkPolicy/names", put("spec.egres", []), "'egres' was unexpected"),
    ],
)
def test_a_field_of_a_built_in_kind_that_is_not_one(place: str, change: Any, said: str) -> None:
    assert containing(schemas.built_in_problems(with_one("small", place, change)), said)


@needs_definitions
@pytest.mark.parametrize(
    ("place", "change", "said"),
    [
        ("ServiceMonitor/", put("spec.endpoint", []), "'endpoint' was unexpected"),
        ("ServiceMonitor/", put("spec.endpoints.0.intervall", "30s"), "'intervall' was unexpected"),
        ("PrometheusRule/", put("spec.groups", [{"name": "a", "rules": [{"alert": "b"}]}]), "'expr' is a required"),
        ("ScaledObject/", put("spec.maxReplicaCount", "12"), "is not of type 'integer'"),
        ("ScaledObject/", put("spec.triggers.0.metadata.lagThreshold", 50), "is not of type 'string'"),
        ("KafkaTopic/findings", put("spec.partition", 3), "'partition' was unexpected"),
        ("KafkaNodePool/broker", put("spec.roles", ["brooker"]), "'brooker' is not one of"),
        ("Kafka/xunjian", put("spec.zookeeper", {}), "'zookeeper' was unexpected"),
        ("KafkaUser/", put("apiVersion", "kafka.strimzi.io/v1beta1"), "no definition of kafka.strimzi.io/v1beta1"),
    ],
)
def test_a_field_of_a_custom_kind_that_is_not_one(place: str, change: Any, said: str) -> None:
    assert containing(schemas.custom_problems(with_one("production", place, change), DEFINITIONS), said)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("spec.template.spec.securityContext.runAsUser", 0), "runAsUser is missing or root"),
        (put("spec.template.spec.securityContext.runAsNonRoot", False), "runAsNonRoot is not true"),
        (lambda one: pod_of(one)["securityContext"].pop("seccompProfile"), "seccompProfile is missing"),
        (put(f"{MAIN}.securityContext.readOnlyRootFilesystem", False), "readOnlyRootFilesystem is not True"),
        (put(f"{MAIN}.securityContext.allowPrivilegeEscalation", True), "allowPrivilegeEscalation is not False"),
        (put(f"{MAIN}.securityContext.capabilities", {"drop": ["ALL"], "add": ["NET_RAW"]}), "capabilities is not"),
        (put(f"{MAIN}.securityContext.runAsUser", 0), "runAsUser is missing or root"),
        (put("spec.template.spec.hostNetwork", True), "hostNetwork"),
        (put("spec.template.spec.automountServiceAccountToken", True), "automountServiceAccountToken"),
        (put("spec.template.spec.terminationGracePeriodSeconds", 20), "no time to drain"),
        (put("spec.template.spec.volumes.0", {"name": "host", "hostPath": {"path": "/"}}), "volume host: ['hostPath']"),
        (lambda one: main_of(one)["resources"]["limits"].pop("memory"), "resources.limits.memory is missing"),
    ],
)
def test_a_pod_that_is_not_restricted(change: Any, said: str) -> None:
    assert containing(restricted.problems(with_one("small", ALERTER, change)), said)


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("KafkaNodePool/broker", put("spec.template.pod.securityContext", {"runAsNonRoot": True})),
        ("KafkaNodePool/broker", put("spec.template.kafkaContainer.securityContext", {})),
        ("Kafka/xunjian", put("spec.entityOperator.template", {})),
    ],
)
def test_a_pod_of_strimzi_that_is_not_restricted(place: str, change: Any) -> None:
    assert containing(restricted.problems(with_one("production", place, change)), "securityContext is not restricted")


def test_a_namespace_that_does_not_enforce() -> None:
    change = put("metadata.labels", {"pod-security.kubernetes.io/enforce": "baseline"})
    assert len(containing(restricted.problems(with_one("small", "Namespace/", change)), "is not restricted")) == 3


def _more_variables(name: str, value: str) -> Any:
    return lambda one: main_of(one)["env"].append({"name": name, "value": value})


def _settings(old: str, new: str) -> Any:
    def change(one: Any) -> None:
        assert old in one["data"]["xunjian.yaml"]
        one["data"]["xunjian.yaml"] = one["data"]["xunjian.yaml"].replace(old, new)

    return change


@pytest.mark.parametrize(
    ("place", "change", "said"),
    [
        (ALERTER, _more_variables("XUNJIAN_KAFKA_BOOTSTRP", "k:9092"), "环境变量 XUNJIAN_KAFKA_BOOTSTRP: 没有这个设置"),
        (ALERTER, _more_variables("XUNJIAN_LOG_LEVEL", "loud"), "XUNJIAN_LOG_LEVEL"),
        (WEIBO, _more_variables("XUNJIAN_COLLECTOR_PLATFORMS", '["weibbo"]'), "没有平台 weibbo"),
        (SETTINGS, _settings("rulebook:", "rulebok:"), "rulebok"),
        (SETTINGS, _settings("rulebook: cn", "rulebook: cm"), "cm"),
        (SETTINGS, _settings("type: inbox", "type: inbax"), "inbax"),
        (SETTINGS, _settings("storage_state:", "storage_stat:"), "storage_stat"),
        (SETTINGS, _settings("operators: [文件夹]", "operators: [收件夹]"), "收件夹"),
        (SETTINGS, _settings('on_monday_at: "08:47"', 'on_monday_at: "28:47"'), "on_monday_at"),
        (SETTINGS, _settings("/xunjian/database_url", "/elsewhere/database_url"), "is mounted from no Secret"),
        (
            SETTINGS,
            _settings("/run/secrets/sessions", "/run/secrets/logins"),
            "/run/secrets/logins, which the settings",
        ),
        (ALERTER, put(f"{MAIN}.command", ["python"]), "command replaces tini"),
        (ALERTER, put(f"{MAIN}.args", ["python", "-P", "-m", "services.alerting"]), "no program services.alerting"),
        ("Job/xunjian-migrate", put(f"{MAIN}.args", ["xunjian", "db", "upgarde"]), "no command xunjian db upgarde"),
        ("Job/xunjian-migrate", put(f"{MAIN}.args", ["xunjian", "db", "upgrade", "--foo"]), "--foo"),
        (ALERTER, put(f"{MAIN}.ports.0.containerPort", 9466), "XUNJIAN_METRICS_PORT"),
    ],
)
def test_a_container_that_would_refuse_to_start(place: str, change: Any, said: str) -> None:
    assert containing(configured.problems(with_one("small", place, change)), said)


@pytest.mark.parametrize(
    ("place", "change", "said"),
    [
        ("Service/xunjian-alerter", put("spec.selector", {"app": "alerter"}), "its selector takes no pod"),
        ("Service/xunjian-alerter", put("spec.ports.0.targetPort", "metric"), "has no port metric"),
        ("ServiceMonitor/", put("spec.selector.matchLabels", {"app": "xunjian"}), "its selector takes no Service"),
        ("ServiceMonitor/", put("spec.endpoints.0.port", "http"), "has no port http"),
        ("PodDisruptionBudget/xunjian-alerter", put("spec.selector.matchLabels", {"a": "b"}), "takes no pod"),
        ("PodDisruptionBudget/xunjian-alerter", put("spec.minAvailable", 2), "no node could be drained"),
        (ALERTER, put("spec.selector.matchLabels", {"app.kubernetes.io/part-of": "xunjian"}), "its selector takes"),
        (ALERTER, put(f"{MAIN}.readinessProbe.httpGet.port", "web"), "readinessProbe: there is no port web"),
        (ALERTER, put(f"{MAIN}.readinessProbe.httpGet.path", "/healthz"), "/healthz instead of /readyz"),
        (ALERTER, put(f"{MAIN}.volumeMounts.0.name", "setings"), "there is no volume setings"),
        (ALERTER, put(f"{MAIN}.image", "xunjian:latest"), "has no fixed tag"),
        (ALERTER, put(f"{MAIN}.image", "registry.example.cn:5000/xunjian"), "has no fixed tag"),
        (ALERTER, put("spec.template.spec.serviceAccountName", "xunjain"), "no ServiceAccount xunjain"),
        ("ConfigMap/xunjian-dashboard-o", put("data", {"a.json": '"' * 140_000}), "kubectl apply keeps at most"),
        ("CronJob/xunjian-backup", put("metadata.namespace", "default"), "not everything lies in the one namespace"),
    ],
)
def test_a_name_that_leads_nowhere(place: str, change: Any, said: str) -> None:
    assert containing(linked.problems(with_one("production", place, change)), said)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("Service/xunjian-reporter", "nobody asks ['reporter']"),
        ("PersistentVolumeClaim/xunjian-data", "there is no claim xunjian-data"),
        ("KafkaUser/xunjian-services", "nobody makes the Secret xunjian-services"),
    ],
)
def test_a_manifest_that_is_missing(place: str, said: str) -> None:
    assert containing(linked.problems(without("production", place)), said)


@pytest.mark.parametrize(
    ("place", "change", "said"),
    [
        ("NetworkPolicy/metrics", put("spec.podSelector", {"matchLabels": {"app": "x"}}), "its selector takes no pod"),
        ("NetworkPolicy/metrics", put("spec.ingress.0.ports.0.port", "metric"), "has no port metric"),
        (
            "NetworkPolicy/programs-to-kafka",
            put("spec.egress.0.to.0.podSelector", {"matchLabels": {"a": "b"}}),
            "takes no",
        ),
        ("NetworkPolicy/names", put("spec.egress.0.to", []), "names nobody, which is everybody"),
        ("NetworkPolicy/names", put("spec.egress.0.to", [{"ipBlock": {"cidr": "0.0.0.0/0"}}]), "open to every address"),
        (
            "NetworkPolicy/names",
            put("spec.egress.0.to", [{"ipBlock": {"cidr": "128.0.0.0/1"}}]),
            "open to every address",
        ),
        ("NetworkPolicy/alerter-to", put("spec.egress.0.ports.0.port", 80), "open to every address (Egress, ports"),
        ("NetworkPolicy/collector-to", put("spec.egress.0.to.0.ipBlock.except", []), "exception for private addresses"),
        ("Kafka/", put("spec.kafka.listeners.0.networkPolicyPeers", []), "listener tls lets in every pod"),
        (
            "NetworkPolicy/metrics",
            put("spec.policyTypes", ["Egress"]),
            "rules of Ingress that its policyTypes leave out",
        ),
    ],
)
def test_a_policy_that_opens_nothing_or_too_much(place: str, change: Any, said: str) -> None:
    assert containing(reach.problems(with_one("production", place, change)), said)


def test_without_the_policy_that_denies_everything_all_is_open() -> None:
    assert containing(reach.problems(without("small", "NetworkPolicy/default-deny")), "denies everything")


@pytest.mark.parametrize(
    ("place", "change", "said"),
    [
        ("KafkaTopic/observations", put("spec.partitions", 6), "KafkaTopic observations"),
        ("KafkaTopic/findings.dlq", put("spec.config", {"retention.ms": 1}), "KafkaTopic findings.dlq"),
        ("KafkaTopic/findings", put("metadata.labels", {"strimzi.io/cluster": "other"}), "names no Kafka"),
        ("KafkaNodePool/broker", put("spec.replicas", 2), "3 replicas on 2 brokers"),
        ("ScaledObject/", put("spec.maxReplicaCount", 20), "maxReplicaCount 20 where observations has"),
        ("ScaledObject/", put("spec.minReplicaCount", 0), "minReplicaCount is 0"),
        ("ScaledObject/", put("spec.triggers.0.metadata.consumerGroup", "analyser"), "consumerGroup is not analyzer"),
        ("ScaledObject/", put("spec.triggers.0.metadata.topic", "observation"), "no KafkaTopic observation"),
        ("ScaledObject/", put("spec.scaleTargetRef.name", "xunjian-collector-weibo"), "not scaled"),
        ("TriggerAuthentication/", put("spec.secretTargetRef.0.name", "kafka"), "secretTargetRef: there is no kafka"),
        (ANALYZER, put("spec.replicas", 1), "which every kubectl apply would set back"),
        ("Kafka/", put("spec.kafka.listeners.0.port", 9094), "kafka_bootstrap xunjian-kafka-bootstrap:9093 is none of"),
        (SETTINGS, _settings("security_protocol: SASL_SSL", "security_protocol: SASL_PLAINTEXT"), "is TLS"),
        (SETTINGS, _settings("SCRAM-SHA-512", "SCRAM-SHA-256"), "where the listener wants scram-sha-512"),
        (SETTINGS, _settings("username: xunjian-services", "username: xunjian"), "there is no KafkaUser xunjian"),
        ("KafkaUser/", put("spec.authorization.acls.2.resource.name", "analyser"), "on group analyzer"),
        ("KafkaUser/", put("spec.authorization.acls.1.resource.patternType", "literal"), "on topic findings.dlq"),
        (WEIBO, put("spec.replicas", 2), "more collectors visit no faster"),
        (WEIBO, _more_variables("XUNJIAN_COLLECTOR_PLATFORMS", '["douyin"]'), "no collector visits weibo"),
        (WEIBO, _more_variables("XUNJIAN_COLLECTOR_PLATFORMS", '["douyin"]'), "2 collectors visit douyin"),
        ("ServiceMonitor/", put("spec.endpoints.0.relabelings", []), "label service would become exported_service"),
        ("ConfigMap/xunjian-migrate", _settings("/database_url", "/other_url"), "the same database_url"),
        ("CronJob/xunjian-reports", put("spec.timeZone", "UTC"), "timeZone is not Asia/Shanghai"),
    ],
)
def test_what_the_program_says_otherwise(place: str, change: Any, said: str) -> None:
    assert containing(agreed.problems(with_one("production", place, change)), said)


def test_a_channel_beyond_the_cluster_needs_a_policy() -> None:
    assert containing(agreed.problems(without("production", "NetworkPolicy/alerter-to-channels")), "no NetworkPolicy")


def test_the_files_of_an_inbox_need_a_claim() -> None:
    def change(one: Any) -> None:
        kept = [volume for volume in pod_of(one)["volumes"] if volume["name"] != "data"]
        pod_of(one)["volumes"] = [*kept, {"name": "data", "emptyDir": {}}]

    assert containing(agreed.problems(with_one("small", ALERTER, change)), "mount the claim")


def test_an_image_of_another_version() -> None:
    change = put(f"{MAIN}.image", "registry.example.cn/xunjian:0.0.9")
    assert containing(versions.problems(with_one("small", ALERTER, change)), "there is not one image of ours")
    ours = with_one("small", ALERTER, all_of())
    for each in of_kind(ours, "Deployment", "Job", "CronJob"):
        for container in [main_of(each), *pod_of(each).get("initContainers", ())]:
            container["image"] = "registry.example.cn/xunjian:0.0.9"
    assert containing(versions.problems(ours), "0.0.9 is not version")


def test_rules_are_gathered_from_every_file_and_tests_of_rules_are_none(tmp_path: Path) -> None:
    for name, text in {
        "a.yaml": "groups: [{name: 甲, rules: []}]",
        "b.yml": "groups: [{name: 乙, rules: []}]",
        "test.yaml": "rule_files: [a.yaml]\ntests: []",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    text = rules.made(tmp_path)
    assert text.index("甲") < text.index("乙")
    assert "rule_files" not in text

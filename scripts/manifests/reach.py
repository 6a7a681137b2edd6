"""Who may reach whom: policies that hit, nothing open by default, and only the collector out as it likes."""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from scripts.manifests.linked import every_pod
from scripts.manifests.objects import Manifest, Pod, of_kind, place_of, selects

_WIDEST_PREFIX = 8
"""A block wider than a private network's is the internet."""
_MAY_GO_OUT = {"collector": {80, 443}, "alerter": {443, 465, 587}}
"""By component, the ports of the internet that it needs. Nobody else needs any."""


def problems(manifests: Iterable[Manifest]) -> Iterator[str]:
    manifests = list(manifests)
    policies, known = of_kind(manifests, "NetworkPolicy"), every_pod(manifests)
    if not any(_is_default_deny(each["spec"]) for each in policies):
        yield "there is no NetworkPolicy that denies everything that no other one allows"
    for each in policies:
        taken = [pod for pod in known if selects(each["spec"]["podSelector"], pod.labels)]
        if not taken:
            yield f"{place_of(each)}: its selector takes no pod"
        yield from (f"{place_of(each)}: {said}" for said in _rules(each["spec"], taken, known))
    yield from _listeners(manifests)


def _listeners(manifests: list[Manifest]) -> Iterator[str]:
    """Policies add up, and Strimzi makes one of its own that lets everybody in who is not told apart."""
    for each in of_kind(manifests, "Kafka"):
        for one in each["spec"]["kafka"]["listeners"]:
            if not one.get("networkPolicyPeers"):
                yield f"{place_of(each)}: listener {one['name']} lets in every pod, without networkPolicyPeers"


def goes_out(manifests: Iterable[Manifest], component: str) -> bool:
    """True where a policy lets this component reach addresses beyond the cluster."""
    manifests = list(manifests)
    own = [pod for pod in every_pod(manifests) if pod.component == component]
    for each in of_kind(manifests, "NetworkPolicy"):
        if any(selects(each["spec"]["podSelector"], pod.labels) for pod in own) and any(_cidrs(each["spec"])):
            return True
    return False


def _is_default_deny(spec: Mapping[str, Any]) -> bool:
    is_all = spec["podSelector"] == {} and set(spec.get("policyTypes", ())) == {"Ingress", "Egress"}
    return is_all and not spec.get("ingress") and not spec.get("egress")


def _rules(spec: Mapping[str, Any], taken: list[Pod], known: list[Pod]) -> Iterator[str]:
    for kind, peers_key in (("Ingress", "from"), ("Egress", "to")):
        rules = spec.get(kind.lower()) or []
        if rules and kind not in spec.get("policyTypes", ()):
            yield f"it has rules of {kind} that its policyTypes leave out"
        for rule in rules:
            yield from _rule(rule, kind, rule.get(peers_key) or [], taken, known)


def _rule(rule: Mapping[str, Any], kind: str, peers: list[Any], taken: list[Pod], known: list[Pod]) -> Iterator[str]:
    if not peers:
        yield f"a rule of {kind} names nobody, which is everybody"
    inside = [peer["podSelector"] for peer in peers if "podSelector" in peer and "namespaceSelector" not in peer]
    for selector in inside:
        if not any(selects(selector, pod.labels) for pod in known):
            yield f"a rule of {kind} takes no pod: {selector}"
    if any(_is_wide(peer) for peer in peers):
        yield from _out(rule, kind, taken)
    called = taken if kind == "Ingress" else [pod for pod in known if any(selects(one, pod.labels) for one in inside)]
    for port in rule.get("ports", ()):
        if isinstance(port["port"], str):
            yield from (f"{pod.place} has no port {port['port']}" for pod in called if port["port"] not in pod.ports)


def _out(rule: Mapping[str, Any], kind: str, taken: list[Pod]) -> Iterator[str]:
    ports = {port["port"] for port in rule.get("ports", ())}
    for pod in taken:
        if kind == "Ingress" or not ports or not ports <= _MAY_GO_OUT.get(pod.component, set()):
            yield f"{pod.place} would be open to every address ({kind}, ports {sorted(map(str, ports)) or 'all'})"
    for peer in filter(_is_wide, rule.get("to", ())):
        block = peer["ipBlock"]
        private = "fc00::/7" if ":" in block["cidr"] else "10.0.0.0/8"
        if private not in block.get("except", ()):
            yield f"{block['cidr']} without an exception for private addresses"


def _is_wide(peer: Mapping[str, Any]) -> bool:
    return "ipBlock" in peer and ip_network(peer["ipBlock"]["cidr"]).prefixlen < _WIDEST_PREFIX


def _cidrs(spec: Mapping[str, Any]) -> Iterator[str]:
    for rule in spec.get("egress") or ():
        if any(port.get("port") in (443, 465) for port in rule.get("ports", ())):
            yield from (peer["ipBlock"]["cidr"] for peer in rule.get("to", ()) if "ipBlock" in peer)

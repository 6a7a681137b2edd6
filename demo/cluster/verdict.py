"""After a run: the facts gathered, held against each other, and told in a few lines."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass
from pathlib import Path

from demo.cluster import gathering, topic
from demo.cluster.checker import CUT, FREEZE, KILL, TERMINATE, Violation, check
from demo.cluster.drain import lags
from demo.cluster.facts import Facts
from demo.cluster.history import SEED, Operation, Outcome
from demo.cluster.house import House
from demo.cluster.receiver import CHANNELS
from demo.cluster.teller import Teller
from shared.bus.topics import DEAD_LETTER_SUFFIX, TOPICS
from shared.events import OBSERVATIONS
from shared.runtime.opening import Host

_OPS = {KILL: "强杀", FREEZE: "冻结", TERMINATE: "终止", CUT: "应答丢失"}


def gather(house: House, host: Host, teller: Teller, history: tuple[Operation, ...], folder: Path) -> Facts:
    """Raises TransientError, KafkaError when database or broker are away."""
    database, bootstrap = host.store.database, house.broker.bootstrap
    return Facts(
        held=gathering.observations_of(topic.read_whole(bootstrap, OBSERVATIONS)),
        published=gathering.published(database),
        stored=gathering.stored(database),
        shown=teller.shown(),
        dead_letters={name: sum(1 for _ in topic.read_whole(bootstrap, name + DEAD_LETTER_SUFFIX)) for name in TOPICS},
        claims=teller.claims,
        findings=gathering.findings(database),
        waiting=gathering.waiting(database, host.clock()),
        told=house.receiver.told,
        channels=CHANNELS,
        lags=lags(host),
        logs=_logs(folder),
        secrets=house.secrets,
        history=history,
    )


def judge(facts: Facts, house: House) -> list[Violation]:
    """What the checker says, and what an orchestrator would hold against the processes themselves."""
    died = (
        Violation("P1", service.name, f"ended by itself with status {status}")
        for service in house.services.values()
        for status in service.deaths
    )
    deaf = (
        Violation("P2", one.target, f"SIGTERM was not obeyed in time: {dict(one.detail)}")
        for one in facts.history
        if one.op == TERMINATE and one.outcome is Outcome.FAIL
    )
    return [*check(facts), *died, *deaf]


def lines(facts: Facts, violations: list[Violation], skipped: int) -> Iterator[str]:
    """The verdict, for a developer."""
    done = Counter(one.op for one in facts.history)
    seed = next(one.target for one in facts.history if one.op == SEED)
    hurt = "，".join(f"{words} {done[op]}" for op, words in _OPS.items())
    yield f"种子 {seed}：{hurt}（另有 {skipped} 次因对象正在故障中而跳过）；新发布 {done['publish']} 条"
    accepted = sum(one.accepted for one in facts.told)
    yield (
        f"总线上的观察记录 {len(facts.held)} 条，入库 {len(facts.stored)} 条；"
        f"结论 {len(facts.findings)} 个；对方收下 {accepted} 条、拒收 {len(facts.told) - accepted} 条"
    )
    yield f"应告知的事实 {sum(claim.is_due for claim in facts.claims)} 项；积压 {dict(facts.lags)}"
    yield "核对结果：没有丢失、没有重复、没有误报" if not violations else f"核对结果：{len(violations)} 处不符"
    yield from (f"  {violation}" for violation in violations)


def keep(facts: Facts, file: Path) -> None:
    """All that the verdict rests on, for who wants to know why: the database is gone by then. Logs lie beside it."""
    told = {name: value for name, value in vars(facts).items() if name not in ("logs", "secrets", "history")}
    file.write_text(json.dumps(told, ensure_ascii=False, indent=1, default=_plain), encoding="utf-8")


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return sorted(value) if isinstance(value, set | frozenset) else str(value)


def _logs(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((folder / "logs").glob("*.log")):
        yield path.name, path.read_text(encoding="utf-8", errors="replace")

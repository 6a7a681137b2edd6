"""One look at one account as it is kept: the manifest that a finding cites by its hash."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError

from shared.errors import PermanentError
from shared.events import Filled, Moment, Outcome, Value, Words
from shared.evidence.entry import Item, ItemKind, canonical, moment_words
from shared.evidence.vault import DamagedError, is_name, sha256_of

FORMAT = 1
_KEPT_HEADERS = ("content-type", "date", "etag", "last-modified", "location", "server")
_LONGEST_HEADER = 500


def _name(text: str) -> str:
    if not is_name(text):
        raise ValueError("不是 SHA-256（64位小写十六进制）")
    return text


Sha256 = Annotated[str, AfterValidator(_name)]


class KeptCapture(Value):
    """One answer. `at`: when it came (UTC). `headers`: only those that prove something; never a cookie."""

    url: Words | None = None
    status: int | None = None
    at: Moment
    headers: Mapping[str, str] = Field(default_factory=dict)
    media_type: Words = "application/octet-stream"
    sha256: Sha256
    size: int = Field(ge=0)


class Look(Value):
    """`began_at`, `at`: first request, last answer (UTC). `unit`: who answers for the account, as the ledger said then.

    `thumbnail`: the picture's upper part, small enough for a mail or a robot. `picture_note`: Chinese, why there is no
    picture, or what is to be known of it. `program`: version that looked.
    """

    format: int = FORMAT
    platform: Filled
    account_id: Filled
    account_name: Words = ""
    unit: Words = ""
    url: Words | None = None
    source: Words | None = None
    session: Words | None = None
    began_at: Moment
    at: Moment
    outcome: Outcome
    reason: Words | None = None
    captures: tuple[KeptCapture, ...] = ()
    picture: Sha256 | None = None
    picture_size: int | None = Field(default=None, ge=0)
    thumbnail: Sha256 | None = None
    picture_url: Words | None = None
    picture_note: Words | None = None
    program: Words = ""

    @property
    def key(self) -> str:
        return f"{self.platform}/{self.account_id}"

    def to_bytes(self) -> bytes:
        """Canonical JSON; its SHA-256 is `Probe.evidence_sha256` and `Evidence.sha256`."""
        return canonical(_plain(self)).encode()

    @property
    def sha256(self) -> str:
        return sha256_of(self.to_bytes())

    @classmethod
    def from_bytes(cls, content: bytes) -> "Look":
        """Raises DamagedError where it is none, PermanentError for a newer program's."""
        try:
            look = cls.model_validate_json(content)
        except ValidationError as error:
            raise DamagedError("不是一次查看的记录（清单文件）；请核对编号") from error
        if look.format > FORMAT:
            raise PermanentError("这份证据由更新的版本写成；请升级本程序")
        return look

    def contents(self) -> Iterator[str]:
        """The hashes of what it rests on, each once."""
        named = [capture.sha256 for capture in self.captures] + [
            image for image in (self.picture, self.thumbnail) if image
        ]
        yield from dict.fromkeys(named)


def items_of(look: Look, contents: Mapping[str, bytes]) -> tuple[Item, ...]:
    """What the log says was kept: the manifest, then each content once."""
    manifest = look.to_bytes()
    kinds = {capture.sha256: ItemKind.CAPTURE for capture in look.captures}
    named = [Item(kind=ItemKind.MANIFEST, sha256=sha256_of(manifest), size=len(manifest))]
    for sha256 in look.contents():
        kind = kinds.get(sha256, ItemKind.PICTURE)
        named.append(Item(kind=kind, sha256=sha256, size=len(contents[sha256])))
    return tuple(named)


def headers_kept(headers: Mapping[str, str]) -> dict[str, str]:
    """Those that tell what the answer is and when it was given, in lower case; none that tells who asked."""
    lower = {name.lower(): value[:_LONGEST_HEADER] for name, value in headers.items()}
    return {name: lower[name] for name in _KEPT_HEADERS if name in lower}


def _plain(look: Look) -> dict[str, Any]:
    said = look.model_dump(mode="json")
    for name in ("began_at", "at"):
        said[name] = moment_words(getattr(look, name))
    for plain, capture in zip(said["captures"], look.captures, strict=True):
        plain["at"] = moment_words(capture.at)
    return said

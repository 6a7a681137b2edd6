"""What `xunjian init` writes: the settings file from the answers, the empty ledger, the folders with their modes."""

import base64
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template

from services.analyzer.rulebook import built_in_names, load_rulebook
from shared.errors import InputError
from shared.ledger.writing import write_template
from shared.regions import lies_in
from shared.runtime.settings_file import NAME
from shared.system_words import system_words
from shared.validation import beside

LEDGER = "ledger.xlsx"
SECRETS = "secrets"
SESSION_KEY = "session.key"
"""Nobody is asked for it: what it seals was never anywhere else."""
TEMPLATE = Path(__file__).with_name("settings_template.yaml")
_PRIVATE = 0o700
ROBOT_SECRETS = {"dingtalk": "token", "wecom": "key", "feishu": "token"}


@dataclass(frozen=True)
class Mail:
    """A mail server. `username` empty: it asks for no login."""

    host: str
    port: int
    security: str
    username: str
    sender: str
    to: str


@dataclass(frozen=True)
class Answers:
    """`mail`, `robot` null or empty: messages go to a folder. `secrets`: file name below `secrets` -> text."""

    office: str
    region: str
    data_dir: str
    mail: Mail | None
    robot: str
    supervisor: str
    secrets: dict[str, str]


def found(folder: Path, answers: Answers) -> list[Path]:
    """Write everything; returns the files of secrets that are still to be filled in.

    Raises InputError when there is a settings file already, or the folder cannot be written.
    """
    try:
        return _found(folder, answers)
    except FileExistsError as error:
        raise InputError(str(error.filename), "已经有了，不会覆盖；请换一个文件夹，或先把它移走") from None
    except OSError as error:
        raise InputError(
            str(error.filename or folder), f"写不进去（{system_words(error)}）；请核对权限，或换一个文件夹"
        ) from error


def _found(folder: Path, answers: Answers) -> list[Path]:
    """The settings file last: where something fails before, the same command can be given again."""
    folder.mkdir(parents=True, exist_ok=True)
    for private in (beside(folder, answers.data_dir), folder / "sessions", folder / SECRETS):
        private.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
        private.chmod(_PRIVATE)
    if not (folder / LEDGER).exists():
        write_template(folder / LEDGER)
        (folder / LEDGER).chmod(0o600)
    names = [name for name in _secret_names(answers) if not (folder / SECRETS / name).exists()]
    for name in names:
        _write(folder / SECRETS / name, answers.secrets.get(name, ""), 0o600)
    if not (folder / SECRETS / SESSION_KEY).exists():
        _write(folder / SECRETS / SESSION_KEY, base64.b64encode(secrets.token_bytes(32)).decode(), 0o600)
    _write(folder / NAME, settings_text(answers), 0o640)
    return [folder / SECRETS / name for name in names if not answers.secrets.get(name)]


def settings_text(answers: Answers) -> str:
    """The settings file: every setting with its meaning, what was answered set, the rest as it is by default."""
    main = ", ".join(_main_channels(answers))
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        for_office=f"：{' '.join(answers.office.split())}" if answers.office else "",
        data_dir=quoted(answers.data_dir),
        rulebooks=_rulebooks(answers.region),
        channels="\n".join(_channels(answers)),
        reports=_reports(answers),
        main=main,
        operators="inbox" if main == "inbox" else f"{main}, inbox",
    )


def quoted(text: str) -> str:
    """Text as YAML reads it back, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)


def local_rulebooks(region: str) -> list[str]:
    """The built-in rulebooks of where the office lies, the nearest first."""
    books = [book for book in map(load_rulebook, built_in_names()) if lies_in(region, book.title)]
    return [book.name for book in sorted(books, key=lambda book: -len(book.title))]


def _rulebooks(region: str) -> str:
    names = local_rulebooks(region) if region else []
    return f"rulebooks: [{', '.join(f'{{rulebook: {name}}}' for name in names)}]" if names else "#rulebooks: []"


def _main_channels(answers: Answers) -> list[str]:
    """All that was asked for gets what is found: who named a mailbox waits for mail."""
    found = [name for name, is_wanted in (("robot", answers.robot), ("mail", answers.mail)) if is_wanted]
    return found or ["inbox"]


def _channels(answers: Answers) -> Iterator[str]:
    if answers.robot:
        key = ROBOT_SECRETS[answers.robot]
        signed = ", secret: {file: secrets/robot.secret}" if "robot.secret" in answers.secrets else ""
        yield f"  robot: {{type: {answers.robot}, {key}: {{file: {SECRETS}/robot.{key}}}{signed}}}"
    if answers.mail:
        yield f"  mail: {_email(answers.mail)}"
    yield "  inbox: {type: inbox}"


def _reports(answers: Answers) -> str:
    if not answers.supervisor:
        return "#reports: {}"
    office = f", office: {quoted(answers.office)}" if answers.office else ""
    return f"reports: {{weekly: {{mail_to: [{quoted(answers.supervisor)}]{office}}}}}"


def _email(mail: Mail) -> str:
    login = f", username: {quoted(mail.username)}, password: {{file: {SECRETS}/mail.password}}" if mail.username else ""
    server = f"host: {quoted(mail.host)}, port: {mail.port}, security: {mail.security}{login}"
    return f"{{type: email, {server}, sender: {quoted(mail.sender)}, to: [{quoted(mail.to)}]}}"


def _secret_names(answers: Answers) -> Iterator[str]:
    if answers.robot:
        yield f"robot.{ROBOT_SECRETS[answers.robot]}"
        if "robot.secret" in answers.secrets:
            yield "robot.secret"
    if answers.mail and answers.mail.username:
        yield "mail.password"


def _write(path: Path, text: str, mode: int) -> None:
    """A new file. Raises FileExistsError rather than write over one."""
    with path.open("x", encoding="utf-8") as file:
        path.chmod(mode)
        file.write(text)

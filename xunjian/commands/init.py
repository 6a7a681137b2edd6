"""`xunjian init`: an office's settings file, ledger and folders, from a few questions or from flags."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from shared.errors import InputError
from shared.runtime.settings_file import NAME, SYSTEM_FILE
from shared.validation import beside
from xunjian.founding import LEDGER, ROBOT_SECRETS, Answers, Mail, found, local_rulebooks
from xunjian.shown.where import typed
from xunjian.typed.asking import Asking, address

_PORTS = {"starttls": 587, "ssl": 465, "none": 25}
_NONE = "none"


class Robot(StrEnum):
    NONE = "none"
    DINGTALK = "dingtalk"
    WECOM = "wecom"
    FEISHU = "feishu"


class Security(StrEnum):
    STARTTLS = "starttls"
    SSL = "ssl"
    NONE = "none"


def init(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="设置和台账放在哪里；默认当前文件夹")] = Path(),
    *,
    office: Annotated[str | None, typer.Option(help="单位名称")] = None,
    region: Annotated[str | None, typer.Option(help="行政区划，例如 甘肃省兰州市；据此选用地方规则集")] = None,
    data_dir: Annotated[str | None, typer.Option(help="数据文件夹；默认 data，相对于上面的文件夹")] = None,
    mail_host: Annotated[str | None, typer.Option(help="邮件服务器，例如 smtp.example.gov.cn")] = None,
    mail_security: Annotated[Security | None, typer.Option(help="邮件加密；默认 starttls")] = None,
    mail_port: Annotated[int | None, typer.Option(min=1, max=65535, help="邮件端口；默认随加密方式")] = None,
    mail_user: Annotated[str | None, typer.Option(help="邮件登录账号；不给即不登录")] = None,
    mail_from: Annotated[str | None, typer.Option(help="发件邮箱")] = None,
    mail_to: Annotated[str | None, typer.Option(help="收提醒的邮箱")] = None,
    robot: Annotated[Robot | None, typer.Option(help="群机器人：钉钉、企业微信、飞书")] = None,
    supervisor_mail: Annotated[str | None, typer.Option(help="主管单位的邮箱（需要邮件服务器）")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="不提问，没给的用默认")] = False,
) -> None:
    """新建设置文件、空白台账和文件夹，不覆盖已有的；终端上逐项提问，也可全用选项给出。密码只在提问时输入。"""
    folder = folder.expanduser().absolute()
    if (folder / NAME).exists():
        raise InputError(str(folder / NAME), "已经有了，不会覆盖；请直接修改它，或换一个文件夹")
    ask = Asking(is_silent=yes)
    office = ask.text("单位名称", office)
    region = ask.text("行政区划，例如 甘肃省兰州市", region)
    data_dir = ask.text("数据文件夹", data_dir, "data")
    mail, secrets = _mail(ask, _MailGiven(mail_host, mail_security, mail_port, mail_user, mail_from, mail_to))
    kind, robot_secrets = _robot(ask, robot)
    if supervisor_mail and mail is None:
        raise InputError("--supervisor-mail", "寄信需要邮件服务器；请同时给出 --mail-host")
    supervisor = ask.text("主管单位的邮箱", supervisor_mail, check=address) if mail else ""
    answers = Answers(office, region, data_dir, mail, kind, supervisor, {**secrets, **robot_secrets})
    _tell(folder, found(folder, answers), answers)


class _MailGiven(NamedTuple):
    """What the flags say of the mail server."""

    host: str | None
    security: Security | None
    port: int | None
    user: str | None
    sender: str | None
    to: str | None


def _mail(ask: Asking, given: _MailGiven) -> tuple[Mail | None, dict[str, str]]:
    host = ask.text("邮件服务器，没有就直接回车", given.host)
    if not host:
        return None, {}
    kind = ask.choice("邮件加密", given.security, tuple(_PORTS), Security.STARTTLS)
    if given.user and kind == _NONE:
        raise InputError("--mail-user", "要登录就须用 --mail-security starttls 或 ssl，否则密码以明文传送")
    user = "" if kind == _NONE else ask.text("邮件登录账号，不登录就直接回车", given.user)
    sender = ask.text("发件邮箱", given.sender, None, address, "--mail-from")
    to = ask.text("收提醒的邮箱", given.to, sender, address)
    secrets = {"mail.password": ask.secret("邮件密码")} if user else {}
    return Mail(host, given.port or _PORTS[kind], kind, user, sender, to), secrets


def _robot(ask: Asking, robot: Robot | None) -> tuple[str, dict[str, str]]:
    kind = ask.choice("群机器人", robot, tuple(Robot), Robot.NONE)
    if kind == _NONE:
        return "", {}
    key = ROBOT_SECRETS[kind]
    secrets = {f"robot.{key}": ask.secret(f"机器人地址里的 {key}")}
    if kind != Robot.WECOM and (signing := ask.secret("机器人的加签密钥，没有就直接回车")):
        secrets["robot.secret"] = signing
    return kind, secrets


def _tell(folder: Path, unfilled: list[Path], answers: Answers) -> None:
    """What was written, and the commands to type next."""
    typer.echo(f"已写好设置文件：{folder / NAME}（每项都有说明）")
    typer.echo(
        f"台账：{folder / LEDGER}；数据文件夹：{beside(folder, answers.data_dir)}；登录会话：{folder / 'sessions'}"
    )
    if names := local_rulebooks(answers.region):
        typer.echo(f"规则集：{'、'.join(names)}，其余用 cn（xunjian rulebook show {names[0]} 查看）")
    elif answers.region:
        typer.echo(f"规则集：cn（没有 {answers.region} 的内置规则集）")
    if not answers.mail and not answers.robot:
        typer.echo("没有设邮件和机器人：提醒先写到数据文件夹的 inbox 里，以后可在设置文件的 channels 中补充")
    for file in unfilled:
        typer.echo(f"请把密码或密钥写进：{file}（只写这一行；写好之前不能启动）")
    if os.geteuid() == 0:
        folders = f"{typed(folder)} {typed(beside(folder, answers.data_dir))}"
        typer.echo(f"文件属于 root；服务以别的用户运行时（如 xunjian），请执行：chown -R xunjian: {folders}")
    is_found = folder == Path.cwd() or folder / NAME == SYSTEM_FILE
    config = "" if is_found else f" --config {typed(folder / NAME)}"
    typer.echo("填好台账后，依次运行：")
    for command in (f"ledger import {typed(folder / LEDGER)}", "doctor", "run"):
        typer.echo(f"  xunjian {command}{config}")

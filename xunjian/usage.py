"""What typer says in English, in Chinese: the help's headings; what is wrong with a command line, and its remedy."""

import re
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from shared.validation import first_problem

_HELP = (
    (re.compile(r"^Usage: ", re.M), "用法："),
    (re.compile(r"^Arguments:$", re.M), "参数："),
    (re.compile(r"^Options:$", re.M), "选项："),
    (re.compile(r"^Commands:$", re.M), "命令："),
    (re.compile(r"\[OPTIONS\]"), "[选项]"),
    (re.compile(r"COMMAND \[ARGS\]\.\.\."), "命令 [参数]"),
    (re.compile(r"Show this message and exit\."), "显示这份说明，然后退出"),
    (re.compile(r"\[default:\s+([^\]\n]*)\]"), r"〔不写为 \1〕"),
    (re.compile(r"\[required\]"), "〔必填〕"),
    (re.compile(r"(?<=[ \[])\{([^{}\n\"]+)\}"), r"\1"),
)
_KIND = re.compile(r"<(?:list\[)?(str|path|int|float)(?: range)?\]?>( *)")
_KINDS = {"str": "文字", "path": "路径", "int": "整数", "float": "数字"}
_KIND_WIDTH = 6


class Group(TyperGroup):
    """Commands below one name."""

    def get_help(self, ctx: Any) -> str:
        return _translated(super().get_help(ctx))

    def get_usage(self, ctx: Any) -> str:
        return _translated(super().get_usage(ctx))


class Showing(Group):
    """As Group; `show` is meant where a thing is named instead of a command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        names_a_thing = bool(args) and args[0] not in self.commands and not args[0].startswith("-")
        return super().parse_args(ctx, ["show", *args] if names_a_thing else args)


class Command(TyperCommand):
    """One command."""

    def get_help(self, ctx: Any) -> str:
        return _translated(super().get_help(ctx))

    def get_usage(self, ctx: Any) -> str:
        return _translated(super().get_usage(ctx))


def in_chinese(app: typer.Typer) -> typer.Typer:
    """The same application, its commands' help with Chinese headings."""
    if app.info.cls is not Showing:
        app.info.cls = Group
    for command in app.registered_commands:
        command.cls = Command
    return app


def complaint(error: TyperException) -> str:
    """What is wrong with the command line, how it is written, and where it is explained; or the help that was meant."""
    context = getattr(error, "ctx", None)
    if context is None:
        return f"错误：{_wrong(error)}"
    if error.message == context.get_help():  # a group named without a command
        return error.message
    return "\n".join(
        (
            f"错误：{context.command_path}：{_wrong(error)}",
            context.get_usage(),
            f"说明：{context.command_path} --help",
        )
    )


def _wrong(error: TyperException) -> str:
    parameter = getattr(error, "param", None)
    if parameter is not None:
        return _of_parameter(error, parameter)
    if option := getattr(error, "option_name", None):
        return _of_option(error, option)
    for pattern, say in _SAID.items():
        if found := re.fullmatch(pattern, error.message.partition(" Did you mean")[0], re.S):
            return say(error, found[1] if found.re.groups else "")
    return f"命令写法有误（{error.message}）"


def _of_parameter(error: TyperException, parameter: Any) -> str:
    is_option = parameter.param_type_name == "option"
    name = max(parameter.opts, key=len) if is_option else f"“{_metavar(parameter)}”"
    meaning = f"（{parameter.help}）" if getattr(parameter, "help", None) else ""
    if hasattr(error, "param_type"):
        return f"缺少{'选项 ' if is_option else ''}{name}{meaning}"
    if choices := getattr(parameter.type_descriptor, "choices", None):
        return f"{name} 的值不对；应为 {'、'.join(str(choice.value) for choice in choices)} 之一"
    cause = error.__cause__
    why = first_problem(cause).words if isinstance(cause, ValidationError) else error.message
    return f"{name} 的值不对；{why}{meaning}"


def _of_option(error: TyperException, option: str) -> str:
    if "requires" in error.message:
        return f"{option} 后面要写值"
    if "does not take" in error.message:
        return f"{option} 后面不写值"
    command = _context(error).command
    names = [name for param in command.params for name in param.opts if name.startswith("-")]
    offered = _offered(option, [*names, "--help"], "可写的有")
    order = "；别的选项写在命令之后" if hasattr(command, "commands") else ""
    return f"没有选项 {_shown(option)}；{offered}{order}"


def _no_command(error: TyperException, name: str) -> str:
    name = name.strip("'\"")
    command = _context(error).command
    known = dict(_commands(command))
    options = [option for param in command.params for option in param.opts]
    meant = [option for option in options if option.lstrip("-") == name]
    meant += [path for path, last in known.items() if last == name]
    meant = meant or get_close_matches(name, command.commands, 1, 0.6)
    meant = meant or [
        *(option for option in options if get_close_matches(name, [option.lstrip("-")], 1, 0.7)),
        *(path for path, last in known.items() if get_close_matches(name, [last], 1, 0.7)),
    ]
    return f"没有命令“{_shown(name)}”；{_offered(name, known, '命令有', meant[:3])}"


def _commands(group: Any, above: str = "") -> Iterator[tuple[str, str]]:
    """(`ledger import`, `import`) of each command, also of those in groups below."""
    for name, command in getattr(group, "commands", {}).items():
        yield above + name, name
        yield from _commands(command, f"{above}{name} ")


def _surplus(error: TyperException, words: str) -> str:
    wanted = [_metavar(param) for param in _context(error).command.params if param.param_type_name == "argument"]
    takes = f"只要{'、'.join(f'“{name}”' for name in wanted)}" if wanted else "不要参数"
    return f"多出了“{_shown(words)}”；这个命令{takes}（文字里有空格的，用引号括起来）"


_SAID: dict[str, Callable[[TyperException, str], str]] = {
    r"No such command (.*)\.": _no_command,
    r"Got unexpected extra argument\(?s?\)? \((.*)\)": _surplus,
    r"Missing command\.": lambda error, _: (
        f"还要写命令；{_offered('', dict(_commands(_context(error).command)), '有')}"
    ),
}


def _offered(wanted: str, known: Iterable[str], else_says: str, exact: Iterable[str] = ()) -> str:
    names = list(dict.fromkeys(known))
    near = list(exact) or get_close_matches(wanted, names, 3, 0.6)
    return f"是不是 {' 或 '.join(near)}？" if near else f"{else_says}：{'、'.join(n for n in names if ' ' not in n)}"


def _context(error: TyperException) -> Any:
    return getattr(error, "ctx", None)


def _metavar(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name).strip("[]")


def _shown(words: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in words)[:80]


def _translated(text: str) -> str:
    for pattern, words in _HELP:
        text = pattern.sub(words, text)
    return _KIND.sub(lambda found: f"<{_KINDS[found[1]]}>".ljust(len(found[0]) - _KIND_WIDTH + 4), text)

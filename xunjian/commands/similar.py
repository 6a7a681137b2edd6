"""`xunjian similar`: whether two texts are the same one, a little changed."""

from typing import Annotated

import typer

from services.analyzer.language.origin.similar import SAME, similarity
from shared.errors import InputError
from xunjian.typed.lines import lines, opened, write

_BAD_INPUT = 2


def similar(
    file: Annotated[str, typer.Argument(metavar="文件", help="JSON 行文件，“-”表示标准输入")] = "-",
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='每行一个 {"id","a","b"}，逐行输出 {"id","same","score"}')
    ] = True,
) -> None:
    """比较两段文字是否为同一内容（转载、改写、节选）；日期、期号或多数数据不同的不算。退出码：0 完成，2 输入有误。"""
    try:
        with opened(file) as stream:
            for line in lines(stream, file, '{"id": …, "a": …, "b": …}'):
                score = similarity(line.text("a"), line.text("b"))
                write({"id": line.identity, "same": score >= SAME, "score": score})
    except InputError as error:
        typer.echo(f"输入有误：{' '.join(str(error).split())}", err=True)
        raise typer.Exit(_BAD_INPUT) from error

"""What the system says of a failure, in Chinese."""

import errno
import socket

_WORDS = {
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EADDRINUSE: "端口已被占用",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
    errno.ECONNREFUSED: "拒绝连接，那里没有程序在监听",
    errno.ECONNRESET: "连接被对方断开",
    errno.EHOSTUNREACH: "网络不通",
    errno.ENETUNREACH: "网络不通",
    errno.EINVAL: "文件或参数不对",
    errno.EIO: "磁盘读写出错",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ELOOP: "符号链接绕成了圈",
    errno.ENOENT: "不存在",
    errno.ENOSPC: "磁盘已满",
    errno.ENOTDIR: "不是文件夹",
    errno.EROFS: "文件系统只读",
    errno.ESTALE: "网络盘上的文件已失效",
}


def why(error: OSError | OverflowError) -> str:
    """A few words; the system's own where they are not known."""
    if isinstance(error, socket.gaierror):
        return "主机名解析不了"
    if isinstance(error, TimeoutError):
        return "没有应答"
    number = getattr(error, "errno", None)
    return _WORDS.get(number or 0) or getattr(error, "strerror", None) or str(error)

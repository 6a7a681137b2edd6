"""What the operating system refuses, in Chinese."""

import errno
import socket

_WORDS = {
    errno.ENOENT: "没有这个文件或目录",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EEXIST: "已经存在",
    errno.EISDIR: "这是目录，不是文件",
    errno.ENOTDIR: "路径中有一段不是目录",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EROFS: "文件系统是只读的",
    errno.EIO: "磁盘读写出错",
    errno.EMFILE: "打开的文件过多",
    errno.ENFILE: "系统打开的文件过多",
    errno.ENAMETOOLONG: "文件名太长",
    errno.ELOOP: "链接互相指向",
    errno.ESTALE: "网络磁盘已断开",
    errno.EBUSY: "正被占用",
    errno.ETXTBSY: "正被占用",
    errno.ECONNREFUSED: "拒绝连接，那里没有程序在监听",
    errno.ECONNRESET: "连接被对方断开",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
    errno.EINVAL: "文件或参数不对",
    errno.ETIMEDOUT: "连接超时",
    errno.EHOSTUNREACH: "到不了这台主机",
    errno.ENETUNREACH: "网络不通",
    errno.EADDRINUSE: "端口已被占用",
}


def system_words(error: OSError) -> str:
    """Why the system refused, without a remedy; in its own words where there are no others."""
    if isinstance(error, socket.gaierror):
        return "主机名解析不了"
    if isinstance(error, TimeoutError):
        return "没有应答"
    return _WORDS.get(error.errno or 0) or error.strerror or type(error).__name__

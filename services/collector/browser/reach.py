"""The hosts a browser may reach, told to the browser itself: it holds for pages, what they load and any redirect."""

import base64
import json
import urllib.parse
from collections.abc import Sequence

from services.collector.browser.proxy import host_of, place_of

_NOWHERE = "PROXY 127.0.0.1:9"
"""The port of `discard`: refused at once."""
_EGRESS = "egress.invalid"
_SCRIPT = """function FindProxyForURL(url, host) {{
  return {hosts}.some(one => host === one || (one[0] === "*" && host.endsWith(one.slice(1)))) ? {proxy} : {nowhere};
}}"""


def can_be_told(proxy: str | None) -> bool:
    """A proxy that asks for a password is answered by the driver, and the driver takes no script."""
    return proxy is None or urllib.parse.urlsplit(proxy).username is None


def reach_arguments(reach: Sequence[str], proxy: str | None) -> list[str]:
    """Chromium's arguments; `reach`: `weibo.cn`, or `*.weibo.cn` for all below it; none is every host.

    Without a proxy the resolver knows nothing else. A proxy looks names up itself: there a script (PAC) sends nowhere
    what is not named, and the resolver knows the proxy alone, as Chromium asks no proxy for this machine's addresses.
    """
    if not reach or not can_be_told(proxy):
        return []
    if proxy is None:
        return [_resolving(*(f"EXCLUDE {host}" for host in reach))]
    host, place = host_of(proxy), place_of(proxy)
    if proxy.startswith("https:"):
        return [_resolving(f"EXCLUDE {host}"), _script(reach, f"HTTPS {place}")]
    # By a name of ours: where the proxy is on this machine, its address must stay unknown to pages.
    script = _script(reach, f"PROXY {_EGRESS}{place.removeprefix(host)}")
    return [_resolving(f"MAP {_EGRESS} {host}"), script]


def _resolving(known: str, *others: str) -> str:
    rules = ",".join((known, *others, "MAP * ~NOTFOUND"))
    return f"--host-resolver-rules={rules}"


def _script(reach: Sequence[str], through: str) -> str:
    script = _SCRIPT.format(hosts=json.dumps(list(reach)), proxy=json.dumps(through), nowhere=json.dumps(_NOWHERE))
    return f"--proxy-pac-url=data:application/x-ns-proxy-autoconfig;base64,{base64.b64encode(script.encode()).decode()}"

"""Does what the Dockerfile says in the root folder of a bare Debian, for machines without docker (as root).

`run_dockerfile.py DEBIAN [COMMAND...]`: ENV, COPY and RUN once, then COMMAND as USER in WORKDIR.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
Step = tuple[str, str]


def steps(text: str) -> list[Step]:
    """Instruction and words, comments dropped and lines joined."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(word.upper(), rest.strip()) for word, _, rest in (line.partition(" ") for line in joined if line.strip())]


def environment(wanted: list[Step]) -> dict[str, str]:
    pairs = (pair.partition("=") for word, rest in wanted if word == "ENV" for pair in rest.split())
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", **{name: value for name, _, value in pairs}}


def _build(debian: Path, wanted: list[Step]) -> None:
    """Only what is tracked is copied, which is what a clean clone has."""
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
    for number, (word, rest) in enumerate(wanted):
        if word == "COPY":
            target = debian / rest.split()[1].lstrip("/")
            target.mkdir(parents=True, exist_ok=True)
            subprocess.run(f"git clone -q --depth 1 file://{ROOT} {target}", shell=True, check=True)
        elif word == "RUN":
            sys.stderr.write(f"RUN {rest[:100]}\n")
            if _inside(debian, ["/bin/sh", "-c", rest], env | environment(wanted[:number])):
                sys.exit(f"RUN {rest} failed")


_MOUNTS = 'mount -t proc proc "$0/proc"; mount --rbind /dev "$0/dev"; mount -t tmpfs tmpfs "$0/dev/shm"'
_READ_ONLY = (
    'mount --bind "$0" "$0"; mount --bind "$0$DATA" "$0$DATA"; mount -o remount,bind,ro "$0"; '
    'mount -t tmpfs tmpfs "$0/tmp"'
)
"""As compose.yaml has it: `read_only`, `tmpfs: [/tmp]`, a volume, `cap_drop: [ALL]`, `no-new-privileges`."""


def _inside(debian: Path, command: list[str], env: dict[str, str], user: str = "", data: str = "") -> int:
    mounts = f"{_READ_ONLY}; {_MOUNTS}" if data else _MOUNTS
    given = ["/usr/bin/env", "-i", *(f"{name}={value}" for name, value in env.items())]
    if user:
        uid, _, gid = user.partition(":")
        nobody = [f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all"]
        given = ["/usr/bin/setpriv", "--no-new-privs", *nobody, *given]
    script = ["unshare", "--mount", "sh", "-c", f'{mounts}; exec chroot "$0" "$@"', str(debian)]
    return subprocess.run([*script, *given, *command], check=False, env={**os.environ, "DATA": data}).returncode


def main(debian: Path, command: list[str]) -> int:
    wanted = steps((ROOT / "Dockerfile").read_text(encoding="utf-8"))
    stamp = debian / ".dockerfile-done"
    if not stamp.exists():
        _build(debian, wanted)
        stamp.touch()
    words = dict(wanted)
    entry = json.loads(words["ENTRYPOINT"]) + (command or json.loads(words["CMD"]))
    start = ["/bin/sh", "-c", f'cd {words["WORKDIR"]} && exec "$@"', "sh", *entry]
    return _inside(debian, start, environment(wanted), words["USER"], words["VOLUME"])


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("run as root: it changes the root folder")
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2:]))

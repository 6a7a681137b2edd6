"""What a running service says of itself."""

import urllib.error
import urllib.request


def ask(port: int, path: str) -> tuple[int, str]:
    """Status and text; status 0 where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)

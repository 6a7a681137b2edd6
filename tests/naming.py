"""Names of tests: the same in every worker, also of bytes that hold a time, as what gzip makes does."""


def pytest_make_parametrize_id(val: object) -> str | None:
    return f"{len(val)} bytes" if isinstance(val, bytes) and len(val) > 8 else None

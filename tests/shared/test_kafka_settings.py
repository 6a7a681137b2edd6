"""Of the Kafka settings: what is wrong is refused where it stands, before a broker is asked."""

from pathlib import Path

import pytest

from shared.bus.kafka.bus import KafkaBus
from shared.errors import InputError, TransientError
from shared.runtime.settings import Settings, load_settings


def loaded(folder: Path, text: str) -> Settings:
    file = folder / "xunjian.yaml"
    file.write_text(f"data_dir: data\n{text}\n", encoding="utf-8")
    return load_settings(file)


@pytest.mark.parametrize(
    "text", ["h:notaport", "h:99999", "h:0", "http://h:9092", "',,'", "''", "'h:1,'", "h 1:9092", "主机:9092"]
)
def test_what_is_no_address_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"kafka_bootstrap.*“主机:端口”"):
        loaded(tmp_path, f"kafka_bootstrap: {text}")


def test_addresses_may_have_blanks_between_them(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "kafka_bootstrap: 'a-1.b:9092, 10.0.0.1:9093 ,[::1]:9094,c'")
    assert settings.kafka_bootstrap == "a-1.b:9092,10.0.0.1:9093,[::1]:9094,c"


@pytest.mark.parametrize("text", ["坏.", "a/b", "'a b'", "x" * 250])
def test_a_prefix_no_topic_may_have_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"kafka_prefix.*只能用英文字母"):
        loaded(tmp_path, f"kafka_prefix: {text}")


@pytest.mark.parametrize("protocol", ["sasl_ssl", "SALS_SSL", "SASL-SSL", "FOO"])
def test_a_misspelt_protocol_is_never_taken_for_none_at_all(tmp_path: Path, protocol: str) -> None:
    with pytest.raises(InputError, match="security_protocol 应为 PLAINTEXT、SSL、SASL_PLAINTEXT、SASL_SSL 之一"):
        loaded(tmp_path, f"kafka_security: {{security_protocol: {protocol}}}")


def test_a_misspelt_key_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有 sasl_mechanim 这一项；是不是 sasl_mechanism"):
        loaded(tmp_path, "kafka_security: {sasl_mechanim: PLAIN}")


def test_a_refusal_shows_no_secret(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        loaded(tmp_path, "kafka_security: {sasl_mechanism: SECRET, sasl_plain_password: SECRET}")
    assert "SECRET" not in str(refused.value)


@pytest.mark.parametrize("key", ["ssl_cafile", "ssl_certfile"])
@pytest.mark.parametrize(("text", "words"), [(None, "没有这个文件"), ("junk", "不是能用的证书")])
def test_a_certificate_that_cannot_be_used_is_named(tmp_path: Path, key: str, text: str | None, words: str) -> None:
    file = tmp_path / "some.pem"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    bus = KafkaBus("127.0.0.1:9", "t", security={"security_protocol": "SSL", key: str(file)}, timeout_seconds=1)
    with pytest.raises(TransientError, match=rf"kafka_security.{key}.*some.pem.*{words}"):
        bus.check()
    bus.close()

"""What `xunjian doctor` says of those who get the lists."""

from pathlib import Path

from shared.runtime.settings import load_settings
from tests.builders import NOW
from xunjian.checks.examination import Examination
from xunjian.checks.places import Places


def said(folder: Path, readers: str) -> str:
    file = folder / "xunjian.yaml"
    mail = "{type: email, host: mail.example.cn, security: none, sender: x@example.cn}"
    file.write_text(
        f"data_dir: .\nchannels: {{inbox: {{type: inbox}}, mail: {mail}}}\nreports: {{weekly: {readers}}}\n"
    )
    settings = load_settings(file)
    examination = Examination(settings, Places(file), NOW)
    check = next(one for one in examination.checks() if one.title == "清单收件人")
    return " ".join(one.line for one in check.look())


def test_readers_are_named_and_a_wrong_one_is_told_with_its_place(tmp_path: Path) -> None:
    assert "office@example.gov.cn" in said(tmp_path, "{mail_to: [office@example.gov.cn]}")
    assert "reports.weekly.mail_to.0" in said(tmp_path, "{mail_to: [office]}")
    assert "reports.weekly.channels" in said(tmp_path, "{channels: [nobody]}")

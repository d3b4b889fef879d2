"""A broker's URL: what is wrong with it is said, and its password never."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from kombu.utils.url import parse_url

from worker.contract.broker import BrokerUrlError, check_broker_url

BIN = Path(sys.executable).parent
WRONG = [
    ("rediss://jo:s3cret/x@127.0.0.1:1/0", "%2F"),
    ("rediss://jo:12/s3cret@127.0.0.1:1/0", "%2F"),
    ("redis://jo:?s3cret@127.0.0.1:1/0", "%2F, %3F or %23"),
    ("redis://jo:#s3cret@127.0.0.1:1/0", "%23"),
    ("redis://jo:s3cret@127.0.0.1:1/0#", None),
    ("redis://jo:s3cret @127.0.0.1:1/0", "%20"),
    ("redis://jo:s3cret\n@127.0.0.1:1/0", "%0A"),
    ("redis://jo:s3c@ret@127.0.0.1:1/0", "percent-encoded"),
    ("redis://jo:s3cret%zz@127.0.0.1:1/0", "percent-encoded"),
    ("redis://jo:s3cretü@127.0.0.1:1/0", "percent-encoded"),
    ("http://jo:s3cret@127.0.0.1", "redis://"),
    ("jo:s3cret@127.0.0.1:6379", "redis://"),
    ("redis://jo:s3cret@:6379/0", "with a host"),
    ("redis://jo:s3cret@127.0.0.1:port/0", "with a host and port"),
    ("redis://jo:s3cret@127.0.0.1:99999/0", "with a host and port"),
    ("redis://jo:s3cret@[127.0.0.1/0", "with a host and port"),
    ("redis://jo:s3cret@127.0.0.1:1/zero", "no number"),
    ("rediss://jo:s3cret@127.0.0.1:1/0?foo=s3cret", "unknown option 'foo'"),
    ("rediss://jo:s3cret@127.0.0.1:1/0?ssl_cert_reqs=maybe", "required, optional, none"),
    ("rediss://jo:s3cret@127.0.0.1:1/0?ssl_check_hostname=no", "true or false"),
    ("rediss://jo:s3cret@127.0.0.1:1/0?ssl_ca_certs=/nowhere/ca.pem", "/nowhere/ca.pem: No such"),
    ("rediss://jo:s3cret@127.0.0.1:1/0?ssl_ca_certs=/etc/passwd", "as PEM: /etc/passwd"),
    ("rediss://jo:s3cret@127.0.0.1:1/0?ssl_keyfile=/nowhere/key.pem", "without ssl_certfile"),
    ("rediss://jo:s3cret@127.0.0.1:1/0?ssl_certfile=/nowhere/c.pem", "/nowhere/c.pem: No such"),
    ("redis://jo:s3cret@127.0.0.1:1/0?ssl_ca_certs=/nowhere/ca.pem", "begin it with rediss://"),
]


@pytest.mark.parametrize(("url", "part"), [one for one in WRONG if one[1]])
def test_what_is_wrong_is_said_without_the_password(url: str, part: str) -> None:
    with pytest.raises(BrokerUrlError) as refused:
        check_broker_url(url)
    assert part in str(refused.value)
    assert "s3cret" not in str(refused.value).replace("'foo'", "")


@given(st.text(max_size=40), st.text(max_size=20))
def test_nothing_raises_anything_else(before: str, after: str) -> None:
    for url in (before, f"redis://{before}", f"rediss://u:{before}@h/{after}?{before}={after}"):
        try:
            assert check_broker_url(url) == url
        except BrokerUrlError:
            pass
        else:
            parse_url(url)


def test_files_of_tls_may_be_named(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    root, certificate, key = (str(tmp_path / name) for name in ("ca.pem", "cert.pem", "key.pem"))
    authority.cert_pem.write_to_path(root)
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    given = f"ssl_ca_certs={root}&ssl_certfile={certificate}&ssl_keyfile={key}"
    for requirement in ("required", "CERT_NONE"):
        url = f"rediss://jo:p%2Fw@127.0.0.1:6380/1?{given}&ssl_cert_reqs={requirement}"
        assert check_broker_url(url) == url
    with pytest.raises(BrokerUrlError, match="ssl_certfile"):
        check_broker_url(url.replace(f"ssl_keyfile={key}", f"ssl_keyfile={certificate}"))


@pytest.mark.slow
@pytest.mark.parametrize("url", [WRONG[1][0], WRONG[17][0], WRONG[20][0]])
def test_every_process_refuses_it_in_a_sentence(url: str, tmp_path: Path) -> None:
    commands = (
        ["outscope-worker", "--region", "eu-west", "--name", "w", "--state-dir", str(tmp_path)],
        ["outscope", "coordinator"],
        ["outscope", "writer"],
        ["outscope", "up", "--port", "1"],
        ["outscope", "doctor"],
    )
    env = {**os.environ, "OUTSCOPE_BROKER": url, "OUTSCOPE_DATA": str(tmp_path)}
    for name, *rest in commands:
        run = subprocess.run(
            [str(BIN / name), *rest], env=env, capture_output=True, text=True, timeout=60
        )
        said = run.stdout + run.stderr
        assert run.returncode in (1, 2), said
        assert "OUTSCOPE_BROKER" in said
        assert "Traceback" not in said
        assert "s3cret" not in said.replace("'foo'", "")

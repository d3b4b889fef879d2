"""A check that sends a secret to whom it is not for is a mistake, at its line and key."""

from pathlib import Path

import pytest

from api.configuration import parameter_models
from coordinator.configuration import ConfigurationError, load_configuration

SHOP, PROXY = "${env:OUTSCOPE_SECRET_SHOP_KEY}", "${env:OUTSCOPE_SECRET_PROXY}"
BOUND = """\
secrets:
  shop_key: {hosts: [shop.example.com, .pay.example.org]}
  proxy: {hosts: [10.1.0.0/16]}
"""
REST = """\
regions:
  - {id: eu-west, country: IE, continent: EU, latitude: 53.3, longitude: -6.3}
services:
  - id: shop
    components:
      - id: web
        checks:
          - id: c
            kind: KIND
"""


def found(tmp_path: Path, kind: str, lines: str, secrets: str = BOUND) -> list[str]:
    """The mistakes of a configuration with one check."""
    path = tmp_path / "outscope.yaml"
    indented = "".join(f"            {line}\n" for line in lines.splitlines())
    path.write_text(secrets + REST.replace("KIND", kind) + indented)
    try:
        load_configuration(path, parameter_models())
    except ConfigurationError as error:
        return [str(mistake).replace(f"{tmp_path}/", "") for mistake in error.mistakes]
    return []


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("http", f'url: "https://shop.example.com/"\nheaders: {{X-Key: "{SHOP}"}}'),
        ("http", f'url: "https://a.pay.example.org/"\nauth: {{bearer: "{SHOP}"}}'),
        (
            "http",
            (
                'url: "https://shop.example.com/"\n'
                f'proxy: {{url: "http://10.1.2.3:3128", username: a, password: "{PROXY}"}}'
            ),
        ),
        (
            "http",
            f'url: "https://another.example/"\nclient: {{certificate: a.crt, password: "{SHOP}"}}',
        ),
        (
            "flow",
            (
                'steps:\n  - {name: a, url: "https://another.example/"}\n'
                f'  - {{name: b, url: "https://shop.example.com/", body: "{SHOP}", method: POST}}'
            ),
        ),
    ],
)
def test_secrets_that_go_where_they_belong_are_no_mistake(
    tmp_path: Path, kind: str, lines: str
) -> None:
    assert found(tmp_path, kind, lines) == []


@pytest.mark.parametrize(
    ("kind", "lines", "key"),
    [
        ("http", f'url: "https://evil.example/"\nauth: {{bearer: "{SHOP}"}}', "auth.bearer"),
        (
            "http",
            f'url: "https://shop.example.com/"\nheaders: {{Host: evil.example, K: "{SHOP}"}}',
            "headers.K",
        ),
        (
            "http",
            (
                'url: "https://shop.example.com/"\n'
                f'proxy: {{url: "http://evil.example:3128", username: a, password: "{SHOP}"}}'
            ),
            "proxy.password",
        ),
        (
            "flow",
            (
                'steps:\n  - {name: a, url: "https://shop.example.com/"}\n'
                f'  - {{name: b, url: "https://evil.example/", body: "{SHOP}", method: POST}}'
            ),
            "steps[1].body",
        ),
        ("tcp", f'host: evil.example\nport: 9\nsend: "{SHOP}"', "send"),
    ],
)
def test_a_secret_for_another_host_is_a_mistake_at_its_key(
    tmp_path: Path, kind: str, lines: str, key: str
) -> None:
    (mistake,) = found(tmp_path, kind, lines)

    assert f"checks[0].{key}: OUTSCOPE_SECRET_SHOP_KEY must not go to evil.example" in mistake
    assert mistake.startswith("outscope.yaml:1")


def test_a_secret_of_which_nothing_is_said_is_a_mistake_when_something_is_said_of_others(
    tmp_path: Path,
) -> None:
    lines = 'url: "https://shop.example.com/"\nbody: "${env:OUTSCOPE_SECRET_NEW}"\nmethod: POST'
    (mistake,) = found(tmp_path, "http", lines)
    assert "OUTSCOPE_SECRET_NEW is not among `secrets`; add new: {hosts: [shop.example" in mistake
    assert found(tmp_path, "http", lines, secrets="") == []


def test_hosts_that_mean_none_are_a_mistake(tmp_path: Path) -> None:
    secrets = 'secrets:\n  shop_key: {hosts: ["https://shop.example.com"]}\n'
    (mistake,) = found(tmp_path, "http", 'url: "https://a.example/"', secrets=secrets)
    assert "outscope.yaml:2" in mistake
    assert "no host, .domain or network" in mistake

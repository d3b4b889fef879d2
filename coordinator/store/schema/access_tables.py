"""The tables of access to the HTTP API, as in `models.py`: tokens, and from where they are used."""

from tortoise import fields
from tortoise.models import Model


class AccessTokenRow(Model):
    """A token of the HTTP API, as SHA-256. It is kept when it was revoked, for its name is told."""

    id = fields.CharField(max_length=12, primary_key=True)
    digest = fields.CharField(max_length=64)
    name = fields.CharField(max_length=64)
    scopes = fields.CharField(max_length=100)  # words with commas
    networks = fields.CharField(max_length=400)  # with commas; none is everywhere
    made_at = fields.BigIntField()
    made_by = fields.CharField(max_length=128)
    expires_at = fields.BigIntField(null=True)
    revoked_at = fields.BigIntField(null=True)
    uses = fields.BigIntField(db_default=0)
    last_used_at = fields.BigIntField(null=True)

    class Meta:
        table = "access_token"


class AccessTokenUseRow(Model):
    """From which addresses a token was used, and when last. The newest are kept."""

    id = fields.BigIntField(primary_key=True)
    token = fields.CharField(max_length=12)
    address = fields.CharField(max_length=64)
    at = fields.BigIntField()

    class Meta:
        table = "access_token_use"
        unique_together = (("token", "address"),)


class AccessSessionRow(Model):
    """A browser that somebody signed in by, as SHA-256 of what its cookie holds."""

    id = fields.CharField(max_length=64, primary_key=True)
    who = fields.CharField(max_length=128)
    scopes = fields.CharField(max_length=100)
    token = fields.CharField(max_length=12, null=True)  # it ends with that
    made_at = fields.BigIntField()
    expires_at = fields.BigIntField()

    class Meta:
        table = "access_session"


class SignInLinkRow(Model):
    """A link by which one browser signs in, once, as SHA-256."""

    id = fields.CharField(max_length=64, primary_key=True)
    who = fields.CharField(max_length=128)
    scopes = fields.CharField(max_length=100)
    expires_at = fields.BigIntField()
    used_at = fields.BigIntField(null=True)

    class Meta:
        table = "sign_in_link"

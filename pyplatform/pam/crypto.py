"""The vault's cryptography: a data key per player, blind indexes, the password pepper; all keys from one."""

import hmac
import os
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE: Final = 12
_DATA_KEY: Final = 32


class Vault:
    """Encrypts personal data (AES-256-GCM). Destroying a player's wrapped key destroys the player's data."""

    def __init__(self, master_key: bytes) -> None:
        self._master = master_key

    def new_key(self, tenant: str, player: bytes) -> bytes:
        """A new data key for one player, wrapped by the tenant's key."""
        return self._seal(self._tenant_key(tenant), _bind(tenant, player, "key"), os.urandom(_DATA_KEY))

    def encrypt(self, wrapped: bytes, tenant: str, player: bytes, field: str, value: str) -> bytes:
        """Encrypt one field; it can be read only as this field of this player of this tenant."""
        key = self._unwrap(wrapped, tenant, player)
        return self._seal(key, _bind(tenant, player, field), value.encode())

    def decrypt(self, wrapped: bytes, tenant: str, player: bytes, field: str, sealed: bytes) -> str:
        """Read one field; raises cryptography's InvalidTag if it was tampered with or moved."""
        key = self._unwrap(wrapped, tenant, player)
        return self._open(key, _bind(tenant, player, field), sealed).decode()

    def blind_index(self, tenant: str, kind: str, value: str) -> str:
        """Hexadecimal HMAC by which an equal value of the tenant is found without storing the value."""
        return hmac.digest(self._derive("blind-index", tenant, kind), value.encode(), sha256).hex()

    def pepper(self, tenant: str, password: str) -> bytes:
        """What is hashed in place of the password: useless to who stole the hashes without the key."""
        return hmac.digest(self._derive("pepper", tenant), password.encode(), sha256).hex().encode()

    def _tenant_key(self, tenant: str) -> bytes:
        return self._derive("vault", tenant)

    def _derive(self, *purpose: str) -> bytes:
        return hmac.digest(self._master, "\0".join(purpose).encode(), sha256)

    def _unwrap(self, wrapped: bytes, tenant: str, player: bytes) -> bytes:
        return self._open(self._tenant_key(tenant), _bind(tenant, player, "key"), wrapped)

    @staticmethod
    def _seal(key: bytes, binding: bytes, value: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(key).encrypt(nonce, value, binding)

    @staticmethod
    def _open(key: bytes, binding: bytes, sealed: bytes) -> bytes:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], binding)


def _bind(tenant: str, player: bytes, field: str) -> bytes:
    return b"\0".join((tenant.encode(), player, field.encode()))

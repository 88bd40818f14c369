"""The vault: only the right place of the right player of the right tenant reads a value."""

import pytest
from cryptography.exceptions import InvalidTag

from pyplatform.pam.crypto import Vault

PLAYER, OTHER = b"p" * 16, b"o" * 16


@pytest.fixture
def vault() -> Vault:
    return Vault(bytes(32))


def test_a_value_comes_back(vault: Vault) -> None:
    key = vault.new_key("aurora", PLAYER)
    sealed = vault.encrypt(key, "aurora", PLAYER, "email", "ann@example.com")
    assert b"ann" not in sealed
    assert sealed != vault.encrypt(key, "aurora", PLAYER, "email", "ann@example.com")
    assert vault.decrypt(key, "aurora", PLAYER, "email", sealed) == "ann@example.com"


def test_a_value_moved_or_changed_is_noise(vault: Vault) -> None:
    key = vault.new_key("aurora", PLAYER)
    sealed = vault.encrypt(key, "aurora", PLAYER, "email", "ann@example.com")
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    wrong = [
        (key, "aurora", PLAYER, "phone", sealed),
        (key, "aurora", OTHER, "email", sealed),
        (key, "borealis", PLAYER, "email", sealed),
        (vault.new_key("aurora", PLAYER), "aurora", PLAYER, "email", sealed),
        (key, "aurora", PLAYER, "email", changed),
    ]
    for arguments in wrong:
        with pytest.raises(InvalidTag):
            vault.decrypt(*arguments)
    with pytest.raises(InvalidTag):
        Vault(b"x" * 32).decrypt(key, "aurora", PLAYER, "email", sealed)


def test_an_index_finds_equal_values_of_one_tenant_and_kind_only(vault: Vault) -> None:
    index = vault.blind_index("aurora", "email", "ann@example.com")
    assert index == Vault(bytes(32)).blind_index("aurora", "email", "ann@example.com")
    assert len(bytes.fromhex(index)) == 32
    others = {
        vault.blind_index("borealis", "email", "ann@example.com"),
        vault.blind_index("aurora", "phone", "ann@example.com"),
        vault.blind_index("aurora", "email", "bob@example.com"),
        Vault(b"x" * 32).blind_index("aurora", "email", "ann@example.com"),
    }
    assert index not in others
    assert len(others) == 4

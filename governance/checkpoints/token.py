"""The key in a PKCS#11 token, which it never leaves. Needs the package python-pkcs11."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from governance.checkpoints.keyfile import KeyFileError
from governance.common import private_files
from governance.common.notes import HASH, Key, NoteError, Signer
from governance.common.private_files import PrivateFileError

CURVE = bytes.fromhex("06032b6570")  # the object identifier of Ed25519
LABEL = "muster"  # of the token


@dataclass(frozen=True)
class TokenSigner:
    """A key that a token holds."""

    key: Key
    keeper: "TokenKeeper"

    def sign(self, message: bytes) -> bytes:
        """Return the token's signature."""
        with self.keeper.session() as (session, api):
            private = session.get_key(api.ObjectClass.PRIVATE_KEY, id=self.key.key_id)
            signature: bytes = private.sign(message, mechanism=api.Mechanism.EDDSA)
            return signature


@dataclass(frozen=True)
class TokenKeeper:
    """Keeps the key in the token labelled `muster`; the objects are labelled by the origin."""

    module: str
    origin: str
    pin_file: Path

    def held(self, wanted: str) -> Signer:
        """Return the wanted key, or the only one there is."""
        with self.session() as (session, api):
            keys = self._keys(session, api)
        found = [key for key in keys if not wanted or str(key) == wanted]
        if len(found) != 1:
            raise KeyFileError(f"The token holds {len(found)} keys that could sign, not one.")
        return TokenSigner(found[0], self)

    def first(self) -> Signer:
        """Return the only key, which is made where there is none."""
        with self.session() as (session, api):
            if not self._keys(session, api):
                self._make(session, api)
        return self.held("")

    def make_next(self, before: Key) -> Signer:
        """Return a new key, beside the one before."""
        with self.session() as (session, api):
            return TokenSigner(self._make(session, api), self)

    def make_anew(self, before: Key) -> Signer:
        """Return a new key in a token that has lost the one before; it was not among its keys."""
        return self.make_next(before)

    def settle(self, wanted: str) -> None:
        """Destroy every key of the origin but the wanted one."""
        with self.session() as (session, api):
            for key in self._keys(session, api):
                if str(key) != wanted:
                    for one in list(session.get_objects({api.Attribute.ID: key.key_id})):
                        one.destroy()

    @contextmanager
    def session(self) -> Iterator[tuple[Any, Any]]:
        """Sign in to the token around the block; raises KeyFileError for whatever it says."""
        if not self.origin:
            raise KeyFileError("With a token, LOG_ORIGIN names the log.")
        try:
            api: Any = importlib.import_module("pkcs11")
        except ImportError as error:
            raise KeyFileError("A token needs the package python-pkcs11.") from error
        try:
            pin = private_files.read(self.pin_file).strip()
            token = api.lib(self.module).get_token(token_label=LABEL)
            with token.open(rw=True, user_pin=pin) as session:
                yield session, api
        except (PrivateFileError, OSError, RuntimeError, api.PKCS11Error) as error:
            raise KeyFileError(f"The token: {type(error).__name__} {error}") from error

    def _keys(self, session: Any, api: Any) -> list[Key]:
        """Return the public keys of the origin that the token holds."""
        wanted = {api.Attribute.CLASS: api.ObjectClass.PUBLIC_KEY, api.Attribute.LABEL: self.origin}
        return [self._key(one, api) for one in list(session.get_objects(wanted))]

    def _key(self, public: Any, api: Any) -> Key:
        try:
            return Key(self.origin, bytes(public[api.Attribute.EC_POINT])[-HASH:])
        except NoteError as error:
            raise KeyFileError(f"The token holds no Ed25519 key: {error}") from error

    def _make(self, session: Any, api: Any) -> Key:
        """Make a pair in the token; its id is that of the key in notes."""
        kind, how = api.KeyType.EC_EDWARDS, api.Mechanism.EC_EDWARDS_KEY_PAIR_GEN
        made = session.create_domain_parameters(kind, {api.Attribute.EC_PARAMS: CURVE}, local=True)
        public, private = made.generate_keypair(mechanism=how, store=True, label=self.origin)
        key = self._key(public, api)
        public[api.Attribute.ID] = private[api.Attribute.ID] = key.key_id
        return key

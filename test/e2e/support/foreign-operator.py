"""A client of capsule.v1 that shares no code with ours: made from the published protocol alone, with Debian's
python3-grpcio, python3-jwt and python3-cryptography. Messages are encoded by hand: field numbers are the contract.

foreign-operator.py HOST PORT STATE adopt CODE NAME
foreign-operator.py HOST PORT STATE whoami | apply NAME IMAGE | list
"""

import hashlib
import json
import os
import secrets
import socket
import ssl
import sys
import time
from base64 import urlsafe_b64encode

import grpc
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def read_varint(data, at):
    number = shift = 0
    while True:
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at


def fields(data):
    """The fields of a message: lists of values by number."""
    found, at = {}, 0
    while at < len(data):
        key, at = read_varint(data, at)
        if key & 7 == 0:
            value, at = read_varint(data, at)
        else:
            length, at = read_varint(data, at)
            value, at = data[at : at + length], at + length
        found.setdefault(key >> 3, []).append(value)
    return found


def base64url(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class Operator:
    def __init__(self, host, port, state):
        self.state = state
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with socket.create_connection((host, port)) as plain:
            with context.wrap_socket(plain, server_hostname="capsule") as tls:
                self.certificate = tls.getpeercert(binary_form=True)
        self.pin()
        roots = ssl.DER_cert_to_PEM_cert(self.certificate).encode()
        self.channel = grpc.secure_channel(
            f"{host}:{port}",
            grpc.ssl_channel_credentials(root_certificates=roots),
            options=[("grpc.ssl_target_name_override", "capsule")],
        )
        self.key = self.load_key()
        self.public = self.key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        self.kid = base64url(hashlib.sha256(self.public).digest())

    def path(self, name):
        return os.path.join(self.state, name)

    def pin(self):
        """Trust on first use: later connections need the same certificate."""
        fingerprint = hashlib.sha256(self.certificate).hexdigest()
        known = self.path("fingerprint")
        if os.path.exists(known):
            assert open(known).read() == fingerprint, "another certificate"
        else:
            open(known, "w").write(fingerprint)

    def load_key(self):
        file = self.path("key.pem")
        if os.path.exists(file):
            return serialization.load_pem_private_key(open(file, "rb").read(), None)
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        open(file, "wb").write(pem)
        return key

    def call(self, method, message=b"", audience=None):
        metadata = []
        if audience is not None:
            now = int(time.time())
            claims = {
                "sub": self.kid,
                "aud": audience,
                "iat": now,
                "exp": now + 60,
                "jti": base64url(secrets.token_bytes(16)),
            }
            token = jwt.encode(claims, self.key, algorithm="EdDSA", headers={"kid": self.kid})
            metadata = [("authorization", f"Bearer {token}")]
        stub = self.channel.unary_unary(f"/capsule.v1.{method}", bytes, bytes)
        return fields(stub(message, metadata=metadata, timeout=30))

    def adopt(self, code, name):
        nonce = self.call("IdentityService/Challenge")[1][0]
        digest = hashlib.sha256(self.certificate).digest()
        proof = b"capsule adopt v1\n" + nonce + digest + self.public + name.encode()
        request = field(1, self.public) + field(2, name) + field(100, code)
        request += field(101, nonce) + field(102, self.key.sign(proof))
        answer = self.call("IdentityService/Adopt", request)
        assert answer[2][0].decode() == self.kid
        assert answer[3][0].decode() == hashlib.sha256(self.certificate).hexdigest()
        open(self.path("capsule_id"), "wb").write(answer[1][0])
        return {"kid": self.kid}

    def signed(self, method, message=b""):
        return self.call(method, message, open(self.path("capsule_id")).read())

    def whoami(self):
        answer = self.signed("IdentityService/WhoAmI")
        return {"kid": answer[2][0].decode(), "name": answer[3][0].decode()}

    def apply(self, name, image):
        container = field(1, image)
        workload = field(1, name) + field(2, 1) + field(3, container)
        answer = fields(self.signed("WorkloadService/Apply", field(1, workload))[1][0])
        return {"name": answer[1][0].decode()}

    def list(self):
        answer = self.signed("WorkloadService/List")
        return [fields(one)[1][0].decode() for one in answer.get(1, [])]


def main():
    host, port, state, verb, *words = sys.argv[1:]
    operator = Operator(host, int(port), state)
    try:
        result = getattr(operator, verb)(*words)
    except grpc.RpcError as error:
        result = {"code": error.code().name, "details": error.details()}
    print(json.dumps(result))


if __name__ == "__main__":
    main()

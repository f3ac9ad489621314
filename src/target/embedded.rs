//! The targets that certmint brings along.

/// The files of one folder below `templates/targets/`.
macro_rules! embedded {
    ($name:literal: $($file:literal),+ $(,)?) => {
        (
            $name,
            &[$((
                $file,
                include_str!(concat!("../../templates/targets/", $name, "/", $file)),
            )),+],
        )
    };
}

/// Each target with the files of its folder.
pub(super) const EMBEDDED: &[(&str, &[(&str, &str)])] = &[
    embedded!("apache": "target.toml", "clients-ca.crt.j2", "site.conf.j2"),
    embedded!("aws-acm": "target.toml", "aws-acm.sh.j2", "aws-acm.tf.j2"),
    embedded!("aws-alb": "target.toml", "aws-alb.sh.j2", "aws-alb.tf.j2"),
    embedded!("aws-alb-clients": "target.toml", "aws-alb-clients.sh.j2", "aws-alb-clients.tf.j2"),
    embedded!("aws-clb": "target.toml", "aws-clb.sh.j2", "aws-clb.tf.j2"),
    embedded!("aws-nlb": "target.toml", "aws-nlb.sh.j2", "aws-nlb.tf.j2"),
    embedded!("aws-route53": "target.toml", "aws-route53.sh.j2", "aws-route53.tf.j2"),
    embedded!("caddy": "target.toml", "site.caddy.j2"),
    embedded!(
        "envoy":
        "target.toml", "certificate.yaml.j2", "clients-ca.crt.j2", "clients.yaml.j2",
        "envoy.yaml.j2", "upstream-ca.crt.j2",
    ),
    embedded!(
        "haproxy":
        "target.toml", "backend-ca.crt.j2", "backend-client.pem.j2", "certificate.pem.j2",
        "clients-ca.crt.j2", "haproxy.cfg.j2",
    ),
    embedded!("haproxy-tcp": "target.toml", "backend-ca.crt.j2", "haproxy.cfg.j2"),
    embedded!(
        "java":
        "target.toml", "application.yaml.j2", "clients-ca.crt.j2", "connector.xml.j2",
        "stores.sh.j2",
    ),
    embedded!(
        "kubernetes":
        "target.toml", "ca.yaml.j2", "clients-ca.yaml.j2", "gateway.yaml.j2", "ingress.yaml.j2",
        "secret.yaml.j2",
    ),
    embedded!("nginx": "target.toml", "clients-ca.crt.j2", "site.conf.j2"),
    embedded!(
        "nginx-lb":
        "target.toml", "backend-ca.crt.j2", "balancer.conf.j2", "clients-ca.crt.j2",
    ),
    embedded!("nginx-stream": "target.toml", "stream.conf.j2"),
    embedded!("oci-lb": "target.toml", "oci-lb.sh.j2", "oci-lb.tf.j2"),
    embedded!(
        "postgresql":
        "target.toml", "ca.crt.j2", "clients-ca.crt.j2", "pg_hba.conf.j2", "pg_service.conf.j2",
        "postgresql.conf.j2",
    ),
    embedded!(
        "stunnel":
        "target.toml", "ca.crt.j2", "client.conf.j2", "clients-ca.crt.j2", "server.conf.j2",
    ),
    embedded!(
        "traefik":
        "target.toml", "clients-ca.crt.j2", "dynamic.yaml.j2", "traefik.yaml.j2",
        "upstream-ca.crt.j2",
    ),
];

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    #[test]
    fn every_file_is_embedded() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/targets");
        let mut there = BTreeSet::new();
        for target in fs::read_dir(folder).unwrap() {
            let target = target.unwrap().path();
            for file in fs::read_dir(&target).unwrap() {
                there.insert((
                    target.file_name().unwrap().to_str().unwrap().to_owned(),
                    file.unwrap().file_name().into_string().unwrap(),
                ));
            }
        }
        let embedded: BTreeSet<(String, String)> = EMBEDDED
            .iter()
            .flat_map(|(target, files)| {
                files
                    .iter()
                    .map(|(file, _)| ((*target).to_owned(), (*file).to_owned()))
            })
            .collect();
        assert_eq!(there, embedded);
    }
}

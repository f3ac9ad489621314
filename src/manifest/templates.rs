//! Manifests to start from.

/// A manifest that somebody can start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its name.
    pub name: &'static str,
    /// The system that it describes, in one line.
    pub about: &'static str,
    /// The manifest.
    pub text: &'static str,
}

/// Every template.
pub const TEMPLATES: &[Template] = &[
    Template {
        name: "minimal",
        about: "one CA and one server",
        text: include_str!("../../templates/manifests/minimal.toml"),
    },
    Template {
        name: "oci-load-balancer",
        about: "an OCI load balancer that encrypts again to two Apache backends",
        text: include_str!("../../templates/manifests/oci-load-balancer.toml"),
    },
    Template {
        name: "nginx-client-authentication",
        about: "nginx behind a load balancer that passes TCP through; clients have certificates",
        text: include_str!("../../templates/manifests/nginx-client-authentication.toml"),
    },
    Template {
        name: "aws-alb",
        about: "an AWS Application Load Balancer with an imported ACM certificate, HTTPS to its targets",
        text: include_str!("../../templates/manifests/aws-alb.toml"),
    },
    Template {
        name: "aws-internal-alb",
        about: "an internal AWS load balancer with a name of a private zone",
        text: include_str!("../../templates/manifests/aws-internal-alb.toml"),
    },
];

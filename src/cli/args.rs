//! The command line as typed.

use std::{ffi::OsStr, path::PathBuf, process::ExitCode};

use clap::{
    Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum, error::ErrorKind,
};

use super::{commands, failure, report::Form};

/// The variable that names the PKI directory.
const PKI_VARIABLE: &str = "CERTMINT_PKI";

/// Help is no wider, in columns.
const WIDTH: usize = 100;

/// A private PKI in one program: CA, requests, signing, inspection, verification and PKCS#12.
#[derive(Debug, Parser)]
#[command(
    name = "certmint",
    version,
    propagate_version = true,
    max_term_width = WIDTH,
    after_help = "Start with:\n  certmint ca init --cn testca.com\n  certmint issue server flb --san www.2026testsite.com\n\nExit codes: 0 done; 1 refused or failed; 2 wrong command line; 3 a check found something; 70 a bug."
)]
pub struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// The PKI directory
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = PKI_VARIABLE,
        default_value = "pki",
        help_heading = "Global options"
    )]
    pub(crate) pki: PathBuf,
    /// Print one JSON document instead of text (docs/json.md)
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) json: bool,
    /// Leave out notes; errors are still told
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) quiet: bool,
    /// When to use colour; NO_COLOR is honoured too
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Global options"
    )]
    pub(crate) color: Color,
}

impl Global {
    /// What a command's report is shown in.
    pub(crate) fn form(&self) -> Form {
        if self.json { Form::Json } else { Form::Text }
    }
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal.
    Auto,
    /// Into files and pipes too.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Make certification authorities and look at them
    #[command(subcommand)]
    Ca(CaCommand),
    /// Make private keys and protect them
    #[command(subcommand)]
    Key(KeyCommand),
    /// Make certification requests
    #[command(subcommand)]
    Csr(CsrCommand),
    /// Sign somebody's certification request
    Sign(commands::sign::Sign),
    /// Make key, request, certificate and chains in one step
    #[command(subcommand)]
    Issue(commands::issue::Issue),
    /// Renew certificates, and have their servers take the new ones
    Renew(commands::renew::Renew),
    /// Have servers take what is in place
    Reload(commands::reload::Reload),
    /// Show any object: certificate, request, key, CRL, PKCS#7, PKCS#12, bundle
    Inspect(commands::inspect::Inspect),
    /// Validate a certification path and name what fails
    Verify(commands::verify::Verify),
    /// Tell what clients, servers and standards will refuse, each with its source
    Lint(Box<commands::lint::Lint>),
    /// Look at live endpoints as a client would, and tell what is wrong
    Probe(Box<commands::probe::Probe>),
    /// Let a server and a client meet on this machine with the files of this PKI
    Rehearse(commands::rehearse::Rehearse),
    /// Write a certificate in a foreign format
    #[command(subcommand)]
    Export(commands::export::Export),
    /// Make this machine trust a CA, or no longer, and hand the CA to others
    #[command(subcommand)]
    Trust(commands::trust::Trust),
    /// List every certificate that was signed here
    List(commands::list::List),
    /// Tell what needs attention, for people and for monitoring
    Status(commands::status::Status),
    /// Start and check the file that describes a PKI
    #[command(subcommand)]
    Manifest(commands::manifest::ManifestCommand),
    /// Show what has to be done so that the PKI is what the manifest says
    Plan(commands::plan::PlanCommand),
    /// Make the PKI what the manifest says
    Apply(commands::apply::Apply),
    /// Write the configuration of a server, a load balancer or a cloud
    Render(commands::render::Render),
    /// Look at the places that a certificate can go to
    #[command(subcommand)]
    Target(commands::target::TargetCommand),
    /// Revoke certificates, or take them off hold
    Revoke(Box<commands::revoke::Revoke>),
    /// Make everything under a CA, or with a key, anew
    Reissue(Box<commands::reissue::Reissue>),
    /// Make the revocation lists
    Crl(commands::crl::Crl),
    /// Look at the log of what was done, and prove that it is whole
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Write a shell's completion script to standard output
    Completions(commands::completions::Completions),
    /// Write the manual pages into a directory
    Man(commands::man::Man),
}

/// `certmint ca …`
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum CaCommand {
    /// Make a root CA: a key and a self-signed certificate
    Init(commands::ca_init::CaInit),
    /// Make a subordinate CA
    Intermediate(commands::ca_intermediate::CaIntermediate),
    /// Adopt a CA that openssl, easy-rsa, mkcert or step made, with what it issued
    Import(commands::ca_import::CaImport),
    /// List the CAs of this PKI
    List(commands::ca_list::CaList),
    /// Show one CA
    Show(commands::ca_show::CaShow),
    /// Renew the certificate of a CA, with the same name and key
    Renew(commands::ca_renew::CaRenew),
    /// Replace the key of a CA, step by step
    #[command(subcommand)]
    Rollover(commands::ca_rollover::CaRollover),
    /// Change what a CA says of itself in what it signs
    Set(commands::ca_set::CaSet),
}

/// `certmint audit …`
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum AuditCommand {
    /// List what was done: who, when, what
    Log(commands::audit_log::AuditLog),
    /// Prove that nothing was removed from the log or changed
    Verify(commands::audit_verify::AuditVerify),
}

/// `certmint key …`
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum KeyCommand {
    /// Make a private key (PKCS#8)
    New(commands::key_new::KeyNew),
    /// Encrypt a private key, change its passphrase or take it away
    Protect(commands::key_protect::KeyProtect),
}

/// `certmint csr …`
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum CsrCommand {
    /// Make a certification request (PKCS#10)
    New(commands::csr_new::CsrNew),
}

/// Reads the command line. A variable that is set to nothing is as good as not set; `--pki ''` is not.
pub(crate) fn parse() -> Result<Cli, clap::Error> {
    let is_empty = std::env::var_os(PKI_VARIABLE).is_some_and(|value| value.is_empty());
    let mut command = needed(std::env::args_os().nth(1).as_deref());
    if is_empty {
        command = command.mut_arg("pki", |pki| pki.env(None::<&str>));
    }
    let found = command.try_get_matches_from_mut(std::env::args_os());
    let parsed = found.and_then(|found| {
        Cli::from_arg_matches(&found).map_err(|error| error.format(&mut command))
    });
    // The process needs it no more, and to take it apart takes longer than all of its parsing.
    std::mem::forget(command);
    parsed
}

/// Of all commands the one that a line begins with: clap gives each of forty a copy of what every
/// command takes, which is a good part of a start. All of them where the line begins with no name.
fn needed(first: Option<&OsStr>) -> clap::Command {
    let none = || {
        let none = clap::Command::new("certmint")
            .version(env!("CARGO_PKG_VERSION"))
            .propagate_version(true)
            .subcommand_required(true)
            .arg_required_else_help(true)
            .max_term_width(WIDTH);
        Global::augment_args(none)
    };
    let name = match first.and_then(OsStr::to_str) {
        Some("--version" | "-V") => return none(),
        Some(name) => name,
        None => return Cli::command(),
    };
    let mut all = Cli::command();
    let Some(found) = all.find_subcommand_mut(name) else {
        return all;
    };
    let only = none().subcommand(std::mem::take(found));
    std::mem::forget(all);
    only
}

/// Prints help, the version or what is wrong with the command line.
pub(crate) fn explain(error: &clap::Error) -> ExitCode {
    // Standard output or standard error is gone: the exit code still tells.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => ExitCode::from(failure::USAGE),
    }
}

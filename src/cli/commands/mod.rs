//! One file per command: its flags, whose comments are its help, and what it does.

pub(crate) mod apply;
pub(crate) mod audit_log;
pub(crate) mod audit_verify;
pub(crate) mod ca_import;
pub(crate) mod ca_init;
pub(crate) mod ca_intermediate;
pub(crate) mod ca_list;
pub(crate) mod ca_renew;
pub(crate) mod ca_rollover;
pub(crate) mod ca_set;
pub(crate) mod ca_show;
pub(crate) mod completions;
pub(crate) mod crl;
pub(crate) mod csr_new;
pub(crate) mod export;
pub(crate) mod inspect;
pub(crate) mod issue;
pub(crate) mod issue_batch;
pub(crate) mod key_new;
pub(crate) mod key_protect;
pub(crate) mod lint;
pub(crate) mod list;
pub(crate) mod man;
pub(crate) mod manifest;
mod manifest_from_inventory;
pub(crate) mod plan;
pub(crate) mod probe;
pub(crate) mod rehearse;
pub(crate) mod reissue;
pub(crate) mod reload;
pub(crate) mod render;
pub(crate) mod renew;
pub(crate) mod revoke;
mod services;
pub(crate) mod sign;
mod sign_all;
pub(crate) mod signing;
pub(crate) mod status;
mod subject;
pub(crate) mod target;
pub(crate) mod target_check;
pub(crate) mod trust;
mod trust_bundle;
pub(crate) mod verify;
mod verify_each;

use anyhow::Result;

use super::{
    args::{AuditCommand, CaCommand, Cli, Command, CsrCommand, KeyCommand},
    report::Report,
};

/// Runs what was asked for.
pub(crate) fn run(cli: &Cli) -> Result<Report> {
    let pki = &cli.global.pki;
    match &cli.command {
        Command::Ca(CaCommand::Init(arguments)) => ca_init::run(pki, arguments),
        Command::Ca(CaCommand::Intermediate(arguments)) => ca_intermediate::run(pki, arguments),
        Command::Ca(CaCommand::Import(arguments)) => ca_import::run(pki, arguments, &cli.global),
        Command::Ca(CaCommand::List(arguments)) => ca_list::run(pki, arguments),
        Command::Ca(CaCommand::Renew(arguments)) => ca_renew::run(pki, arguments),
        Command::Ca(CaCommand::Rollover(arguments)) => ca_rollover::run(&cli.global, arguments),
        Command::Ca(CaCommand::Set(arguments)) => ca_set::run(pki, arguments),
        Command::Ca(CaCommand::Show(arguments)) => ca_show::run(pki, arguments),
        Command::Key(KeyCommand::New(arguments)) => key_new::run(arguments),
        Command::Key(KeyCommand::Protect(arguments)) => key_protect::run(arguments),
        Command::Csr(CsrCommand::New(arguments)) => csr_new::run(arguments),
        Command::Sign(arguments) => sign::run(pki, arguments, &cli.global),
        Command::Issue(arguments) => issue::run(pki, arguments, &cli.global),
        Command::Renew(arguments) => renew::run(pki, arguments),
        Command::Reload(arguments) => reload::run(pki, arguments),
        Command::Inspect(arguments) => inspect::run(arguments, cli.global.form()),
        Command::Verify(arguments) => verify::run(arguments, &cli.global),
        Command::Lint(arguments) => lint::run(pki, arguments),
        Command::Probe(arguments) => probe::run(pki, arguments),
        Command::Rehearse(arguments) => rehearse::run(pki, arguments),
        Command::Export(arguments) => export::run(pki, arguments),
        Command::Trust(arguments) => trust::run(pki, arguments),
        Command::List(arguments) => list::run(pki, arguments, cli.global.form()),
        Command::Manifest(arguments) => manifest::run(pki, arguments),
        Command::Apply(arguments) => apply::run(pki, arguments, &cli.global),
        Command::Plan(arguments) => plan::run(pki, arguments),
        Command::Render(arguments) => render::run(pki, arguments),
        Command::Target(arguments) => target::run(pki, arguments),
        Command::Revoke(arguments) => revoke::run(pki, arguments),
        Command::Reissue(arguments) => reissue::run(&cli.global, arguments),
        Command::Crl(arguments) => crl::run(pki, arguments),
        Command::Audit(AuditCommand::Log(arguments)) => audit_log::run(pki, arguments),
        Command::Audit(AuditCommand::Verify(arguments)) => audit_verify::run(pki, arguments),
        Command::Status(arguments) => status::run(pki, arguments, cli.global.form()),
        Command::Completions(arguments) => completions::run(arguments),
        Command::Man(arguments) => man::run(arguments),
    }
}

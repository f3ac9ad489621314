//! The front door for people: the only room that prints, asks or exits.
//!
//! A command gathers what it needs, hands values down and gets one value back, its `Report`;
//! printing happens here, once.

mod acceptance;
mod actor;
mod apply_report;
mod args;
mod commands;
mod configuration;
mod description;
mod failure;
mod foreign_ca;
mod import_report;
mod issue_list_file;
mod machine;
mod manifest_file;
mod manifest_secrets;
mod matching;
mod output;
mod plan_report;
mod probing;
mod progress;
mod read;
mod records;
mod rehearsal_report;
mod render;
mod rendered;
mod renewal;
mod report;
mod rollover;
mod schedule;
mod secrets;
mod show_openssl;
mod status;
mod table;
mod target_stock;
mod terminal;
mod trust_report;

use std::process::ExitCode;

pub use args::Cli;

/// Runs the program: reads the command line, does what it says and prints what came of it.
///
/// Exit codes: 0 done; 1 refused or failed; 2 the command line is wrong; 3 a check found something;
/// 70 a bug of certmint.
pub fn run() -> ExitCode {
    failure::report_bugs();
    let cli = match args::parse() {
        Ok(cli) => cli,
        Err(error) => return args::explain(&error),
    };
    let terminal = terminal::Terminal::new(&cli.global);
    match commands::run(&cli) {
        Ok(report) => terminal.print(&report),
        Err(error) => terminal.fail(&error),
    }
}

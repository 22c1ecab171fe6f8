//! Tasks that need the service, when this program was built without it.

/// Operators' tasks, which are those of the server.
const OPERATORS: [&str; 8] =
    ["migrate", "workspace", "user", "key", "credits", "blocklist", "maintenance", "secret"];

/// Developers' tasks, which this program has with the feature `service`.
const DEVELOPERS: [&str; 6] = ["errors", "openapi", "contracts", "gallery", "bench", "bare-server"];

/// Runs a task in the program that has it, in place of this process.
#[cfg(not(feature = "service"))]
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    use std::os::unix::process::CommandExt as _;

    let task = arguments.first().map_or("", String::as_str);
    let mut command =
        std::process::Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    command.args(["run", "--quiet"]);
    if OPERATORS.contains(&task) {
        // The build of `cargo run --release`.
        command.args(["--release", "--package", "xqr-server"]);
    } else if DEVELOPERS.contains(&task) {
        command.args(["--package", "xtask"]);
    } else {
        eprintln!("xtask: no task `{task}`; `cargo xtask --help` lists them");
        std::process::exit(2);
    }
    Err(command.arg("--").args(arguments).exec().into())
}

/// Returns the part of the help about other programs' tasks.
#[cfg(not(feature = "service"))]
pub(crate) fn help() -> String {
    let shown = DEVELOPERS.iter().filter(|task| **task != "bare-server");
    format!(
        "Tasks for developers that build the service first: {}\n\
         Tasks for operators, which `xqr-server` has, too: {}",
        shown.copied().collect::<Vec<_>>().join(", "),
        OPERATORS.join(", ")
    )
}

#[cfg(all(test, feature = "service"))]
mod tests {
    use super::*;

    /// The lists are complete: with the service, this program has no other tasks than those that
    /// it always has.
    #[test]
    fn the_lists_name_every_task_that_needs_the_service() {
        use clap::CommandFactory as _;

        let command = crate::Arguments::command();
        let mut tasks: Vec<_> = command.get_subcommands().map(clap::Command::get_name).collect();
        tasks.sort_unstable();
        let own = ["consumer", "test", "tidy"];
        let mut listed = [&OPERATORS[..], &DEVELOPERS[..], &own[..]].concat();
        listed.sort_unstable();
        assert_eq!(tasks, listed);
    }
}

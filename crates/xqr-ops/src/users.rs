//! The tasks `user …`.

use std::io::BufRead as _;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use xqr_engine::auth::{Email, Password, PasswordHash};
use xqr_engine::callers::{users, workspaces};
use xqr_engine::dialect::Dialects;
use xqr_engine::runtime::time_format::rfc3339;
use xqr_engine::{Data, rows};

use crate::database::open;
use crate::output::{Output, table};

#[derive(Subcommand, Debug)]
pub(crate) enum User {
    /// Create a user in a workspace; a generated password is printed only once
    Create {
        /// The address to sign in with
        #[arg(long)]
        email: String,
        /// The workspace's id
        #[arg(long)]
        workspace: String,
        /// The display name; by default the part of the address before the @
        #[arg(long)]
        name: Option<String>,
        /// owner or member; by default the first user is the owner
        #[arg(long, value_parser = role)]
        role: Option<rows::Role>,
        #[command(flatten)]
        source: Source,
        #[command(flatten)]
        output: Output,
    },
    /// List the users of one workspace, or all users
    List {
        /// The workspace's id
        #[arg(long)]
        workspace: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// Set a new password and revoke all sessions; a generated password is printed only once
    SetPassword {
        /// The user's id or e-mail address
        user: String,
        #[command(flatten)]
        source: Source,
        #[command(flatten)]
        output: Output,
    },
    /// Disable a user and revoke all sessions
    Disable {
        /// The user's id or e-mail address
        user: String,
        #[command(flatten)]
        output: Output,
    },
    /// Enable a disabled user
    Enable {
        /// The user's id or e-mail address
        user: String,
        #[command(flatten)]
        output: Output,
    },
}

/// The source of a password. It is never an argument, because the list of processes and the shell's
/// history show arguments.
#[derive(Args, Debug)]
pub(crate) struct Source {
    /// Read the password from the first line of the standard input instead of generating one
    #[arg(long)]
    password_stdin: bool,
}

/// A password to store.
struct Chosen {
    hash: PasswordHash,
    /// The password to print, if it was generated.
    generated: Option<Password>,
}

impl Source {
    fn choose(&self, data: &Data, own: &[&str]) -> anyhow::Result<Chosen> {
        let random = |bytes: &mut [u8]| data.random_source().fill(bytes);
        let (password, generated) = if self.password_stdin {
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line).context("cannot read the password")?;
            let password = Password::new(line.trim_end_matches(['\r', '\n']));
            password.check(own)?;
            (password, None)
        } else {
            let password = Password::generate(random);
            (password.clone(), Some(password))
        };
        Ok(Chosen { hash: password.hash(random)?, generated })
    }
}

fn role(name: &str) -> anyhow::Result<rows::Role> {
    name.parse().ok().context("must be owner or member")
}

fn view(user: &rows::User, workspace: &rows::Workspace) -> Value {
    json!({
        "id": user.uid, "email": user.email, "name": user.name, "role": user.role, "workspace": workspace.uid,
        "disabled": user.disabled, "created_at": rfc3339(user.created_at),
        "password_changed_at": rfc3339(user.password_changed_at),
    })
}

fn line(user: &rows::User, workspace: &rows::Workspace) -> Vec<String> {
    let state = if user.disabled { "disabled" } else { "active" };
    let [role, state] = [user.role.as_str(), state].map(str::to_owned);
    vec![
        user.uid.clone(),
        user.email.clone(),
        role,
        state,
        workspace.uid.clone(),
        user.name.clone(),
    ]
}

fn print_one(
    output: Output,
    (user, workspace): &(rows::User, rows::Workspace),
    generated: Option<&Password>,
) {
    let mut value = view(user, workspace);
    if let Some(password) = generated {
        value["password"] = json!(password.expose());
    }
    output.print(&value, || match generated {
        Some(password) => {
            format!(
                "{}\nThe password is shown this once:\n{}",
                table(&[line(user, workspace)]),
                password.expose()
            )
        }
        None => table(&[line(user, workspace)]),
    });
}

impl User {
    pub(crate) fn run(self, dialects: Dialects) -> anyhow::Result<()> {
        let data = open(dialects)?;
        match self {
            Self::Create { email, workspace, name, role, source, output } => {
                let address = email.parse::<Email>()?;
                let chosen = source.choose(
                    &data,
                    &[&email, address.local(), name.as_deref().unwrap_or_default()],
                )?;
                let draft = users::NewUser { email, name, role, password: chosen.hash };
                let made = data.write_here(move |tx| {
                    let workspace = workspaces::get(tx.conn, &workspace)?;
                    Ok((users::create(tx, &workspace, &draft)?, workspace))
                })?;
                print_one(output, &made, chosen.generated.as_ref());
            }
            Self::List { workspace, output } => {
                let all = data.read_here(|conn| match &workspace {
                    Some(workspace) => {
                        let workspace = workspaces::get(conn, workspace)?;
                        let own = users::list(conn, workspace.id)?;
                        Ok(own.into_iter().map(|user| (user, workspace.clone())).collect())
                    }
                    None => users::list_all(conn),
                })?;
                let lines = || {
                    table(
                        &all.iter()
                            .map(|(user, workspace)| line(user, workspace))
                            .collect::<Vec<_>>(),
                    )
                };
                output.print(
                    &all.iter().map(|(user, workspace)| view(user, workspace)).collect(),
                    lines,
                );
            }
            Self::SetPassword { user, source, output } => {
                let found = data.read_here(|conn| users::get(conn, &user))?;
                let chosen = source.choose(&data, &[&found.email, &found.name])?;
                let hash = chosen.hash;
                let changed = data.write_here(move |tx| {
                    let user = users::set_password(tx, &found, &hash)?;
                    let workspace = users::workspace_of(tx.conn, &user)?;
                    Ok((user, workspace))
                })?;
                print_one(output, &changed, chosen.generated.as_ref());
            }
            Self::Disable { user, output } => {
                print_one(output, &set_disabled(&data, user, true)?, None)
            }
            Self::Enable { user, output } => {
                print_one(output, &set_disabled(&data, user, false)?, None)
            }
        }
        Ok(())
    }
}

fn set_disabled(
    data: &Data,
    user: String,
    disabled: bool,
) -> anyhow::Result<(rows::User, rows::Workspace)> {
    Ok(data.write_here(move |tx| {
        let user = users::get(tx.conn, &user)?;
        let user = users::set_disabled(tx, &user, disabled)?;
        let workspace = users::workspace_of(tx.conn, &user)?;
        Ok((user, workspace))
    })?)
}

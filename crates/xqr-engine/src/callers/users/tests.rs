use std::sync::Arc;

use tempfile::TempDir;

use super::*;
use crate::dialect::Dialects;
use crate::settings::Address;
use crate::testing::NOW;
use crate::{ManualClock, Principal, SeededRandom, Settings};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
const PASSWORD: &str = "correct horse battery";

struct Trial {
    app: Arc<App>,
    clock: Arc<ManualClock>,
    folder: TempDir,
}

/// A SQLite file, or a schema of its own on the PostgreSQL that `XQR_TEST_POSTGRES_URL` names;
/// after the first start.
async fn open(signup: Signup) -> Trial {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::defaults();
    settings.data_dir = folder.path().to_owned();
    settings.database_url = folder.path().join("xqr.db").display().to_string();
    settings.accounts.signup = signup;
    if let Ok(url) = std::env::var("XQR_TEST_POSTGRES_URL") {
        let (client, connection) =
            tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let name = folder.path().file_name().unwrap().to_str().unwrap();
        let schema = format!("p{}", name.replace(|c: char| !c.is_ascii_alphanumeric(), ""));
        client.batch_execute(&format!("CREATE SCHEMA \"{schema}\"")).await.unwrap();
        settings.database_url = format!("{url}?options=-csearch_path%3D%22{schema}%22");
    }
    let clock = Arc::new(ManualClock::at(NOW));
    let app = App::open(
        settings,
        Address::default(),
        Arc::clone(&clock) as _,
        Arc::new(SeededRandom::new(1)),
        Dialects::default(),
    )
    .unwrap();
    app.data.write_here(workspaces::bootstrap).unwrap().unwrap();
    Trial { app, clock, folder }
}

fn from(n: u8) -> IpAddr {
    IpAddr::from([198, 51, 100, n])
}

fn draft(email: &str) -> SignUp {
    SignUp {
        email: email.to_owned(),
        password: Password::new(PASSWORD),
        name: None,
        workspace: None,
    }
}

fn why<T>(result: Result<T>) -> &'static str {
    result.err().expect("a refusal").condition().row().name
}

impl Trial {
    async fn sign_up(&self, email: &str) -> SignedIn {
        sign_up(&self.app, from(1), draft(email)).await.unwrap()
    }

    async fn sign_in(&self, email: &str, password: &str) -> Result<SignedIn> {
        sign_in(&self.app, from(2), email, Password::new(password)).await
    }

    async fn refresh(&self, session: &SignedIn) -> Result<SignedIn> {
        refresh(&self.app, session.refresh.expose()).await
    }

    async fn authenticate(&self, session: &SignedIn) -> Result<Session> {
        self.app.authenticate_user(session.access.expose()).await
    }

    async fn assert_dead(&self, session: &SignedIn) {
        assert_eq!(why(self.authenticate(session).await), "TokenInvalid");
        assert_eq!(why(self.refresh(session).await), "TokenInvalid");
    }
}

#[tokio::test]
async fn of_fifty_first_sign_ups_one_becomes_the_administrator() {
    let trial = open(Signup::Auto).await;
    let tasks: Vec<_> = (0..50)
        .map(|i| {
            let app = Arc::clone(&trial.app);
            tokio::spawn(async move {
                sign_up(&app, from(i), draft(&format!("p{i}@example.com"))).await
            })
        })
        .collect();
    let mut won = Vec::new();
    for task in tasks {
        match task.await.unwrap() {
            Ok(session) => won.push(session),
            refused => assert_eq!(why(refused), "SignupClosed"),
        }
    }
    assert_eq!(won.len(), 1);
    assert_eq!(
        (won[0].user.role.as_str(), won[0].workspace.plan.as_str()),
        ("owner", "enterprise")
    );
    let all = trial.app.read(list_all).await.unwrap();
    assert_eq!(
        (all.len(), &all[0].0.uid, &all[0].1.uid),
        (1, &won[0].user.uid, &won[0].workspace.uid)
    );
    assert_eq!(
        trial.app.read(workspaces::list).await.unwrap().len(),
        1,
        "the workspace of the first start, and no other"
    );

    assert_eq!(why(sign_up(&trial.app, from(99), draft("late@example.com")).await), "SignupClosed");
    let user = all[0].0.clone();
    trial.app.write(move |tx| set_disabled(tx, &user, true)).await.unwrap();
    assert_eq!(
        why(sign_up(&trial.app, from(99), draft("late@example.com")).await),
        "SignupClosed",
        "for ever"
    );
}

#[tokio::test]
async fn an_operators_user_closes_the_first_sign_up_too() {
    let trial = open(Signup::Auto).await;
    let make = |email: &str| NewUser {
        email: email.to_owned(),
        name: Some("Ann".into()),
        role: None,
        password: PasswordHash::decoy(),
    };
    let drafts = ["ann@example.com", "bob@example.com", "ANN@example.com"].map(make);
    let result = trial.app.write(move |tx| {
        let workspace = workspaces::list(tx.conn)?.remove(0);
        let made = [create(tx, &workspace, &drafts[0])?, create(tx, &workspace, &drafts[1])?];
        assert_eq!(why(create(tx, &workspace, &drafts[2])), "EmailTaken");
        Ok(made)
    });
    let made = result.await.unwrap();
    assert_eq!(made.each_ref().map(|user| user.role.as_str()), ["owner", "member"]);
    assert_eq!(why(sign_up(&trial.app, from(1), draft("late@example.com")).await), "SignupClosed");
    let found = trial
        .app
        .read(|conn| Ok((get(conn, " Bob@Example.com ")?, list(conn, WorkspaceId(1))?)))
        .await
        .unwrap();
    assert_eq!((found.0.uid.as_str(), found.1.len()), (made[1].uid.as_str(), 2));
    assert_eq!(why(trial.app.read(|conn| get(conn, "unknown")).await), "ResourceNotFound");
}

#[tokio::test]
async fn an_open_sign_up_creates_a_workspace() {
    let trial = open(Signup::Open).await;
    let named = SignUp {
        name: Some(" Ann Lee ".into()),
        workspace: Some("Lee & Co".into()),
        ..draft(" Ann@Example.com ")
    };
    let ann = sign_up(&trial.app, from(1), named).await.unwrap();
    let bob = trial.sign_up("bob@example.com").await;
    assert_eq!(
        (ann.user.email.as_str(), ann.user.name.as_str(), ann.user.role.as_str()),
        ("Ann@Example.com", "Ann Lee", "owner")
    );
    assert_eq!((ann.workspace.name.as_str(), ann.workspace.plan.as_str()), ("Lee & Co", "free"));
    assert_eq!((bob.workspace.name.as_str(), bob.user.name.as_str()), ("My Workspace", "bob"));
    assert_eq!(
        trial.app.read(workspaces::list).await.unwrap().len(),
        3,
        "no user gets that of the first start"
    );
    assert_eq!(why(sign_up(&trial.app, from(1), draft("ANN@EXAMPLE.COM")).await), "EmailTaken");
    assert_eq!(
        trial.app.read(workspaces::list).await.unwrap().len(),
        3,
        "and a refusal leaves none behind"
    );

    let bad = SignUp {
        email: "ann".into(),
        password: Password::new("short"),
        name: Some("x".repeat(101)),
        workspace: Some("\u{7}".into()),
    };
    let error = sign_up(&trial.app, from(1), bad).await.unwrap_err();
    let names: Vec<_> = error.conditions().iter().map(|condition| condition.row().name).collect();
    assert_eq!(names, ["EmailInvalid", "PasswordTooShort", "TextTooLong", "TextControls"]);
    let own = SignUp { password: Password::new("ann@Example.COM"), ..draft("ann@example.com") };
    assert_eq!(why(sign_up(&trial.app, from(1), own).await), "PasswordCommon");

    let closed = open(Signup::Closed).await;
    assert_eq!(why(sign_up(&closed.app, from(1), draft("ann@example.com")).await), "SignupClosed");
}

#[tokio::test]
async fn a_user_calls_for_their_workspace() {
    let trial = open(Signup::Open).await;
    let ann = trial.sign_up("ann@example.com").await;
    let verified = trial.authenticate(&ann).await.unwrap();
    let caller = &verified.caller;
    assert_eq!(
        (caller.workspace, caller.owner.uid.as_str()),
        (ann.workspace.id, ann.workspace.uid.as_str())
    );
    assert_eq!(
        (caller.principal, caller.key_prefix.as_str(), caller.terms.plan),
        (Principal::User(ann.user.id), ann.user.uid.as_str(), Plan::Free)
    );
    caller.allow(xqr_auth::Scope::KeysWrite).unwrap();
    assert!(!crate::callers::api_keys::is_stale(caller, NOW));
    let (uid, workspace) = (ann.workspace.uid.clone(), ann.workspace.id);
    trial.app.write(move |tx| workspaces::set_plan(tx, &uid, Plan::Pro)).await.unwrap();
    let again = trial.authenticate(&ann).await.unwrap();
    assert_eq!(
        (again.caller.terms.plan, again.caller.workspace),
        (Plan::Pro, workspace),
        "the plan is the current one"
    );
    let sealed = verified.sealing.seal(b"x", b"y", |nonce| nonce.fill(1)).unwrap();
    assert_eq!(again.sealing.open(b"x", &sealed).unwrap(), b"y");
    let bob = trial.sign_up("bob@example.com").await;
    assert_eq!(trial.authenticate(&bob).await.unwrap().sealing.open(b"x", &sealed), None);
}

#[tokio::test]
async fn tokens_that_are_signed_but_do_not_fit_are_refused() {
    let trial = open(Signup::Open).await;
    let (ann, bob) =
        (trial.sign_up("ann@example.com").await, trial.sign_up("bob@example.com").await);
    let (anns, bobs) =
        (trial.authenticate(&ann).await.unwrap(), trial.authenticate(&bob).await.unwrap());
    let good = || token::Subject {
        sub: anns.user.uid.clone(),
        ws: ann.workspace.uid.clone(),
        sid: anns.session.clone(),
        pwd: anns.user.password_changed_at,
        jti: "j".into(),
    };
    let verdict = async |secret: &MasterSecret, subject: token::Subject| {
        let token = secret.token_key().issue(subject, NOW).unwrap();
        trial.app.authenticate_user(token.expose()).await.map(|verified| verified.user.uid)
    };
    let secret = trial.app.data.secret();
    assert_eq!(verdict(secret, good()).await.unwrap(), ann.user.uid);
    assert_eq!(why(verdict(&MasterSecret::new([1; 32]), good()).await), "TokenInvalid");
    for wrong in [
        token::Subject { sub: bob.user.uid.clone(), ..good() },
        token::Subject { sub: "user_nobody".into(), ..good() },
        token::Subject { ws: bob.workspace.uid.clone(), ..good() },
        token::Subject { sid: bobs.session.clone(), ..good() },
        token::Subject { sid: String::new(), ..good() },
        token::Subject { pwd: good().pwd - 1, ..good() },
        token::Subject { pwd: good().pwd + 1, ..good() },
    ] {
        assert_eq!(why(verdict(secret, wrong).await), "TokenInvalid");
    }
    for text in ["", "Bearer", bob.refresh.expose()] {
        assert_eq!(why(trial.app.authenticate_user(text).await), "TokenInvalid");
    }
    assert_eq!(why(refresh(&trial.app, ann.access.expose()).await), "TokenInvalid");
}

#[tokio::test]
async fn a_failed_sign_in_does_not_reveal_its_cause() {
    let trial = open(Signup::Open).await;
    let ann = trial.sign_up("ann@example.com").await;
    for email in ["ann@example.com", " ANN@example.COM"] {
        let session = trial.sign_in(email, PASSWORD).await.unwrap();
        assert_eq!(trial.authenticate(&session).await.unwrap().user.uid, ann.user.uid);
    }
    let wrong = [
        ("ann@example.com", "correct horse batterz"),
        ("ann@example.com", ""),
        ("bob@example.com", PASSWORD),
        ("no address", PASSWORD),
        ("\0@example.com", PASSWORD),
        ("", ""),
    ];
    for (email, password) in wrong {
        assert_eq!(why(trial.sign_in(email, password).await), "CredentialsWrong", "{email}");
    }
    let user = ann.user.clone();
    trial.app.write(move |tx| set_disabled(tx, &user, true)).await.unwrap();
    assert_eq!(why(trial.sign_in("ann@example.com", PASSWORD).await), "CredentialsWrong");
    trial.assert_dead(&ann).await;
    let user = ann.user.clone();
    trial.app.write(move |tx| set_disabled(tx, &user, false)).await.unwrap();
    trial.assert_dead(&ann).await;
    trial.sign_in("ann@example.com", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn tokens_end_by_the_clock() {
    let trial = open(Signup::Open).await;
    let ann = trial.sign_up("ann@example.com").await;
    trial.clock.advance(15 * MINUTE - 1);
    trial.authenticate(&ann).await.unwrap();
    trial.clock.advance(1);
    assert_eq!(why(trial.authenticate(&ann).await), "TokenInvalid");
    trial.clock.advance(30 * DAY - 15 * MINUTE - 1);
    let next = trial.refresh(&ann).await.unwrap();
    trial.authenticate(&next).await.unwrap();
    trial.clock.advance(30 * DAY);
    assert_eq!(why(trial.refresh(&next).await), "TokenInvalid");
    trial.clock.advance(1);
    assert_eq!(trial.app.write(|tx| purge(tx, 100)).await.unwrap(), 2);
    assert_eq!(why(trial.refresh(&next).await), "TokenInvalid");
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_its_sign_in() {
    let trial = open(Signup::Open).await;
    let first = trial.sign_up("ann@example.com").await;
    let other = trial.sign_in("ann@example.com", PASSWORD).await.unwrap();
    let second = trial.refresh(&first).await.unwrap();
    let third = trial.refresh(&second).await.unwrap();
    trial.authenticate(&third).await.unwrap();
    trial.authenticate(&first).await.expect("an access token lives on beside its successors");

    assert_eq!(why(trial.refresh(&first).await), "TokenInvalid");
    for session in [&first, &second, &third] {
        trial.assert_dead(session).await;
    }
    trial.authenticate(&other).await.expect("another sign-in goes on");
    trial.refresh(&other).await.unwrap();
}

#[tokio::test]
async fn a_concurrent_exchange_of_one_token_succeeds_at_most_once() {
    let trial = open(Signup::Open).await;
    let ann = trial.sign_up("ann@example.com").await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (app, token) = (Arc::clone(&trial.app), ann.refresh.clone());
            tokio::spawn(async move { refresh(&app, token.expose()).await })
        })
        .collect();
    let mut sessions = Vec::new();
    for task in tasks {
        sessions.extend(task.await.unwrap().ok());
    }
    assert_eq!(sessions.len(), 1);
    trial.assert_dead(&sessions[0]).await;
}

#[tokio::test]
async fn a_new_password_ends_every_token() {
    let trial = open(Signup::Open).await;
    let ann = trial.sign_up("ann@example.com").await;
    let phone = trial.sign_in("ann@example.com", PASSWORD).await.unwrap();
    let used = trial.refresh(&phone).await.unwrap();
    let verified = trial.authenticate(&ann).await.unwrap();
    let change = async |current: &str, new: &str| {
        change_password(&trial.app, from(3), &verified, Password::new(current), Password::new(new))
            .await
    };
    assert_eq!(
        why(change("wrong horse battery", "another horse battery").await),
        "CredentialsWrong"
    );
    assert_eq!(why(change(PASSWORD, "short").await), "PasswordTooShort");
    trial.authenticate(&ann).await.expect("a refusal changes nothing");

    // The clock stands still: all this happens in one millisecond.
    let fresh = change(PASSWORD, "another horse battery").await.unwrap();
    for session in [&ann, &phone, &used] {
        trial.assert_dead(session).await;
    }
    trial.authenticate(&fresh).await.unwrap();
    trial.refresh(&fresh).await.unwrap();
    assert_eq!(why(trial.sign_in("ann@example.com", PASSWORD).await), "CredentialsWrong");
    let again = trial.sign_in("ann@example.com", "another horse battery").await.unwrap();

    let hash = Password::new("the operator's choice").hash(|salt| salt.fill(3)).unwrap();
    let user = ann.user.clone();
    let changed = trial.app.write(move |tx| set_password(tx, &user, &hash)).await.unwrap();
    assert_eq!(
        changed.password_changed_at,
        NOW + 2,
        "later than before, though the clock stands still"
    );
    trial.assert_dead(&again).await;
    trial.assert_dead(&fresh).await;
    assert_eq!(
        why(change("another horse battery", "a third horse battery").await),
        "CredentialsWrong"
    );
    trial.sign_in("ann@example.com", "the operator's choice").await.unwrap();
}

#[tokio::test]
async fn no_token_is_issued_beside_a_new_password() {
    let trial = open(Signup::Open).await;
    let ann = trial.sign_up("ann@example.com").await;
    let hashes: Vec<_> =
        (0..8).map(|i| Password::new(PASSWORD).hash(|salt| salt.fill(i)).unwrap()).collect();
    for hash in hashes {
        // Sign-ins that go on and on, a sign-in that is under way, and a change of the password in
        // the middle.
        let key = trial.app.data.secret().token_key();
        let mut running = Vec::new();
        for _ in 0..4 {
            let (user, key) =
                (trial.app.read(|conn| get(conn, "ann@example.com")).await.unwrap(), key.clone());
            let workspace = ann.workspace.clone();
            let mut last =
                trial.app.write(move |tx| begin(tx, &key, user, workspace)).await.unwrap();
            let app = Arc::clone(&trial.app);
            running.push(tokio::spawn(async move {
                for _ in 0..500 {
                    let Ok(next) = refresh(&app, last.refresh.expose()).await else { break };
                    last = next;
                }
                last
            }));
        }
        let verified = trial.app.read(|conn| get(conn, "ann@example.com")).await.unwrap();
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        let user = verified.clone();
        trial.app.write(move |tx| set_password(tx, &user, &hash)).await.unwrap();
        for task in running {
            trial.assert_dead(&task.await.unwrap()).await;
        }
        let late = trial.app.write(move |tx| unchanged(tx, &verified)).await;
        assert_eq!(why(late), "CredentialsWrong", "who was verified against the old password");
    }
}

#[tokio::test]
async fn a_sign_out_ends_its_sign_in_at_once() {
    let trial = open(Signup::Open).await;
    let ann = trial.sign_up("ann@example.com").await;
    let [phone, tablet] = [
        trial.sign_in("ann@example.com", PASSWORD).await,
        trial.sign_in("ann@example.com", PASSWORD).await,
    ];
    let (phone, tablet) = (phone.unwrap(), tablet.unwrap());
    sign_out(&trial.app, phone.refresh.expose()).await.unwrap();
    trial.assert_dead(&phone).await;
    let verified = trial.authenticate(&tablet).await.unwrap();
    trial.app.write(move |tx| end_session(tx, &verified)).await.unwrap();
    trial.assert_dead(&tablet).await;
    trial.authenticate(&ann).await.unwrap();
    let unknown = RefreshToken::mint(|bytes| bytes.fill(1));
    for text in ["", ann.access.expose(), unknown.expose()] {
        assert_eq!(why(sign_out(&trial.app, text).await), "TokenInvalid");
    }
}

#[tokio::test]
async fn guessing_is_slow() {
    let trial = open(Signup::Open).await;
    trial.sign_up("ann@example.com").await;
    trial.sign_up("bob@example.com").await;
    for i in 0..10 {
        let tried =
            sign_in(&trial.app, from(i), "Ann@example.com", Password::new("wrong horse battery"))
                .await;
        assert_eq!(why(tried), "CredentialsWrong");
    }
    let refused = sign_in(&trial.app, from(50), "ann@example.com", Password::new(PASSWORD))
        .await
        .unwrap_err();
    assert_eq!(refused.condition(), &Condition::RateExceeded { seconds: 6 });
    assert_eq!(refused.condition().retry_after(), Some(6));
    trial.sign_in("bob@example.com", PASSWORD).await.unwrap();
    trial.clock.advance(6_000);
    trial.sign_in("ann@example.com", PASSWORD).await.unwrap();

    for i in 0..30 {
        let tried =
            sign_in(&trial.app, from(60), &format!("x{i}@example.com"), Password::new("x")).await;
        assert_eq!(why(tried), "CredentialsWrong");
    }
    let refused = sign_up(&trial.app, from(60), draft("eve@example.com")).await.unwrap_err();
    assert_eq!(refused.condition(), &Condition::RateExceeded { seconds: 2 });
    trial.sign_in("bob@example.com", PASSWORD).await.expect("others are unaffected");
}

#[tokio::test]
async fn no_secret_is_on_disk() {
    let trial = open(Signup::Open).await;
    let ann = trial.sign_up("ann@example.com").await;
    let next = trial.refresh(&ann).await.unwrap();
    let verified = trial.authenticate(&next).await.unwrap();
    let (current, new) = (Password::new(PASSWORD), Password::new("another horse battery"));
    let last = change_password(&trial.app, from(1), &verified, current, new).await.unwrap();

    let mut secrets = vec![PASSWORD.to_owned(), "another horse battery".to_owned()];
    for session in [&ann, &next, &last] {
        secrets.push(session.access.expose().rsplit('.').next().unwrap().to_owned());
        secrets.push(session.refresh.expose()["xqr_rt_".len()..].to_owned());
    }
    let mut needles: Vec<Vec<u8>> =
        secrets.iter().map(|secret| secret.clone().into_bytes()).collect();
    needles.extend(secrets.iter().map(|secret| {
        secret.bytes().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes()
    }));
    let mut read = 0;
    let mut folders = vec![trial.folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            read += bytes.len();
            for needle in &needles {
                let found = bytes.windows(needle.len()).any(|window| window == needle);
                assert!(!found, "{} holds {}", path.display(), String::from_utf8_lossy(needle));
            }
        }
    }
    assert!(read > 0);
    let shown = format!("{ann:?} {verified:?} {:?}", draft("ann@example.com"));
    assert!(
        secrets.iter().all(|secret| !shown.contains(secret.as_str())) && !shown.contains("$argon2"),
        "{shown}"
    );
}

//! Secrets: where they must not be.

use serde_json::json;

use crate::app::TestApp;

#[actix_web::test]
async fn no_secret_is_on_disk() {
    let app = TestApp::start().await;
    app.link(json!({ "url": "https://example.com", "custom_slug": "abc" })).await;
    app.get("/abc").await.expect(302);
    app.drain().await;
    let secret = app.key.split('.').nth(1).unwrap().as_bytes();
    let folder = &app.running.app.settings.data_dir;
    let mut files = 0;
    let mut folders = vec![folder.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{}", path.display());
        }
    }
    assert!(files > 0);
}

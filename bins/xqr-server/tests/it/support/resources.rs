//! Resources of the native API that tests of several subjects need.

use serde_json::Value;

use crate::support::test_app::{Answer, TestApp};

/// An upload link, and the asset that it fills.
pub(crate) struct UploadLink {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) media_type: String,
}

impl TestApp {
    /// Asks for an upload link.
    pub(crate) async fn presign(
        &self,
        filename: &str,
        media_type: &str,
        size: usize,
    ) -> UploadLink {
        let query: String = url_query(&[
            ("filename", filename),
            ("content_type", media_type),
            ("file_size", &size.to_string()),
        ]);
        let made =
            self.owner().post(&format!("/assets/presign?{query}"), None).await.expect(200).json();
        UploadLink {
            id: made["data"]["asset_id"].as_str().unwrap().to_owned(),
            path: made["data"]["upload_url"]
                .as_str()
                .unwrap()
                .strip_prefix("https://qr.example")
                .unwrap()
                .to_owned(),
            media_type: made["data"]["headers"]["Content-Type"].as_str().unwrap().to_owned(),
        }
    }

    /// Sends a file to an upload link.
    pub(crate) async fn put(&self, link: &UploadLink, file: &[u8]) -> Answer {
        self.put_at(&link.path, &link.media_type, file).await
    }

    pub(crate) async fn put_at(&self, path: &str, media_type: &str, file: &[u8]) -> Answer {
        self.send(self.request("PUT", path).header("content-type", media_type).body(file.to_vec()))
            .await
    }

    /// Uploads, confirms and publishes a file, and returns its view and its path on this server.
    pub(crate) async fn published(
        &self,
        filename: &str,
        media_type: &str,
        file: &[u8],
    ) -> (Value, String) {
        let link = self.presign(filename, media_type, file.len()).await;
        self.put(&link, file).await.expect(200);
        self.owner().post(&format!("/assets/{}/confirm", link.id), None).await.expect(200);
        let view = self
            .owner()
            .post(&format!("/assets/{}/publish", link.id), None)
            .await
            .expect(200)
            .json()["data"]
            .clone();
        let path = view["public_url"]
            .as_str()
            .unwrap()
            .strip_prefix("https://qr.example")
            .unwrap()
            .to_owned();
        (view, path)
    }

    /// The files in the store: how many, and how many bytes.
    pub(crate) fn stored(&self) -> (usize, u64) {
        let mut folders = vec![self.running.app.settings.assets_folder()];
        let (mut files, mut bytes) = (0, 0);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                match entry.file_type().unwrap().is_dir() {
                    true => folders.push(entry.path()),
                    false => (files, bytes) = (files + 1, bytes + entry.metadata().unwrap().len()),
                }
            }
        }
        (files, bytes)
    }

    pub(crate) async fn usage(&self) -> Value {
        self.owner().get("/workspace/usage").await.expect(200).json()["data"]["usage"].clone()
    }
}

impl TestApp {
    /// Makes a page and returns its view.
    pub(crate) async fn page(&self, body: Value) -> Value {
        self.owner().post("/bio/pages", body).await.expect(201).json()["data"].clone()
    }

    /// Makes a page, publishes it, and returns its id and its path on this server.
    pub(crate) async fn shown(&self, body: Value) -> (String, String) {
        let page = self.page(body).await;
        let id = page["id"].as_str().unwrap().to_owned();
        self.owner().post(&format!("/bio/pages/{id}/publish"), None).await.expect(200);
        (
            id,
            page["html_url"]
                .as_str()
                .unwrap()
                .strip_prefix("https://qr.example")
                .unwrap()
                .to_owned(),
        )
    }
}

pub(crate) fn url_query(pairs: &[(&str, &str)]) -> String {
    let escape = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", escape(value)))
        .collect::<Vec<_>>()
        .join("&")
}

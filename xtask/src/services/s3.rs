//! An S3 server whose conditional put is atomic: versitygw, built with Go's tool chain.
//!
//! Two popular stand-ins answer one of two concurrent conditional puts wrongly; the commit protocol must not be
//! tested against them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

use super::fetch;
use super::process::{Daemon, free_port, port_is_open};

const VERSION: &str = "v1.8.0";
const ACCESS_KEY: &str = "millstream";
const SECRET_KEY: &str = "millstream-secret";
const BUCKET: &str = "millstream";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Address {
    pub endpoint: String,
    pub bucket: String,
    pub access_key_id: String,
    pub secret_access_key: String,
    pub region: String,
}

impl Address {
    /// The variables by which AWS clients, ours included, find the server.
    pub fn environment(&self) -> [(&'static str, String); 5] {
        [
            ("AWS_ENDPOINT_URL", self.endpoint.clone()),
            ("AWS_ACCESS_KEY_ID", self.access_key_id.clone()),
            ("AWS_SECRET_ACCESS_KEY", self.secret_access_key.clone()),
            ("AWS_REGION", self.region.clone()),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
        ]
    }
}

/// Starts a server with one bucket, kept in `folder`.
pub fn start(folder: &Path) -> Result<(Daemon, Address)> {
    let program = program()?;
    let data = folder.join("data");
    std::fs::create_dir_all(data.join(BUCKET))?;
    let port = free_port()?;
    let mut command = Command::new(program);
    command
        .env("ROOT_ACCESS_KEY", ACCESS_KEY)
        .env("ROOT_SECRET_KEY", SECRET_KEY);
    command
        .args([
            "--port",
            &format!("127.0.0.1:{port}"),
            "--health",
            "/health",
            "--quiet",
            "posix",
        ])
        .arg(&data);
    let daemon = Daemon::start("s3", command, &folder.join("s3.out"), || port_is_open(port))?;
    let address = Address {
        endpoint: format!("http://127.0.0.1:{port}"),
        bucket: BUCKET.to_owned(),
        access_key_id: ACCESS_KEY.to_owned(),
        secret_access_key: SECRET_KEY.to_owned(),
        region: "us-east-1".to_owned(),
    };
    Ok((daemon, address))
}

fn program() -> Result<PathBuf> {
    let folder = fetch::cache("services")?.join(format!("versitygw-{VERSION}"));
    session::build::cache::once(&folder, |target| {
        let go = fetch::program("go", "golang-go")?;
        check_version(&go)?;
        let mut command = Command::new(go);
        command
            .env("GOBIN", target.canonicalize()?)
            .env("GOTOOLCHAIN", "auto")
            .env("GOFLAGS", "-trimpath");
        command.args([
            "install",
            &format!("github.com/versity/versitygw/cmd/versitygw@{VERSION}"),
        ]);
        fetch::run("building the S3 server versitygw (2 minutes)", &mut command)
    })?;
    Ok(folder.join("versitygw"))
}

/// Since 1.21 the tool chain fetches the newer one that a module asks for.
fn check_version(go: &Path) -> Result<()> {
    let output = Command::new(go).arg("version").output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let minor = text
        .split("go1.")
        .nth(1)
        .and_then(|rest| rest.split(['.', ' ']).next()?.parse::<u32>().ok());
    if minor.is_none_or(|minor| minor < 21) {
        bail!(
            "building the S3 server needs Go 1.21 or newer, found: {}",
            text.trim()
        );
    }
    Ok(())
}

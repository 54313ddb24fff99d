//! `millstream build`, and `cargo xtask build-app`, which is the same.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::Args;

use super::INVALID;
use super::compile::{MessageFormat, compile};
use crate::standard_output::print_line;
use session::build::application::Application;
use session::build::{Artifact, Profile, artifact};

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    millstream build app/ --out artifacts                       to a folder\n  \
    millstream build a/ b/ --out s3://bucket/artifacts          several, to an object store\n  \
    millstream build app/ --out artifacts --message-format json for pipelines")]
pub struct BuildArguments {
    /// Folders of applications or .sql scripts
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Folder or object-store URL; artifacts lie there under the hash of their content
    #[arg(long, default_value = "artifacts")]
    out: String,
    #[arg(long, value_enum, default_value = "release")]
    profile: Profile,
    #[arg(long, value_enum, default_value = "human")]
    message_format: MessageFormat,
}

impl BuildArguments {
    pub fn run(self) -> Result<ExitCode> {
        let mut failed = false;
        for path in &self.paths {
            let started = Instant::now();
            let mut application = Application::read(path)?;
            application.settle_plan(&[]);
            let Some(compiled) = compile(&application, self.message_format) else {
                failed = true;
                continue;
            };
            let compile_ms = started.elapsed().as_millis();
            let built = session::build::build(&compiled.rust, self.profile)?;
            let manifest = artifact::manifest(&application, &compiled, &built, self.profile)?;
            let artifact = Artifact {
                executable: built.executable.clone(),
                manifest,
            };
            let place = artifact.store(&self.out)?;
            let build_ms = built.time.as_millis();
            match self.message_format {
                MessageFormat::Human => {
                    let how = if built.was_cached {
                        "from the cache"
                    } else {
                        "built"
                    };
                    eprintln!(
                        "{}: compiled in {compile_ms} ms, {how} in {build_ms} ms",
                        application.name
                    );
                    print_line(&place.to_string());
                }
                MessageFormat::Json => {
                    let message = serde_json::json!({
                        "reason": "artifact",
                        "name": application.name,
                        "path": path,
                        "manifest_path": place,
                        "manifest": artifact.manifest,
                        "cached": built.was_cached,
                        "compile_ms": compile_ms as u64,
                        "build_ms": build_ms as u64,
                    });
                    print_line(&message.to_string());
                }
            }
        }
        Ok(if failed {
            ExitCode::from(INVALID)
        } else {
            ExitCode::SUCCESS
        })
    }
}

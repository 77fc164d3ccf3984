//! Queues that messages are sent to.

use actors_core::prelude::*;
use serde::{Deserialize, Serialize};

use crate::said;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub url: String,
    pub tries: Option<u32>,
}

impl Job {
    fn new(url: &str) -> Self {
        let url = url.to_owned();
        Self { url, tries: None }
    }
}

pub(crate) async fn scenario(env: &Env) -> Result<Vec<String>> {
    let jobs = env.queue::<Job>("JOBS")?;
    let texts = env.queue::<String>("JOBS")?;
    // With its quotes, as large as it may be.
    let large = "x".repeat(127_998);
    Ok(vec![
        said(jobs.send(&Job::new("/🦀")).await),
        said(jobs.send(&Job::new("/later")).after(hours(24)).await),
        said(
            jobs.send_batch(&[Job::new("/1"), Job::new("/2")])
                .after(seconds(1))
                .await,
        ),
        said(jobs.send_batch(&[]).await),
        said(texts.send(&large).await),
        said(texts.send_batch(&[large.clone(), large.clone()]).await),
        said(texts.send(&format!("{large}x")).await),
        said(texts.send_batch(&vec![String::new(); 100]).await),
        said(texts.send_batch(&vec![String::new(); 101]).await),
        said(
            texts
                .send_batch(&[large.clone(), large, String::new()])
                .await,
        ),
        said(
            jobs.send(&Job::new("/a"))
                .after(hours(24) + seconds(1))
                .await,
        ),
        said(env.queue::<u64>("JOBS")?.send(&u64::MAX).await),
        said(env.queue::<f64>("JOBS")?.send_batch(&[1.5, f64::NAN]).await),
        said(env.queue::<Job>("OTHER").map(drop)),
        said(env.queue::<Job>("CACHE").map(drop)),
    ])
}
